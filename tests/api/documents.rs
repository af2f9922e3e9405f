//! Committed documents equal what the program says, and say it whole.

use domain::catalogue::{Bundle, Matter, Zone};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use workflow::catalogue::document_schema;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn committed(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn the_committed_openapi_document_is_what_is_served() {
    let now: Value = serde_json::to_value(http_api::openapi(true)).unwrap();
    let known: Value = serde_json::from_str(&committed("openapi/openapi.json")).unwrap();
    assert!(now == known, "run: cargo run -- openapi > openapi/openapi.json");
}

#[test]
fn every_operation_and_schema_is_described() {
    let document: Value = serde_json::to_value(http_api::openapi(true)).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(m, _)| *m != "parameters") {
            let name = format!("{method} {path}");
            for part in ["operationId", "summary"] {
                assert!(operation[part].as_str().is_some_and(|t| !t.is_empty()), "{name}: no {part}");
            }
            assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name}: one tag");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].as_str().is_some_and(|t| !t.is_empty()), "{name}: {}", parameter["name"]);
            }
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.keys().any(|s| s.starts_with('2')) && responses.contains_key("500"), "{name}: answers");
            assert!(responses.values().all(|r| r["description"].as_str().is_some_and(|t| !t.is_empty())), "{name}: answers");
        }
    }
    let text = document.to_string();
    for name in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document["components"]["schemas"][name].is_object(), "{name} is referred to and not there");
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let described = property.get("description").is_some() || property.get("$ref").is_some() || property.get("oneOf").is_some();
            assert!(described, "{name}.{field} has no description");
        }
    }
}

/// The document holds one schema a name: a second type of the same name would silently take the place of the first.
#[test]
fn no_two_schemas_share_a_name() {
    let mut seen: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut twice = Vec::new();
    for path in rust_files(&root().join("crates")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let (mut schema, mut name) = (false, None);
        for line in text.lines().map(|line| format!(" {}", line.trim())) {
            let line = line.as_str();
            if line.starts_with(" #[derive(") && line.contains("ToSchema") || line.ends_with("codes! {") {
                (schema, name) = (true, None);
            } else if let Some(other) = line.strip_prefix(" #[schema(as = ") {
                name = other.strip_suffix(")]").map(str::to_owned);
            } else if schema && let Some(declared) = line.split(" struct ").nth(1).or_else(|| line.split(" enum ").nth(1)) {
                let declared = declared.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned();
                let name = name.take().unwrap_or(declared);
                schema = false;
                if let Some(first) = seen.insert(name.clone(), path.clone()) {
                    twice.push(format!("{name}: {} and {}", first.display(), path.display()));
                }
            }
        }
    }
    assert!(seen.len() > 300, "{} schemas were found", seen.len());
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn the_page_of_error_codes_is_complete_and_every_code_is_used() {
    assert_eq!(committed("docs/errors.md"), http_api::error_page(), "run: cargo run -- errors > docs/errors.md");
    let codes: BTreeSet<&str> = http_api::ErrorCode::ALL.iter().map(|c| c.as_str()).collect();
    assert_eq!(codes.len(), http_api::ErrorCode::ALL.len(), "codes are unique");
    let sources: String = rust_files(&root().join("crates/http/src"))
        .into_iter()
        .filter(|p| !p.ends_with("openapi.rs") && !p.ends_with("problem/code.rs"))
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect();
    for code in http_api::ErrorCode::ALL {
        assert!(sources.contains(&format!("ErrorCode::{code:?}")), "{code:?} is never answered");
    }
}

#[test]
fn the_published_import_schemas_are_those_that_check_imports() {
    for (file, schema) in [
        ("zone", document_schema::<Zone>("园区")),
        ("matter", document_schema::<Matter>("事项")),
        ("bundle", document_schema::<Bundle>("一件事")),
    ] {
        let known: Value = serde_json::from_str(&committed(&format!("data/schema/{file}.schema.json"))).unwrap();
        assert!(known == schema, "run: cargo run -- schema {file} > data/schema/{file}.schema.json");
    }
}

/// Operations and tests that a row names between backticks exist.
#[test]
fn traceability_names_only_what_exists() {
    let operations: BTreeSet<&str> = domain::access::Operation::ALL.iter().map(|o| o.id()).collect();
    let tests: String =
        ["tests/api", "crates"].iter().flat_map(|d| rust_files(&root().join(d))).map(|p| std::fs::read_to_string(p).unwrap()).collect();
    let page = committed("docs/traceability.md");
    let mut rows = 0;
    for line in page.lines().filter(|l| l.starts_with("| F")) {
        rows += 1;
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        for operation in ticked(cells[3]) {
            assert!(operations.contains(operation), "{operation} is no operation: {line}");
        }
        let named = ticked(cells[4]);
        assert!(!named.is_empty(), "no test: {line}");
        for test in named {
            assert!(tests.contains(&format!("fn {test}(")), "{test} is no test: {line}");
        }
    }
    assert!(rows > 0);
}

fn ticked(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn decisions_are_numbered_without_gaps() {
    let mut names: Vec<String> =
        std::fs::read_dir(root().join("docs/adr")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    for (i, name) in names.iter().enumerate() {
        assert!(name.starts_with(&format!("{:04}-", i + 1)), "{name}");
    }
}
