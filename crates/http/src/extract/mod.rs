//! Extractors: who calls, in which zone, with what body, under which key.

mod body;
mod caller;
mod headers;
pub mod may;
mod path;
mod query;
mod target;
mod zone;

pub(crate) use body::{Valid, read_json, read_phone};
pub(crate) use caller::{Anyone, Caller};
pub(crate) use headers::{IdempotencyKey, IfMatch};
pub(crate) use path::{Segment, Segments};
pub(crate) use query::Params;
pub(crate) use target::Target;
pub(crate) use zone::{InZone, ZonePath};
