//! The one way to the database: [`Db::read`] and [`Db::write`].

use super::connection::{AnyConnection, Backend, Manager};
use crate::clock::Clock;
use crate::seal::Keys;
use diesel::connection::SimpleConnection;
use domain::local_time::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How hard SQLite tries to keep a commit through a power failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Every commit reaches the disk.
    Full,
    /// The last commits may be lost on power failure, never on a crash of the process.
    Normal,
}

/// How to open the database.
pub struct DbConfig {
    /// `postgres://…`, or the path of an SQLite file.
    pub url: String,
    /// Connections for reading; on PostgreSQL for everything.
    pub connections: u32,
    /// SQLite only.
    pub durability: Durability,
    /// Counts statements, for tests.
    pub count_statements: bool,
}

/// Why the database could not answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A statement failed.
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
    /// No connection could be had in time.
    #[error("no database connection: {0}")]
    Unavailable(#[from] r2d2::Error),
    /// The process is shutting down.
    #[error("the database is shutting down")]
    Closed,
    /// A stored value can't be read back.
    #[error("stored value is damaged: {0}")]
    Damaged(String),
}

/// The database of one installation.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    backend: Backend,
    readers: r2d2::Pool<Manager>,
    /// SQLite has one writing connection; PostgreSQL writes through the readers' pool.
    writer: Option<r2d2::Pool<Manager>>,
    /// Writers queue here instead of blocking threads.
    write_gate: Semaphore,
    read_gate: Semaphore,
    clock: Clock,
    keys: Arc<Keys>,
    statements: Option<Arc<AtomicU64>>,
}

const SQLITE_FULL: &str =
    "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;";
const SQLITE_NORMAL: &str =
    "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;";
const POSTGRES: &str = "SET TIME ZONE 'UTC'; SET lock_timeout = '10s'; SET statement_timeout = '30s'";

impl Db {
    /// Opens the pools; does not migrate.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection can be opened.
    pub fn open(config: &DbConfig, clock: Clock, keys: Arc<Keys>) -> Result<Self, DbError> {
        let postgres = Manager::is_postgres(&config.url);
        let counter = config.count_statements.then(Arc::<AtomicU64>::default);
        let on_open = match (postgres, config.durability) {
            (true, _) => POSTGRES,
            (false, Durability::Full) => SQLITE_FULL,
            (false, Durability::Normal) => SQLITE_NORMAL,
        };
        let pool = |size: u32| {
            r2d2::Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .test_on_check_out(false)
                .connection_timeout(Duration::from_secs(10))
                .build(Manager { url: config.url.clone(), on_open, counter: counter.clone() })
        };
        let writer = if postgres { None } else { Some(pool(1)?) };
        let permits = if postgres { config.connections as usize } else { 1 };
        Ok(Self(Arc::new(Inner {
            backend: if postgres { Backend::Postgres } else { Backend::Sqlite },
            readers: pool(config.connections)?,
            writer,
            write_gate: Semaphore::new(permits),
            read_gate: Semaphore::new(config.connections as usize),
            clock,
            keys,
            statements: counter,
        })))
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.0.backend
    }

    /// The clock of this installation.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The keys of this installation.
    #[must_use]
    pub fn keys(&self) -> &Arc<Keys> {
        &self.0.keys
    }

    /// Statements run so far, where counting was asked for.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.0.statements.as_ref().map_or(0, |c| c.load(Ordering::Relaxed))
    }

    /// Runs `work` with a connection, outside any transaction, on the blocking pool.
    ///
    /// # Errors
    /// What `work` returns, or [`DbError`] when there is no connection.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let _permit = self.0.read_gate.acquire().await.map_err(|_| DbError::Closed)?;
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = inner.readers.get().map_err(DbError::from)?;
            work(&mut inner.lend(&mut connection))
        });
        done.await.map_err(|_| DbError::Closed)?
    }

    /// Runs `work` in one transaction: all of it is committed when this returns `Ok`, none of it otherwise.
    ///
    /// # Errors
    /// What `work` returns, or [`DbError`] when there is no connection or the commit fails.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let _permit = self.0.write_gate.acquire().await.map_err(|_| DbError::Closed)?;
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || inner.write(work));
        done.await.map_err(|_| DbError::Closed)?
    }

    /// The same as [`Db::write`] from a thread that may block (start-up, command line).
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, E: From<DbError>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        self.0.write(work)
    }

    /// Runs `work` on one unchanging view of the database, without holding up writers, on the blocking pool.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let _permit = self.0.read_gate.acquire().await.map_err(|_| DbError::Closed)?;
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.snapshot_blocking(work)).await.map_err(|_| DbError::Closed)?
    }

    /// The same as [`Db::snapshot`] from a thread that may block.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn snapshot_blocking<T, E: From<DbError>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let begin = match self.0.backend {
            Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0",
            Backend::Sqlite => "BEGIN DEFERRED",
        };
        let mut connection = self.0.readers.get().map_err(DbError::from)?;
        connection.batch_execute(begin).map_err(DbError::from)?;
        let done = work(&mut self.0.lend(&mut connection));
        connection.batch_execute("ROLLBACK").map_err(DbError::from)?;
        done
    }

    /// Lends the raw connection to migrations.
    pub(super) fn with_connection<T>(&self, work: impl FnOnce(&mut AnyConnection) -> T) -> Result<T, DbError> {
        let mut connection = self.0.writer.as_ref().unwrap_or(&self.0.readers).get()?;
        Ok(work(&mut connection))
    }
}

impl Inner {
    fn lend<'a>(&'a self, connection: &'a mut AnyConnection) -> Tx<'a> {
        Tx { connection, clock: &self.clock, keys: &self.keys, floor: None }
    }

    fn write<T, E: From<DbError>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut connection = self.writer.as_ref().unwrap_or(&self.readers).get().map_err(DbError::from)?;
        connection.begin_write().map_err(DbError::from)?;
        match work(&mut self.lend(&mut connection)) {
            Ok(value) => {
                connection.commit().map_err(DbError::from)?;
                Ok(value)
            }
            Err(error) => {
                if let Err(e) = connection.rollback() {
                    tracing::warn!(error = %e, "rollback failed");
                }
                Err(error)
            }
        }
    }
}

/// A connection with what statements need around them: the clock and the keys.
pub struct Tx<'a> {
    pub(crate) connection: &'a mut AnyConnection,
    clock: &'a Clock,
    keys: &'a Arc<Keys>,
    floor: Option<Instant>,
}

impl Tx<'_> {
    /// The legal now; never before an instant given to [`Tx::not_before`]. Read it after the lock.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.floor.map_or_else(|| self.clock.now(), |floor| self.clock.now().max(floor))
    }

    /// Makes [`Tx::now`] never fall before `instant`, the last event of the stream that is locked.
    pub fn not_before(&mut self, instant: Instant) {
        self.floor = Some(self.floor.map_or(instant, |floor| floor.max(instant)));
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Arc<Keys> {
        self.keys
    }
}
