//! What changes a running clock: special procedures, extensions, times the promise does not count.

use super::{
    Case, CaseState, Clock, ClockEntry, ClockKind, Due, HallHours, Hold, HoldCause, Instant, Light, Limit, LimitUnit, Pause, Reason, Uuid,
    WorkCalendar, date_of, law_ends, light, yellow_from,
};

/// Stops the clock for a special procedure; the applicant has been told how long it will take.
pub fn suspend(case: &mut Case, entry: &ClockEntry, calendar: &WorkCalendar) {
    let since = entry.at;
    let expected = (0..entry.expected_days.unwrap_or(0)).fold(date_of(since), |day, _| calendar.next_working_day(day));
    let kept = case.deadline.map_or(Light::Green, |d| light(&d, since));
    case.progress.pause = Some(Pause { since, expected_on: expected, light: kept });
    case.progress.statutory_due = None;
    case.deadline = None;
    case.version += 1;
}

/// Lets the clock go on; `entries` is the ledger before.
#[must_use]
pub fn resume(
    case: &mut Case,
    entries: &mut Vec<ClockEntry>,
    reason: String,
    by: Uuid,
    now: Instant,
    calendar: (&WorkCalendar, &[HallHours]),
) -> ClockEntry {
    let entry = ClockEntry { reason: Some(reason), ..ClockEntry::new(ClockKind::Resume, now, "行政许可法 45", Some(by)) };
    entries.push(entry.clone());
    case.progress.pause = None;
    case.progress.resumed = true;
    recompute(case, entries, calendar);
    case.version += 1;
    entry
}

/// Extends the limit once, by at most what `rule` allows ([`Matter::may_extend_by`](crate::catalogue::Matter)): for licences
/// 10 working days, 15 where several bodies handle it together and the government's head approves (行政许可法 42).
///
/// # Errors
/// Why it can't be extended so.
pub fn extend(
    case: &mut Case,
    rule: Option<(u32, &str)>,
    entries: &mut Vec<ClockEntry>,
    days: u32,
    entry: ClockEntry,
    calendar: (&WorkCalendar, &[HallHours]),
) -> Result<ClockEntry, Reason> {
    let unit = case.promised.limit.unit;
    let added = match unit {
        LimitUnit::HalfWorkingDay => Limit { n: days * 2, unit },
        LimitUnit::WorkingDay | LimitUnit::NaturalDay => Limit { n: days, unit },
        LimitUnit::Month => return Err(Reason::new("extension_unit", "以月计算的期限不能按日延长", "行政许可法 42")),
    };
    let Some((most, basis)) = rule else {
        return Err(Reason::new("not_extendable", "本事项的办理程序不能延长期限", "办事指南"));
    };
    if !(1..=most).contains(&days) {
        return Err(Reason::new("extension_too_long", format!("最多延长{most}日"), basis));
    }
    let entry = ClockEntry { kind: ClockKind::Extend, added: Some(added), basis: basis.to_owned(), ..entry };
    entries.push(entry.clone());
    case.progress.extended = Some(added);
    recompute(case, entries, calendar);
    case.version += 1;
    Ok(entry)
}

/// Gives the promise back the working days from `due` to `now` that the applicant was late; `None` when there are
/// none.
#[must_use]
pub fn waive(
    case: &mut Case,
    entries: &mut Vec<ClockEntry>,
    due: Due,
    now: Instant,
    calendar: (&WorkCalendar, &[HallHours]),
) -> Option<ClockEntry> {
    let days = calendar.0.working_days_between(due.on, date_of(now));
    if days == 0 || case.state != CaseState::Accepted {
        return None;
    }
    let added = Some(Limit::working_days(days));
    let entry = ClockEntry { added, ..ClockEntry::new(ClockKind::Waive, now, "容缺受理规则", None) };
    entries.push(entry.clone());
    if case.progress.pause.is_none() {
        recompute(case, entries, calendar);
    }
    Some(entry)
}

/// Lets the promise stand for what is not counted in it; the statutory limit goes on.
#[must_use]
pub fn hold(
    case: &mut Case,
    why: HoldCause,
    entries: &mut Vec<ClockEntry>,
    at: Instant,
    by: Option<Uuid>,
    calendar: (&WorkCalendar, &[HallHours]),
) -> Option<ClockEntry> {
    if case.state != CaseState::Accepted || case.progress.hold.is_some() {
        return None;
    }
    let entry = ClockEntry { reason: Some(why.label().to_owned()), ..ClockEntry::new(ClockKind::Hold, at, HOLD_BASIS, by) };
    entries.push(entry.clone());
    case.progress.hold = Some(Hold { cause: why, since: at });
    recompute(case, entries, calendar);
    case.version += 1;
    Some(entry)
}

/// Lets the promise go on.
#[must_use]
pub fn release(
    case: &mut Case,
    entries: &mut Vec<ClockEntry>,
    at: Instant,
    by: Option<Uuid>,
    calendar: (&WorkCalendar, &[HallHours]),
) -> Option<ClockEntry> {
    case.progress.hold.take()?;
    let entry = ClockEntry::new(ClockKind::Release, at, HOLD_BASIS, by);
    entries.push(entry.clone());
    recompute(case, entries, calendar);
    case.version += 1;
    Some(entry)
}

/// Lets the promise stand from one moment to another that is known already.
#[must_use]
pub(in crate::flow) fn stand_between(
    case: &mut Case,
    why: HoldCause,
    entries: &mut Vec<ClockEntry>,
    (from, until): (Instant, Instant),
    by: Uuid,
    calendar: (&WorkCalendar, &[HallHours]),
) -> Vec<ClockEntry> {
    let begin = ClockEntry { reason: Some(why.label().to_owned()), ..ClockEntry::new(ClockKind::Hold, from, HOLD_BASIS, Some(by)) };
    let end = ClockEntry::new(ClockKind::Release, until, HOLD_BASIS, Some(by));
    entries.extend([begin.clone(), end.clone()]);
    if case.progress.pause.is_none() {
        recompute(case, entries, calendar);
    }
    vec![begin, end]
}

/// What the zone's promise does not count.
const HOLD_BASIS: &str = "办事指南：公示、整改时间不计入承诺时限";

/// Sets the stored deadlines from the ledger.
pub fn recompute(case: &mut Case, entries: &[ClockEntry], (calendar, hours): (&WorkCalendar, &[HallHours])) {
    let clock = Clock { entries, calendar, hours };
    let law = law_ends(case, case.progress.statutory.and_then(|limit| clock.due(limit)));
    let warned = law.map(|due| yellow_from(calendar, case.accepted_at.map_or(due.on, date_of), &due, 1));
    case.deadline = clock.deadline(case.promised.limit).map(|d| law.zip(warned).map_or(d, |(law, at)| d.under(&law, at)));
    case.progress.statutory_due = law;
}
