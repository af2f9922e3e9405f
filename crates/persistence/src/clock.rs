//! The legal clock: real time, moved by an offset in development, or set by hand in tests.

use chrono::{DateTime, Utc};
use domain::local_time::Instant;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The one place where legal time is read.
#[derive(Clone, Debug)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
    /// Stands still at this instant (tests).
    fixed_micros: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// Real time moved by `offset_micros`.
    #[must_use]
    pub fn running(offset_micros: i64) -> Self {
        Self { offset_micros: Arc::new(AtomicI64::new(offset_micros)), fixed_micros: None }
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn standing_at(instant: Instant) -> Self {
        Self { offset_micros: Arc::default(), fixed_micros: Some(Arc::new(AtomicI64::new(instant.timestamp_micros()))) }
    }

    /// The legal now, cut to microseconds.
    #[must_use]
    pub fn now(&self) -> Instant {
        let micros = match &self.fixed_micros {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => real_now().timestamp_micros() + self.offset_micros.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Moves the clock so that it reads `instant`; a running clock goes on from there.
    pub fn set(&self, instant: Instant) {
        match &self.fixed_micros {
            Some(fixed) => fixed.store(instant.timestamp_micros(), Ordering::SeqCst),
            None => self.offset_micros.store(instant.timestamp_micros() - real_now().timestamp_micros(), Ordering::SeqCst),
        }
    }

    /// How far the clock is from real time, microseconds.
    #[must_use]
    pub fn offset_micros(&self) -> i64 {
        self.offset_micros.load(Ordering::SeqCst)
    }
}

/// Real time, for what must not move with the legal clock: token expiry, leases of jobs, identifiers.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one home of the raw clock")]
pub fn real_now() -> Instant {
    Utc::now()
}
