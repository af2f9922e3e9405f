//! Identities: UUIDv7, so that they sort by the time they were made.

use uuid::Uuid;

/// A new identity.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one home of random identities")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
