//! One connection type over PostgreSQL and SQLite.

use diesel::connection::{AnsiTransactionManager, InstrumentationEvent, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::sqlite::SqliteConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Pg(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

impl AnyConnection {
    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self {
            Self::Pg(_) => Backend::Postgres,
            Self::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// Begins the transaction of a write; on SQLite it takes the write lock at once.
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            Self::Pg(c) => AnsiTransactionManager::begin_transaction(c),
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
        }
    }

    pub(super) fn commit(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::commit_transaction(self)
    }

    pub(super) fn rollback(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::rollback_transaction(self)
    }

    fn count_statements(&mut self, counter: Arc<AtomicU64>) {
        self.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event
                && !["BEGIN", "COMMIT", "ROLLBACK"].iter().any(|frame| query.to_string().starts_with(frame))
            {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
}

/// Opens connections for the pools.
pub(super) struct Manager {
    pub(super) url: String,
    /// Pragmas for SQLite, a session setting for PostgreSQL.
    pub(super) on_open: &'static str,
    pub(super) counter: Option<Arc<AtomicU64>>,
}

impl Manager {
    pub(super) fn is_postgres(url: &str) -> bool {
        url.starts_with("postgres:") || url.starts_with("postgresql:")
    }
}

impl r2d2::ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        use diesel::r2d2::Error::{ConnectionError, QueryError};
        let mut connection = if Self::is_postgres(&self.url) {
            AnyConnection::Pg(PgConnection::establish(&self.url).map_err(ConnectionError)?)
        } else {
            AnyConnection::Sqlite(SqliteConnection::establish(&self.url).map_err(ConnectionError)?)
        };
        connection.batch_execute(self.on_open).map_err(QueryError)?;
        if let Some(counter) = &self.counter {
            connection.count_statements(counter.clone());
        }
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Self::Error> {
        connection.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}
