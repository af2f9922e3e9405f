//! The base catalogue.

use super::{Finding, duplicates, is_slug};
use crate::catalogue::BaseCatalogue;

/// Checks the base catalogue of an installation.
#[must_use]
pub fn check_base(base: &BaseCatalogue) -> Vec<Finding> {
    let mut found = duplicates(base.entries.iter().map(|e| e.code.as_str()), "/entries", "事项代码重复");
    for (i, entry) in base.entries.iter().enumerate() {
        if !is_slug(&entry.code) {
            let text = "事项代码只能由小写字母、数字和连字符组成，最多80个字符";
            found.push(Finding::error(format!("/entries/{i}/code"), "wrong_format", text));
        }
        if entry.name.trim().is_empty() {
            found.push(Finding::error(format!("/entries/{i}/name"), "missing", "缺少事项名称"));
        }
        if entry.legal_basis.is_empty() {
            found.push(Finding::error(format!("/entries/{i}/legal_basis"), "missing", "缺少设定依据"));
        }
    }
    found
}
