//! A catalogue document from JSON: first its shape, by the published JSON Schema, then its type.

use super::schema::{BASE, BUNDLE, MATTER, ZONE};
use domain::catalogue::{BaseCatalogue, Bundle, Finding, Matter, Zone, explain_schema_error};
use jsonschema::Validator;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

/// A kind of document the catalogue holds.
pub trait Document: DeserializeOwned + ToSchema {
    /// Its compiled schema.
    fn validator() -> &'static Result<Validator, String>;
    /// Its code.
    fn code(&self) -> &str;
}

macro_rules! documents {
    ($($kind:ty, $schema:ident, $code:expr;)+) => {
        $(impl Document for $kind {
            fn validator() -> &'static Result<Validator, String> { &$schema }
            fn code(&self) -> &str { let code: fn(&Self) -> &str = $code; code(self) }
        })+
    };
}

documents! {
    Zone, ZONE, |z| &z.slug;
    Matter, MATTER, |m| &m.code;
    Bundle, BUNDLE, |b| &b.code;
    BaseCatalogue, BASE, |_| "base";
}

/// Reads a document; its canonical JSON is `value.to_string()`.
///
/// # Errors
/// Everything wrong with its shape.
pub fn read_document<T: Document>(value: &Value) -> Result<T, Vec<Finding>> {
    let unusable = |e: &String| vec![Finding::error("", "schema_invalid", format!("导入格式的JSON Schema不可用：{e}"))];
    let validator = T::validator().as_ref().map_err(unusable)?;
    // The schema tells every place; the type stops at the first and knows what a schema can't say.
    let found: Vec<Finding> = validator
        .iter_errors(value)
        .flat_map(|e| explain_schema_error(&e))
        .map(|p| match p.code {
            "unknown_field" => Finding::error(p.pointer, p.code, "不符合导入格式：没有这一项"),
            code => Finding::error(p.pointer, code, format!("不符合导入格式：{}", p.text)),
        })
        .collect();
    if !found.is_empty() {
        return Err(found);
    }
    let mut track = serde_path_to_error::Track::new();
    T::deserialize(serde_path_to_error::Deserializer::new(value, &mut track)).map_err(|e| {
        let pointer = format!("/{}", track.path().to_string().replace(['.', '['], "/").replace(']', ""));
        vec![Finding::error(pointer, "wrong_format", e.to_string())]
    })
}
