//! What every handler shares.

use crate::etag::Remembered;
use crate::metrics::Metrics;
use crate::throttle::Throttle;
use crate::token::Tokens;
use persistence::Db;
use persistence::file_store::FileStore;
use persistence::number::Numbers;
use std::sync::Arc;
use workflow::Snapshots;
use workflow::jobs::Worker;

/// Limits of the server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest JSON body, bytes.
    pub body: usize,
    /// Largest file, bytes.
    pub file: u64,
    /// Longest a request may take, seconds.
    pub request_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1024 * 1024, file: 20 * 1024 * 1024, request_seconds: 30 }
    }
}

/// What every handler shares.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// Catalogues and calendar.
    pub snapshots: Snapshots,
    /// Reserved numbers.
    pub numbers: Numbers,
    /// Sealed files.
    pub files: FileStore,
    /// Access tokens.
    pub tokens: Arc<Tokens>,
    /// Failed attempts.
    pub throttle: Arc<Throttle>,
    /// Measurements.
    pub metrics: Arc<Metrics>,
    /// Public answers computed lately.
    pub remembered: Remembered,
    /// Limits.
    pub limits: Limits,
    /// Development operations are served.
    pub sandbox: bool,
}

/// Room for public answers: at most 64 MiB.
#[must_use]
pub fn remembered() -> Remembered {
    let weight =
        |key: &String, (_, bytes): &(String, actix_web::web::Bytes)| u32::try_from(key.len() + bytes.len() + 64).unwrap_or(u32::MAX);
    Remembered::builder().weigher(weight).max_capacity(64 * 1024 * 1024).time_to_live(std::time::Duration::from_mins(1)).build()
}

impl AppState {
    /// A worker over the same database, for what is due.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker { db: self.db.clone(), snapshots: self.snapshots.clone(), numbers: self.numbers.clone() }
    }
}
