//! What a catalogue document must satisfy before it is published: every complaint, with its place and a stable code.

mod base;
mod bundle;
mod condition;
mod form;
mod matter;
mod succession;
mod zone;

pub use base::check_base;
pub use bundle::check_bundle;
pub use matter::{check_links, check_matter, check_references};
pub use succession::check_succession;
pub use zone::check_zone;

use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

crate::codes! {
    /// How much a finding weighs.
    pub enum Severity {
        /// Publication is refused.
        Error = "error", "错误";
        /// The publisher should look at it.
        Warning = "warning", "提醒";
    }
}

/// One thing wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Finding {
    /// JSON Pointer into the document.
    #[schema(example = "/consult_phone")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "missing")]
    pub code: &'static str,
    /// Chinese text.
    #[schema(example = "缺少咨询电话（missing: consult_phone）")]
    pub text: String,
    /// How much it weighs.
    pub severity: Severity,
}

impl Finding {
    /// What stands in the way of publication.
    #[must_use]
    pub fn error(pointer: impl Into<String>, code: &'static str, text: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code, text: text.into(), severity: Severity::Error }
    }

    fn warning(pointer: impl Into<String>, code: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(pointer, code, text) }
    }

    /// Whether it stands in the way.
    #[must_use]
    pub fn forbids(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A public element that is empty (F6: publication is refused while one is).
fn missing(element: &str, name: &str) -> Finding {
    Finding::error(format!("/{element}"), "missing", format!("缺少{name}（missing: {element}）"))
}

fn duplicates<'a>(codes: impl Iterator<Item = &'a str>, pointer: &str, text: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let twice = codes.enumerate().filter(|(_, c)| !seen.insert(*c));
    twice.map(|(i, c)| Finding::error(format!("{pointer}/{i}"), "duplicate", format!("{text}：{c}"))).collect()
}

/// Codes that stand in addresses: lower-case letters, digits and single hyphens.
fn is_slug(code: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=80).contains(&code.len()) && code.chars().all(allowed) && !code.starts_with('-') && !code.ends_with('-') && !code.contains("--")
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|t| t.trim().is_empty())
}

#[cfg(test)]
mod tests;
