//! Publicity (公示) before or beside a case, and the objections to it (行政许可法 36, 47; 城乡规划法 40).

use super::clock::{ClockEntry, stand_between};
use crate::application::{Case, CaseState, HoldCause};
use crate::calendar::{HallHours, WorkCalendar};
use crate::local_time::{Instant, date_of, end_of, start_of};
use crate::reason::Reason;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

codes! {
    /// Where an objection stands.
    pub enum ObjectionState {
        /// 待处理.
        Open = "open", "待处理";
        /// 异议成立.
        Upheld = "upheld", "异议成立";
        /// 异议不成立.
        Dismissed = "dismissed", "异议不成立";
    }
}

/// The publicity of a case, as far as it decides what may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publicity {
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// Its last day is over.
    pub over: bool,
    /// Objections nobody has answered.
    pub open: u32,
    /// Objections found right.
    pub upheld: u32,
}

/// Opens the publicity of a case, before or after its acceptance. Its days do not count in the promise (公示不计入承诺时限); the entries of
/// the clock are returned.
///
/// # Errors
/// Days in the wrong order or in the past; one publicity is open already.
pub fn publish(
    case: &mut Case,
    (starts_on, ends_on): (NaiveDate, NaiveDate),
    entries: &mut Vec<ClockEntry>,
    (now, by): (Instant, Uuid),
    calendar: (&WorkCalendar, &[HallHours]),
) -> Result<Vec<ClockEntry>, Reason> {
    let basis = "行政许可法 36";
    if ends_on < starts_on || starts_on < date_of(now) || (ends_on - starts_on).num_days() > LONGEST_DAYS {
        return Err(Reason::new("publicity_days", "公示应自今日或者以后开始，结束不早于开始，最长一年", basis));
    }
    if case.progress.publicity.is_some_and(|p| !p.over) {
        return Err(Reason::new("publicity_running", "本办件正在公示", basis));
    }
    // A new publicity is of something put right: what was upheld against the former no longer bars.
    let open = case.progress.publicity.map_or(0, |p| p.open);
    case.progress.publicity = Some(Publicity { starts_on, ends_on, over: false, open, upheld: 0 });
    case.version += 1;
    Ok(stand_for_publicity(case, (starts_on, ends_on), entries, (now, by), calendar))
}

/// Takes the days of a publicity out of a promise: that of the case made public, and of those beside it that can't be
/// decided before it is.
pub fn stand_for_publicity(
    case: &mut Case,
    (starts_on, ends_on): (NaiveDate, NaiveDate),
    entries: &mut Vec<ClockEntry>,
    (now, by): (Instant, Uuid),
    calendar: (&WorkCalendar, &[HallHours]),
) -> Vec<ClockEntry> {
    if case.state != CaseState::Accepted {
        return Vec::new();
    }
    // The first day itself is not counted either.
    let from = (start_of(starts_on) - TimeDelta::seconds(1)).max(now);
    stand_between(case, HoldCause::Publicity, entries, (from, end_of(ends_on) - TimeDelta::seconds(1)), by, calendar)
}

/// Whether what is made public on these days is open to objections on a day.
#[must_use]
pub fn is_public(starts_on: NaiveDate, ends_on: NaiveDate, today: NaiveDate) -> bool {
    starts_on <= today && today <= ends_on
}

/// The longest publicity, days.
const LONGEST_DAYS: i64 = 366;

/// Marks a publicity whose last day is over; the moment it ended.
pub fn end_publicity(case: &mut Case, now: Instant) -> Option<Instant> {
    let publicity = case.progress.publicity.as_mut()?;
    let over = end_of(publicity.ends_on);
    if publicity.over || now < over {
        return None;
    }
    publicity.over = true;
    case.version += 1;
    Some(over)
}

/// Takes an objection in, to the publicity of these days.
///
/// # Errors
/// The publicity is over, or has not begun.
pub fn object(case: &mut Case, (starts_on, ends_on): (NaiveDate, NaiveDate), now: Instant) -> Result<(), Reason> {
    let today = date_of(now);
    let this = |p: &Publicity| !p.over && (p.starts_on, p.ends_on) == (starts_on, ends_on);
    let open = case.progress.publicity.as_mut().filter(|p| this(p) && is_public(starts_on, ends_on, today));
    let Some(publicity) = open else {
        return Err(Reason::new("publicity_over", "公示期已过或者尚未开始，不能提出异议", "行政许可法 36"));
    };
    publicity.open += 1;
    case.version += 1;
    Ok(())
}

/// Answers an objection.
pub fn answer_objection(case: &mut Case, upheld: bool) {
    if let Some(publicity) = case.progress.publicity.as_mut() {
        publicity.open = publicity.open.saturating_sub(1);
        publicity.upheld += u32::from(upheld);
    }
    case.version += 1;
}

/// Why nothing is decided or made out yet: the publicity runs, or somebody waits for an answer.
#[must_use]
pub fn publicity_bars(case: &Case) -> Option<Reason> {
    let publicity = case.progress.publicity?;
    if !publicity.over {
        let text = format!("公示至{}，期满前不能作出决定或者出件，可以先行审查", publicity.ends_on);
        return Some(Reason::new("publicity_running", text, "行政许可法 36"));
    }
    let text = format!("还有{}件异议未处理", publicity.open);
    (publicity.open > 0).then(|| Reason::new("objection_open", text, "行政许可法 36"))
}
