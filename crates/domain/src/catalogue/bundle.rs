//! A bundle (一件事): what the applicant sees as one thing.

use super::{Condition, Situation, Source};
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// How strictly one matter waits for another.
    pub enum EdgeKind {
        /// Decided only after the other is closed.
        Hard = "hard", "前置办结";
        /// Pre-examined before, issued after.
        Soft = "soft", "预审衔接";
    }
}

/// One matter of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleMember {
    /// Code of the matter.
    #[schema(example = "birth-certificate")]
    pub matter: String,
    /// Part of the bundle only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The applicant may leave it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// `after` waits for `before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The matter decided first.
    pub before: String,
    /// The matter that waits.
    pub after: String,
    /// How strictly.
    pub kind: EdgeKind,
}

/// The document of one bundle version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Stable code.
    #[schema(example = "newborn")]
    pub code: String,
    /// Chinese name.
    #[schema(example = "新生儿出生一件事")]
    pub name: String,
    /// Department that leads.
    #[schema(example = "HEA")]
    pub lead_department: String,
    /// The matters, in the order in which they are shown.
    pub members: Vec<BundleMember>,
    /// Who waits for whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
    /// The bundle's own promise; absent = the critical path of its matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Limit>,
    /// Where the promise comes from.
    pub promised_source: Source,
    /// Questions of the bundle itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Situation>,
    /// Words citizens use for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
    /// What it brings, in one sentence.
    #[schema(example = "出生医学证明、户口登记、医保参保一次申报")]
    pub summary: String,
    /// How sure the entry as a whole is.
    pub source: Source,
}
