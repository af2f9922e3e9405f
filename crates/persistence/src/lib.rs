//! Rows, queries and transactions over diesel and r2d2; the same code on SQLite and PostgreSQL.

pub mod account;
pub mod application;
pub mod appointment;
pub mod audit;
pub mod calendar;
pub mod callback;
pub mod catalogue;
pub mod certificate;
pub mod clock;
pub mod credit;
pub mod delegation;
mod engine;
pub mod evaluation;
pub mod event;
pub mod file_store;
pub mod finding;
pub mod idempotency;
pub mod ids;
pub mod instrument;
pub mod job;
pub mod joint_review;
pub mod material;
pub mod number;
pub mod obligation;
pub mod parcel;
pub mod project;
pub mod publicity;
pub mod reform;
pub mod sandbox_clock;
mod schema;
pub mod seal;
pub mod session;
pub mod share_call;
pub mod tally;
pub mod zone;

pub use engine::{Backend, Db, DbConfig, DbError, Durability, MigrationFailed, Tx, migrate, pending, revert_all};
