//! Beijing time: the law counts local dates; instants are stored in UTC.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// An instant, UTC, cut to microseconds.
pub type Instant = DateTime<Utc>;

/// Offset of Asia/Shanghai; no daylight saving since 1991.
const OFFSET_HOURS: i64 = 8;

/// The wall clock in Beijing at `instant`.
#[must_use]
pub fn local(instant: Instant) -> NaiveDateTime {
    instant.naive_utc() + Duration::hours(OFFSET_HOURS)
}

/// The legal date of `instant`.
#[must_use]
pub fn date_of(instant: Instant) -> NaiveDate {
    local(instant).date()
}

/// The instant of a Beijing wall-clock time.
#[must_use]
pub fn instant_of(local: NaiveDateTime) -> Instant {
    (local - Duration::hours(OFFSET_HOURS)).and_utc()
}

/// The first instant of `date` in Beijing.
#[must_use]
pub fn start_of(date: NaiveDate) -> Instant {
    instant_of(date.and_time(NaiveTime::MIN))
}

/// The instant at which `date` is over: 24:00 of that day.
#[must_use]
pub fn end_of(date: NaiveDate) -> Instant {
    start_of(date + Duration::days(1))
}

/// RFC 3339 with +08:00 and whole seconds, as every answer writes it.
#[must_use]
pub fn rfc3339(instant: Instant) -> String {
    format!("{}+08:00", local(instant).format("%Y-%m-%dT%H:%M:%S"))
}
