//! The one home of what differs between PostgreSQL and SQLite.

mod connection;
mod database;
mod migrate;
pub(crate) mod query;
pub(crate) mod types;

pub use connection::Backend;
pub use database::{Db, DbConfig, DbError, Durability, Tx};
pub use migrate::{MigrationFailed, migrate, pending, revert_all};
pub(crate) use types::{At, Code, Id, sql_type};
