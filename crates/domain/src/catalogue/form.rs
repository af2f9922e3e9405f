//! Forms: JSON Schema keyed by data element, so that the forms of several matters merge into one.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::Arc;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A compiled form.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Form {
    schema: Value,
    whole: Arc<Validator>,
    draft: Arc<Validator>,
}

/// One thing wrong with a filled-in form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormProblem {
    /// JSON Pointer inside the form.
    pub pointer: String,
    /// Stable code: `required`, `unknown_field`, `wrong_type`, `out_of_range`, `not_in_list`, `wrong_format`.
    pub code: &'static str,
    /// Chinese text.
    pub text: String,
}

impl PartialSchema for Form {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().description(Some("JSON Schema 2020-12，以数据元代码为键")).into()
    }
}

impl ToSchema for Form {}

impl TryFrom<Value> for Form {
    type Error = String;
    fn try_from(mut schema: Value) -> Result<Self, Self::Error> {
        let object = schema.as_object_mut().ok_or("表单应为JSON Schema对象")?;
        object.entry("type").or_insert_with(|| json!("object"));
        object.insert("additionalProperties".to_owned(), json!(false));
        let mut relaxed = schema.clone();
        if let Some(object) = relaxed.as_object_mut() {
            object.remove("required");
        }
        let compile = |schema: &Value| {
            jsonschema::options().should_validate_formats(true).build(schema).map_err(|e| format!("表单的JSON Schema无效：{e}"))
        };
        Ok(Self { whole: Arc::new(compile(&schema)?), draft: Arc::new(compile(&relaxed)?), schema })
    }
}

impl From<Form> for Value {
    fn from(form: Form) -> Self {
        form.schema
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({})", self.schema)
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema
    }
}

impl Form {
    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// The data elements asked for.
    #[must_use]
    pub fn elements(&self) -> Option<&Map<String, Value>> {
        self.schema.get("properties")?.as_object()
    }

    /// The data elements that must be filled in.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Everything wrong with what is filled in so far; missing elements are fine.
    #[must_use]
    pub fn check_draft(&self, filled: &Map<String, Value>) -> Vec<FormProblem> {
        self.problems(&self.draft, filled)
    }

    /// Everything wrong with the whole form.
    #[must_use]
    pub fn check_whole(&self, filled: &Map<String, Value>) -> Vec<FormProblem> {
        self.problems(&self.whole, filled)
    }

    fn problems(&self, validator: &Validator, filled: &Map<String, Value>) -> Vec<FormProblem> {
        let value = Value::Object(filled.clone());
        validator.iter_errors(&value).flat_map(|e| self.explain(&e)).collect()
    }

    fn explain(&self, error: &ValidationError<'_>) -> Vec<FormProblem> {
        let at = error.instance_path().to_string();
        let one = |pointer: String, code: &'static str, what: String| {
            vec![FormProblem { text: format!("「{}」{what}", self.title(&pointer)), pointer, code }]
        };
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                one(format!("{at}/{}", property.as_str().unwrap_or_default()), "required", "必填".to_owned())
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
                .iter()
                .map(|name| FormProblem {
                    pointer: format!("{at}/{name}"),
                    code: "unknown_field",
                    text: format!("表单中没有「{name}」这一项"),
                })
                .collect(),
            ValidationErrorKind::Type { .. } => one(at, "wrong_type", "填写的数据类型不对".to_owned()),
            ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => one(at, "not_in_list", "不在可选范围内".to_owned()),
            ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } => {
                one(at, "out_of_range", format!("不能小于{limit}"))
            }
            ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
                one(at, "out_of_range", format!("不能大于{limit}"))
            }
            ValidationErrorKind::MinLength { limit } => one(at, "out_of_range", format!("至少{limit}个字")),
            ValidationErrorKind::MaxLength { limit } => one(at, "out_of_range", format!("最多{limit}个字")),
            ValidationErrorKind::MinItems { limit } => one(at, "out_of_range", format!("至少{limit}项")),
            ValidationErrorKind::MaxItems { limit } => one(at, "out_of_range", format!("最多{limit}项")),
            _ => one(at, "wrong_format", "格式不正确".to_owned()),
        }
    }

    /// Chinese title of the element a pointer leads into.
    fn title(&self, pointer: &str) -> String {
        let element = pointer.split('/').nth(1).unwrap_or_default();
        let title = self.elements().and_then(|e| e.get(element)?.get("title")?.as_str());
        title.unwrap_or(element).to_owned()
    }
}

/// One form for several matters: the union of their data elements.
///
/// # Errors
/// The data elements that two matters define differently.
pub fn merge_forms<'a>(forms: impl IntoIterator<Item = &'a Form>) -> Result<Form, Vec<String>> {
    let mut properties: Map<String, Value> = Map::new();
    let mut required: Vec<Value> = Vec::new();
    let mut conflicts = Vec::new();
    for form in forms {
        for (element, schema) in form.elements().into_iter().flatten() {
            match properties.get(element) {
                Some(known) if known != schema => conflicts.push(element.clone()),
                _ => drop(properties.insert(element.clone(), schema.clone())),
            }
        }
        for element in form.schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            if !required.contains(element) {
                required.push(element.clone());
            }
        }
    }
    let merged = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties, "required": required});
    if conflicts.is_empty() { Form::try_from(merged).map_err(|e| vec![e]) } else { Err(conflicts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(value: Value) -> Form {
        Form::try_from(value).unwrap()
    }

    #[test]
    fn every_problem_has_its_pointer_and_a_chinese_text() {
        let form = form(json!({"properties": {
            "project_name": {"title": "项目名称", "type": "string", "minLength": 2},
            "floor_area_m2": {"title": "建筑面积", "type": "number", "exclusiveMinimum": 0}}, "required": ["project_name"]}));
        let filled = json!({"floor_area_m2": 0, "surprise": 1});
        let mut problems = form.check_whole(filled.as_object().unwrap());
        problems.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        let seen: Vec<_> = problems.iter().map(|p| (p.pointer.as_str(), p.code)).collect();
        assert_eq!(seen, [("/floor_area_m2", "out_of_range"), ("/project_name", "required"), ("/surprise", "unknown_field")]);
        assert_eq!(problems[1].text, "「项目名称」必填");
        assert_eq!(form.check_draft(&Map::new()), []);
    }

    #[test]
    fn merging_asks_each_element_once_and_reports_conflicts() {
        let a = form(json!({"properties": {"name": {"type": "string"}, "area": {"type": "number"}}, "required": ["name"]}));
        let b = form(json!({"properties": {"name": {"type": "string"}, "phone": {"type": "string"}}, "required": ["name", "phone"]}));
        let merged = merge_forms([&a, &b]).unwrap();
        assert_eq!(merged.elements().unwrap().keys().collect::<Vec<_>>(), ["area", "name", "phone"]);
        assert_eq!(merged.schema()["required"], json!(["name", "phone"]));
        let c = form(json!({"properties": {"area": {"type": "string"}}}));
        assert_eq!(merge_forms([&a, &c]).unwrap_err(), ["area"]);
    }
}
