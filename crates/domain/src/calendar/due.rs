//! When a limit ends.

use super::hours::{add_minutes, minutes_per_day};
use super::{CalendarError, HallHours, Limit, LimitUnit, WorkCalendar};
use crate::local_time::{Instant, date_of, end_of};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// When a limit ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The last day of the limit.
    pub on: NaiveDate,
    /// The instant it is over: 24:00 of that day, or the minute for half working days.
    pub at: Instant,
    /// The calendar of some day counted is not loaded: the date may still move and is never red.
    pub provisional: bool,
}

impl Due {
    /// Refuses a provisional date.
    ///
    /// # Errors
    /// [`CalendarError::Missing`] with the year of the due date.
    pub fn certain(self) -> Result<Self, CalendarError> {
        if self.provisional { Err(CalendarError::Missing(self.on.year())) } else { Ok(self) }
    }
}

/// The end of `limit` started at `from`.
///
/// The starting day is day 0 and the next one day 1 (民法典 201); a working-day limit ends at 24:00 of its
/// n-th working day (行政许可法 82); a limit in days or months that ends on a free day ends on the next
/// worked one (民法典 203); months end on the same day number or the month's last day (民法典 202).
#[must_use]
pub fn due(calendar: &WorkCalendar, hours: &[HallHours], from: Instant, limit: Limit) -> Due {
    let start = date_of(from);
    let on = match limit.unit {
        LimitUnit::HalfWorkingDay => return half_days(calendar, hours, from, limit.n),
        LimitUnit::WorkingDay => (0..limit.n).fold(start, |day, _| calendar.next_working_day(day)),
        LimitUnit::NaturalDay => rolled(calendar, start.checked_add_days(Days::new(limit.n.into())).unwrap_or(NaiveDate::MAX)),
        LimitUnit::Month => rolled(calendar, start.checked_add_months(Months::new(limit.n)).unwrap_or(NaiveDate::MAX)),
    };
    Due { on, at: end_of(on), provisional: !covered(calendar, start, on) }
}

/// `halves` times half of the daily business minutes (rules: 0.5 WD = 210 of 420 minutes by default).
fn half_days(calendar: &WorkCalendar, hours: &[HallHours], from: Instant, halves: u32) -> Due {
    let at = add_minutes(calendar, hours, from, minutes_per_day(hours, date_of(from)) * i64::from(halves) / 2);
    Due { on: date_of(at), at, provisional: !covered(calendar, date_of(from), date_of(at)) }
}

/// A day itself when it is worked, else the next worked one (民法典 203).
pub(crate) fn rolled(calendar: &WorkCalendar, day: NaiveDate) -> NaiveDate {
    if calendar.counts(day) { day } else { calendar.next_working_day(day) }
}

fn covered(calendar: &WorkCalendar, from: NaiveDate, to: NaiveDate) -> bool {
    (from.year()..=to.year()).all(|year| calendar.covers(year))
}

#[cfg(test)]
mod tests;
