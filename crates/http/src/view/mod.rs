//! What answers look like.

pub mod application;
pub mod case;
pub mod case_file;
pub mod catalogue;
pub mod clock;
pub mod draft;
pub mod guide;
mod layout;
pub mod masked;
pub mod ofd;
pub mod page;
pub mod paper;
pub mod session;
pub mod sheet;
pub mod timeline;

use domain::access::{Operation, Reach, Role, reach_of};
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

/// The roles a caller holds in a zone: what he may do next follows from them.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Roles.
    pub roles: Vec<Role>,
    /// Departments.
    pub departments: Vec<String>,
}

impl Seat {
    /// Whether he may perform `operation` on a case of `department`; `own` says that it is his.
    #[must_use]
    pub fn may(&self, operation: Operation, department: &str, own: bool) -> bool {
        match reach_of(operation, &self.roles) {
            Some(Reach::Zone) => true,
            Some(Reach::Department) => self.departments.iter().any(|d| d == department),
            Some(Reach::Own) => own,
            None => false,
        }
    }
}
