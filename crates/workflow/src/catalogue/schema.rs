//! The published JSON Schema of the import format, from the very types that are imported.

use domain::catalogue::{BaseCatalogue, Bundle, Matter, Zone};
use jsonschema::Validator;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::ToSchema;

/// JSON Schema 2020-12 of a document type.
#[must_use]
pub fn document_schema<T: ToSchema>(title: &str) -> Value {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    parts.push((T::name().into_owned(), T::schema()));
    let parts: serde_json::Map<String, Value> = parts.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": format!("#/components/schemas/{}", T::name()),
        "components": {"schemas": parts},
    })
}

fn compiled<T: ToSchema>(title: &str) -> Result<Validator, String> {
    jsonschema::validator_for(&document_schema::<T>(title)).map_err(|e| e.to_string())
}

/// Validator of `zone.json`.
pub(super) static ZONE: LazyLock<Result<Validator, String>> = LazyLock::new(|| compiled::<Zone>("园区"));
/// Validator of files in `matters/`.
pub(super) static MATTER: LazyLock<Result<Validator, String>> = LazyLock::new(|| compiled::<Matter>("事项"));
/// Validator of files in `bundles/`.
pub(super) static BUNDLE: LazyLock<Result<Validator, String>> = LazyLock::new(|| compiled::<Bundle>("一件事"));
/// Validator of `base/catalogue.json`.
pub(super) static BASE: LazyLock<Result<Validator, String>> = LazyLock::new(|| compiled::<BaseCatalogue>("基本目录"));
