//! The JSON REST API: routes, extractors, handlers, problems, OpenAPI.

mod cursor;
mod etag;
mod extract;
pub mod metrics;
mod openapi;
mod perform;
mod problem;
mod request_id;
mod route;
mod server;
mod state;
mod throttle;
pub mod token;
mod view;

pub use openapi::openapi;
pub use problem::{ErrorCode, error_page};
pub use server::{Running, serve};
pub use state::{AppState, Limits, remembered};
