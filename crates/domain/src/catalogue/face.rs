//! What stands on a result besides what stands on every one (证照照面).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One line of a result, taken from the form (照面信息).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaceField {
    /// What it is called there.
    #[schema(example = "建设地址")]
    pub label: String,
    /// The data element of the form.
    #[schema(example = "construction_site")]
    pub element: String,
}
