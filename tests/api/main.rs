//! Black-box tests of the API: every one on SQLite and PostgreSQL, each with a fresh database.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that can't go on fails"
)]

mod architecture;
mod audit;
mod authorisation;
mod bad_input;
mod bundle_model;
mod bundles;
mod catalogue;
mod declare;
mod deferral;
mod doctor;
mod documents;
mod editing;
mod elements;
mod exchange;
mod figures;
mod files;
mod hall;
mod hearing;
mod idempotency;
mod joint;
mod kill;
mod kill_life;
mod letters;
mod licences;
mod materials;
mod migrations;
mod mirror;
mod model;
mod office;
mod one_time;
mod parallel;
mod procedures;
mod projects;
mod race;
mod readme;
mod receive;
mod registers;
mod renewals;
mod round_trip;
mod scenarios;
mod service;
mod session;
mod side_by_side;
mod signing;
mod statements;
mod supervision;
mod transfer;
mod transitions;
