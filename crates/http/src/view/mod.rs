//! What answers look like.

pub mod application;
pub mod case;
pub mod catalogue;
pub mod masked;
pub mod page;
pub mod session;
pub mod timeline;

use domain::local_time::{Instant, rfc3339};
use serde::Serialize;
use utoipa::ToSchema;

/// An instant as answers write it: RFC 3339, +08:00, whole seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, format = DateTime, example = "2024-09-27T10:00:00+08:00")]
pub struct Moment(String);

impl From<Instant> for Moment {
    fn from(instant: Instant) -> Self {
        Self(rfc3339(instant))
    }
}
