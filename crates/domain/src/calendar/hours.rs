//! Business hours of a hall (办公时间), dated: seasons change them.

use super::WorkCalendar;
use crate::local_time::{Instant, instant_of, local};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One opening span of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Opening time, Beijing.
    #[schema(value_type = String, example = "09:00:00")]
    pub opens: NaiveTime,
    /// Closing time, Beijing.
    #[schema(value_type = String, example = "12:00:00")]
    pub closes: NaiveTime,
}

/// Opening hours valid from a date on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HallHours {
    /// First day on which these hours hold.
    pub effective_from: NaiveDate,
    /// The day's spans, in order, not overlapping.
    pub sessions: Vec<Session>,
}

impl HallHours {
    /// The hours that hold on `date`: the latest entry not after it, else the first.
    #[must_use]
    pub fn on(hours: &[Self], date: NaiveDate) -> Option<&Self> {
        hours.iter().filter(|h| h.effective_from <= date).max_by_key(|h| h.effective_from).or_else(|| hours.first())
    }

    /// The hours that hold on `date`, in Chinese.
    #[must_use]
    pub fn text(hours: &[Self], date: NaiveDate) -> Option<String> {
        let span = |s: &Session| format!("{}-{}", s.opens.format("%H:%M"), s.closes.format("%H:%M"));
        let spans: Vec<String> = Self::on(hours, date)?.sessions.iter().map(span).collect();
        Some(format!("工作日 {}", spans.join("，")))
    }

    /// Minutes of business in a day.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.sessions.iter().map(|s| (s.closes - s.opens).num_minutes()).sum()
    }

    fn closes(&self) -> NaiveTime {
        self.sessions.last().map_or(NaiveTime::MIN, |s| s.closes)
    }
}

/// The day on which an authority counts something as received (day 0): the day itself while the hall is
/// still open on a working day, else the next working day. The applicant's own terms are not affected
/// (民法典 203: kept until 24:00 online).
#[must_use]
pub fn receipt_day(calendar: &WorkCalendar, hours: &[HallHours], at: Instant) -> NaiveDate {
    let at = local(at);
    let in_time = HallHours::on(hours, at.date()).is_none_or(|h| at.time() <= h.closes());
    if calendar.counts(at.date()) && in_time { at.date() } else { calendar.next_working_day(at.date()) }
}

/// Business minutes of a day; 420 where no hours are entered.
pub(crate) fn minutes_per_day(hours: &[HallHours], day: NaiveDate) -> i64 {
    HallHours::on(hours, day).map_or(420, HallHours::minutes)
}

/// Business minutes from `from` to `to`, inside opening hours of working days.
pub(crate) fn minutes_between(calendar: &WorkCalendar, hours: &[HallHours], from: Instant, to: Instant) -> i64 {
    let (from, to) = (local(from), local(to));
    let worked = from.date().iter_days().take_while(|d| *d <= to.date()).filter(|d| calendar.counts(*d));
    let on = |day: NaiveDate| {
        let sessions = HallHours::on(hours, day).map_or(&[][..], |h| &h.sessions);
        let inside = |s: &Session| {
            let opens = day.and_time(s.opens).max(from);
            (day.and_time(s.closes).min(to) - opens).num_minutes().max(0)
        };
        sessions.iter().map(inside).sum::<i64>()
    };
    worked.map(on).sum()
}

/// Adds business minutes to `from`, counting only inside opening hours of working days.
pub(crate) fn add_minutes(calendar: &WorkCalendar, hours: &[HallHours], from: Instant, mut minutes: i64) -> Instant {
    let mut at = local(from);
    loop {
        if calendar.counts(at.date())
            && let Some(today) = HallHours::on(hours, at.date())
        {
            for session in &today.sessions {
                let start = at.time().max(session.opens);
                let open = (session.closes - start).num_minutes();
                if open <= 0 {
                    continue;
                }
                if minutes <= open {
                    return instant_of(NaiveDateTime::new(at.date(), start) + TimeDelta::minutes(minutes));
                }
                minutes -= open;
            }
        }
        at = calendar.next_working_day(at.date()).and_time(NaiveTime::MIN);
        if at.date() == NaiveDate::MAX {
            return instant_of(at);
        }
    }
}
