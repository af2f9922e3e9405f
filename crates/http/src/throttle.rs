//! Failed attempts per key and hour, in this process.
//!
//! Tracking codes have 50 bits, so that ten guesses an hour and replica stay harmless; accounts are locked in
//! the database besides.

use moka::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Counts failures.
pub struct Throttle(Cache<String, Arc<AtomicU32>>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(100_000).time_to_live(Duration::from_hours(1)).build())
    }
}

impl Throttle {
    /// Whether the key has failed `most` times in the last hour.
    #[must_use]
    pub fn is_blocked(&self, key: &str, most: u32) -> bool {
        self.0.get(key).is_some_and(|count| count.load(Ordering::Relaxed) >= most)
    }

    /// Notes a failure.
    pub fn note(&self, key: &str) {
        self.0.get_with(key.to_owned(), Arc::default).fetch_add(1, Ordering::Relaxed);
    }
}
