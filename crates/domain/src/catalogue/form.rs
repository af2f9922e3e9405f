//! Forms: JSON Schema keyed by data element, so that the forms of several matters merge into one.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::{Arc, OnceLock};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A form; kept as text, read and compiled when it is first needed: most matters of a large catalogue are not in use
/// at a time.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Form(Arc<Inner>);

struct Inner {
    text: Box<str>,
    schema: OnceLock<Value>,
    whole: OnceLock<Option<Validator>>,
    draft: OnceLock<Option<Validator>>,
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
        let text = schema.to_string().into_boxed_str();
        Ok(Self(Arc::new(Inner { text, schema: OnceLock::new(), whole: OnceLock::new(), draft: OnceLock::new() })))
    }
}

impl From<Form> for Value {
    fn from(form: Form) -> Self {
        form.schema().clone()
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Form({})", self.0.text)
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

/// Compiles a schema: formats asserted, patterns by an engine that takes linear time, nothing fetched from anywhere.
fn compile(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::options().should_validate_formats(true).with_pattern_options(PatternOptions::regex()).build(schema)
}

impl Form {
    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &Value {
        self.0.schema.get_or_init(|| serde_json::from_str(&self.0.text).unwrap_or_default())
    }

    /// The schema as text: equal forms have equal texts.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Takes over the parts of an equal form, so that both are kept once.
    pub fn share(&mut self, other: &Self) {
        if self == other {
            self.0 = other.0.clone();
        }
    }

    /// Where and why the schema can't be compiled.
    #[must_use]
    pub fn flaw(&self) -> Option<(String, String)> {
        compile(self.schema()).err().map(|e| (e.instance_path().to_string(), e.to_string()))
    }

    /// The data elements asked for.
    #[must_use]
    pub fn elements(&self) -> Option<&Map<String, Value>> {
        self.schema().get("properties")?.as_object()
    }

    /// The data elements that must be filled in.
    pub fn required(&self) -> impl Iterator<Item = &str> {
        self.schema().get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    /// Everything wrong with what is filled in so far; missing elements are fine.
    #[must_use]
    pub fn check_draft(&self, filled: &Map<String, Value>) -> Vec<FormProblem> {
        let draft = self.0.draft.get_or_init(|| {
            let mut relaxed = self.schema().clone();
            relaxed.as_object_mut().map(|object| object.remove("required"));
            compile(&relaxed).ok()
        });
        self.problems(draft.as_ref(), filled)
    }

    /// Everything wrong with the whole form.
    #[must_use]
    pub fn check_whole(&self, filled: &Map<String, Value>) -> Vec<FormProblem> {
        let whole = self.0.whole.get_or_init(|| compile(self.schema()).ok());
        self.problems(whole.as_ref(), filled)
    }

    fn problems(&self, validator: Option<&Validator>, filled: &Map<String, Value>) -> Vec<FormProblem> {
        let Some(validator) = validator else {
            let text = "申请表的定义有误，请联系窗口".to_owned();
            return vec![FormProblem { pointer: String::new(), code: "wrong_format", text }];
        };
        let value = Value::Object(filled.clone());
        validator.iter_errors(&value).flat_map(|e| self.explain(&e)).collect()
    }

    fn explain(&self, error: &ValidationError<'_>) -> Vec<FormProblem> {
        let mut found = explain_schema_error(error);
        for problem in found.iter_mut().filter(|p| p.code != "unknown_field") {
            problem.text = format!("「{}」{}", self.title(&problem.pointer), problem.text);
        }
        found
    }

    /// Chinese title of the element a pointer leads into.
    fn title(&self, pointer: &str) -> String {
        let element = pointer.split('/').nth(1).unwrap_or_default();
        let title = self.elements().and_then(|e| e.get(element)?.get("title")?.as_str());
        title.unwrap_or(element).to_owned()
    }
}

/// What is wrong with a value, in Chinese, as a schema has it; without the name of the place.
#[must_use]
pub fn explain_schema_error(error: &ValidationError<'_>) -> Vec<FormProblem> {
    let at = error.instance_path().to_string();
    let one = |pointer: String, code: &'static str, text: String| vec![FormProblem { pointer, code, text }];
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            one(format!("{at}/{}", property.as_str().unwrap_or_default()), "required", "必填".to_owned())
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let unknown = |name: &String| FormProblem {
                pointer: format!("{at}/{name}"),
                code: "unknown_field",
                text: format!("表单中没有「{name}」这一项"),
            };
            unexpected.iter().map(unknown).collect()
        }
        // What may be absent is nothing or of its shape: where it is of neither, its own shape tells what is wrong.
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            let other_type = |e: &ValidationError<'_>| {
                matches!(e.kind(), ValidationErrorKind::Type { .. }) && e.instance_path() == error.instance_path()
            };
            let meant = context.iter().find(|branch| !branch.is_empty() && !branch.iter().any(other_type));
            match meant {
                Some(branch) => branch.iter().flat_map(explain_schema_error).collect(),
                None => one(at, "wrong_format", "格式不正确".to_owned()),
            }
        }
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
        for element in form.schema().get("required").and_then(Value::as_array).into_iter().flatten() {
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
