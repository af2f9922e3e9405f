//! A form: it compiles, reaches nothing outside of itself, and says of each element what it is called and how sensitive.

use super::Finding;
use crate::catalogue::Form;
use serde_json::{Map, Value};

/// The longest schema of a form, in bytes.
const LONGEST: usize = 64 * 1024;
/// The deepest nesting of a schema.
const DEEPEST: usize = 16;
/// The longest list a form may ask for.
const MOST_ITEMS: u64 = 5000;

/// What may stand at the top of a form: only what survives merging.
const KEYWORDS: [&str; 7] = ["$schema", "type", "title", "description", "properties", "required", "additionalProperties"];

/// Checks the schema of a form.
#[must_use]
pub(super) fn check_form(form: &Form) -> Vec<Finding> {
    if form.text().len() > LONGEST {
        return vec![Finding::error("/form", "too_large", "表单的JSON Schema最多64KB")];
    }
    let mut found = Vec::new();
    walk(form.schema(), "/form", 0, &mut found);
    if found.is_empty()
        && let Some((at, why)) = form.flaw()
    {
        found.push(Finding::error(format!("/form{at}"), "schema_invalid", format!("表单的JSON Schema无效：{why}")));
    }
    for (key, _) in form.schema().as_object().into_iter().flatten().filter(|(k, _)| !KEYWORDS.contains(&k.as_str())) {
        let text = format!("表单顶层不能使用「{key}」：各事项的表单按数据元合并");
        found.push(Finding::error(format!("/form/{key}"), "keyword_forbidden", text));
    }
    let none = Map::new();
    let elements = form.elements().unwrap_or(&none);
    for (element, schema) in elements {
        if schema.get("title").and_then(Value::as_str).is_none_or(str::is_empty) {
            found.push(Finding::error(format!("/form/properties/{element}/title"), "missing", format!("数据元「{element}」缺少名称")));
        }
        if schema.get("x-sensitivity").and_then(Value::as_u64).is_none_or(|s| s > 3) {
            let text = format!("数据元「{element}」应声明敏感级别x-sensitivity：0公开、1商业、2个人、3敏感");
            found.push(Finding::error(format!("/form/properties/{element}/x-sensitivity"), "missing", text));
        }
    }
    for (i, name) in form.required().enumerate().filter(|(_, name)| !elements.contains_key(*name)) {
        found.push(Finding::error(format!("/form/required/{i}"), "unknown", format!("表单没有数据元「{name}」")));
    }
    found
}

/// Nothing is referred to, inside or outside: elements stand by themselves so that forms merge. Nesting is bounded.
fn walk(value: &Value, pointer: &str, depth: usize, found: &mut Vec<Finding>) {
    if depth > DEEPEST {
        found.push(Finding::error(pointer, "too_deep", "表单的JSON Schema嵌套过深"));
        return;
    }
    match value {
        Value::Object(object) => {
            let listed = |t: &Value| t == "array" || t.as_array().is_some_and(|all| all.iter().any(|t| t == "array"));
            let is_list = depth > 1 && (object.get("type").is_some_and(listed) || object.get("items").is_some_and(Value::is_object));
            if is_list && object.get("maxItems").and_then(Value::as_u64).is_none_or(|most| most > MOST_ITEMS) {
                let text = format!("列表应写明maxItems，最多{MOST_ITEMS}项");
                found.push(Finding::error(format!("{pointer}/maxItems"), "unbounded_list", text));
            }
            for (key, inner) in object {
                let below = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                let reference = ["$ref", "$dynamicRef", "$id", "$schema"].contains(&key.as_str());
                let outside = |r: &str| key != "$schema" || !r.starts_with("https://json-schema.org/");
                if reference && inner.as_str().is_some_and(outside) {
                    found.push(Finding::error(below, "remote_reference", "表单的JSON Schema不能引用其他位置"));
                } else {
                    walk(inner, &below, depth + 1, found);
                }
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| walk(v, &format!("{pointer}/{i}"), depth + 1, found)),
        _ => {}
    }
}
