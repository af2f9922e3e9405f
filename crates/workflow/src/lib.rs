//! Use cases that write: lock, settle, let the domain decide, save with events and jobs.

pub mod account;
pub mod application;
pub mod appointment;
pub mod catalogue;
pub mod credit;
mod dossier;
mod error;
pub mod jobs;
pub mod password;
pub mod print;
pub mod session;
mod snapshot;

pub use catalogue::Editing;
pub use dossier::{Dossier, settle_cases, subject};
pub use error::{Error, Invalid};
pub use snapshot::{Snapshots, ZoneSnapshot};
