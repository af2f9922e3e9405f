//! Dependencies between the crates run one way.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

const CRATES: [&str; 7] = ["domain", "persistence", "search", "workflow", "integrations", "http-api", "server"];

#[test]
fn crates_depend_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("domain", &[][..]),
        ("persistence", &["domain"]),
        ("search", &["domain"]),
        ("workflow", &["domain", "persistence", "search"]),
        ("integrations", &["domain"]),
        ("http-api", &["domain", "persistence", "search", "workflow", "integrations"]),
        ("server", &["domain", "persistence", "workflow", "integrations", "http-api"]),
    ]);
    let forbidden: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("domain", &["diesel", "actix-web", "tokio", "jsonwebtoken", "rand", "getrandom", "reqwest"][..]),
        ("persistence", &["actix-web", "jsonwebtoken", "utoipa-actix-web"]),
        ("search", &["diesel", "actix-web", "tokio"]),
        ("workflow", &["actix-web", "diesel", "jsonwebtoken"]),
        ("integrations", &["diesel", "actix-web"]),
        ("http-api", &["diesel", "r2d2"]),
        ("server", &["diesel", "actix-web"]),
    ]);
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for name in CRATES {
        let package = metadata.packages.iter().find(|p| p.name.as_str() == name).unwrap_or_else(|| panic!("no crate {name}"));
        let used: BTreeSet<&str> =
            package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal).map(|d| d.name.as_str()).collect();
        for other in CRATES {
            assert!(!used.contains(other) || allowed[name].contains(&other), "{name} must not use {other}");
        }
        for banned in forbidden[name] {
            assert!(!used.contains(banned), "{name} must not name {banned}");
        }
    }
}
