//! What a rule answers: never a bare yes or no.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a rule decided as it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// Stable code.
    #[schema(example = "material_missing")]
    pub code: String,
    /// Chinese text for the person concerned.
    #[schema(example = "缺少：规划条件批文")]
    pub text: String,
    /// The law, policy or catalogue entry it rests on.
    #[schema(example = "建筑法 8")]
    pub basis: String,
}

impl Reason {
    /// Builds a reason from its three parts.
    pub fn new(code: &str, text: impl Into<String>, basis: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into(), basis: basis.into() }
    }
}
