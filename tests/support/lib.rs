//! A server in the test's own process, with a fresh database of its own and a clock that stands still.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "a test that can't go on fails"
)]

mod app;
mod client;
mod database;
mod sample;

pub use app::App;
pub use client::{Answer, Call};
pub use database::Database;
pub use sample::{EXCAVATION_MATERIALS, HYGIENE_FORM, NEWBORN_FORM, ROAD_MATERIALS, checklist, examination, excavation, party, pdf, road};
