//! What has to begin within a term after a grant, or the grant is void of itself (建筑法 9).

use super::Source;
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Within which term what was granted has to begin, and how often that may be put off (逾期自行废止).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginRule {
    /// What has to begin.
    #[schema(example = "开工")]
    pub act: String,
    /// Within which term after the certificate was received.
    pub within: Limit,
    /// By how much it is put off each time.
    pub extension: Limit,
    /// How often at most.
    #[schema(example = 2, maximum = 12)]
    pub extensions: u32,
    /// The law behind it.
    #[schema(example = "建筑法 9")]
    pub basis: String,
    /// How sure it is.
    pub source: Source,
}
