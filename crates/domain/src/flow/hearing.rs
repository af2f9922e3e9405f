//! Hearing (听证, 行政许可法 46–48) and those whose interests a grant touches (利害关系人, 36).

use super::clock::{ClockEntry, suspend};
use super::{Command, SpecialProcedure};
use crate::application::{Case, CaseState};
use crate::calendar::{Due, HallHours, Limit, WorkCalendar, due};
use crate::catalogue::Matter;
use crate::local_time::{Instant, date_of};
use crate::reason::Reason;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

codes! {
    /// Why a case is heard.
    pub enum HearingCause {
        /// 法律、法规、规章规定或者涉及公共利益 (46): the authority announces it and holds it.
        ByLaw = "by_law", "依法应当听证";
        /// 直接涉及申请人与他人之间重大利益关系 (47): whoever was told of his right may ask for it.
        Significant = "significant", "涉及重大利益关系";
    }
}

codes! {
    /// Where a hearing stands.
    pub enum HearingStage {
        /// 已告知听证权利: nobody has asked yet.
        Offered = "offered", "已告知听证权利";
        /// 应当组织听证.
        Owed = "owed", "应当组织听证";
        /// 已通知时间、地点.
        Called = "called", "已通知听证";
        /// 已举行: the decision rests on its record (48 ¶2).
        Held = "held", "已举行听证";
        /// 未在期限内申请.
        Declined = "declined", "未申请听证";
    }
}

/// A hearing, as far as it decides what may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// Why.
    pub cause: HearingCause,
    /// Where it stands.
    pub stage: HearingStage,
    /// Until when it may be asked for, then until when it is to be held; nothing where no law says.
    pub due: Option<Due>,
    /// The day it is called for, or was held on.
    pub on: Option<NaiveDate>,
    /// From when the term of the present stage counts.
    #[serde(default)]
    pub since: Option<Instant>,
}

/// Who may ask for a hearing has 5 days (47 ¶1).
pub const ASK_WITHIN: Limit = Limit::working_days(5);
/// What was asked for is held within 20 days (47 ¶1).
pub const HOLD_WITHIN: Limit = Limit::working_days(20);
/// Time and place are told 7 days before (48(1)).
pub const TELL_BEFORE: u32 = 7;

/// Where terms are counted.
type Places<'a> = (&'a WorkCalendar, &'a [HallHours]);

impl Hearing {
    /// Whether nothing may be decided yet.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, HearingStage::Offered | HearingStage::Owed | HearingStage::Called)
    }

    /// Counts a date that may still move on a calendar loaded since; it never comes earlier.
    pub fn recount(&mut self, (calendar, hours): Places<'_>) {
        let term = if self.stage == HearingStage::Offered { ASK_WITHIN } else { HOLD_WITHIN };
        if let Some((before, since)) = self.due.filter(|d| d.provisional).zip(self.since) {
            let counted = due(calendar, hours, since, term);
            self.due = Some(if counted.at < before.at { Due { provisional: counted.provisional, ..before } } else { counted });
        }
    }

    /// Marks that nobody asked in time; the moment the term was over.
    pub fn decline(&mut self, now: Instant) -> Option<Instant> {
        let over = self.due.filter(|d| self.stage == HearingStage::Offered && !d.provisional && now >= d.at)?;
        (self.stage, self.due) = (HearingStage::Declined, None);
        Some(over.at)
    }
}

/// Tells of the right to be heard, or announces the hearing that the law demands: that one's time is not counted from now
/// on. Returns the entry that stops the clock.
pub fn offer_hearing(
    case: &mut Case,
    why: HearingCause,
    (now, by): (Instant, Option<Uuid>),
    (calendar, hours): Places<'_>,
) -> Option<ClockEntry> {
    let since = Some(now);
    case.progress.hearing = Some(match why {
        HearingCause::ByLaw => Hearing { cause: why, stage: HearingStage::Owed, due: None, on: None, since },
        HearingCause::Significant => {
            Hearing { cause: why, stage: HearingStage::Offered, due: Some(due(calendar, hours, now, ASK_WITHIN)), on: None, since }
        }
    });
    case.version += 1;
    if why == HearingCause::ByLaw { stop(case, (now, by), calendar) } else { None }
}

/// Stops the clock for the hearing, unless it stands already.
fn stop(case: &mut Case, (now, by): (Instant, Option<Uuid>), calendar: &WorkCalendar) -> Option<ClockEntry> {
    if case.progress.pause.is_some() {
        return None;
    }
    let entry = ClockEntry {
        reason: Some("组织听证".to_owned()),
        procedure: Some(SpecialProcedure::Hearing),
        expected_days: Some(HOLD_WITHIN.n),
        told_at: Some(now),
        ..ClockEntry::pause(now, by)
    };
    suspend(case, &entry, calendar);
    Some(entry)
}

/// Takes in that somebody asks to be heard; the time until it is held is not counted (45). Returns the entry that stops the
/// clock, unless it stands already.
///
/// # Errors
/// The term is over.
pub fn request_hearing(
    case: &mut Case,
    now: Instant,
    by: Option<Uuid>,
    (calendar, hours): Places<'_>,
) -> Result<Option<ClockEntry>, Reason> {
    let Some(hearing) = case.progress.hearing.as_mut().filter(|h| h.due.is_none_or(|d| d.provisional || now < d.at)) else {
        return Err(Reason::new("hearing_term_over", "申请听证的期限已过", "行政许可法 47"));
    };
    (hearing.stage, hearing.due, hearing.since) = (HearingStage::Owed, Some(due(calendar, hours, now, HOLD_WITHIN)), Some(now));
    case.version += 1;
    Ok(stop(case, (now, by), calendar))
}

/// Calls a hearing for a day; called again it is moved.
///
/// # Errors
/// Too soon after it is told, later than the law allows, or chaired by somebody who examined the case (48(3)).
pub fn call_hearing(
    case: &mut Case,
    on: NaiveDate,
    chair: Uuid,
    examiners: &BTreeSet<Uuid>,
    now: Instant,
    calendar: &WorkCalendar,
) -> Result<(), Reason> {
    let told = date_of(now);
    if calendar.working_days_between(told, on) < TELL_BEFORE || on <= told {
        let text = format!("举行听证的时间、地点应当在{TELL_BEFORE}日前通知");
        return Err(Reason::new("hearing_too_soon", text, "行政许可法 48(1)"));
    }
    if examiners.contains(&chair) || case.progress.accepted_by == Some(chair) {
        let text = "听证主持人应当是审查该申请的工作人员以外的人员";
        return Err(Reason::new("chair_examined", text, "行政许可法 48(3)"));
    }
    let Some(hearing) = case.progress.hearing.as_mut() else { return Ok(()) };
    // Where no day is left that the law would allow, a late hearing is better than none: the duty has lapsed and is found.
    let in_time = |d: &Due| calendar.working_days_between(told, d.on) >= TELL_BEFORE;
    if let Some(until) = hearing.due.filter(|d| on > d.on && in_time(d)) {
        let text = format!("应当在{}前组织听证", until.on);
        return Err(Reason::new("hearing_too_late", text, "行政许可法 47"));
    }
    (hearing.stage, hearing.on) = (HearingStage::Called, Some(on));
    case.version += 1;
    Ok(())
}

/// Enters that a hearing was held.
///
/// # Errors
/// Its day has not come.
pub fn hold_hearing(case: &mut Case, now: Instant) -> Result<(), Reason> {
    let Some(hearing) = case.progress.hearing.as_mut() else { return Ok(()) };
    if hearing.on.is_none_or(|on| date_of(now) < on) {
        return Err(Reason::new("hearing_not_begun", "听证尚未举行", "行政许可法 48"));
    }
    (hearing.stage, hearing.due) = (HearingStage::Held, None);
    case.version += 1;
    Ok(())
}

/// Why nothing is decided yet: a hearing is due, offered or not held.
#[must_use]
pub fn hearing_bars(case: &Case, matter: &Matter) -> Option<Reason> {
    // What is handled elsewhere is heard there.
    if case.progress.mirrored.is_some() {
        return None;
    }
    let hearing = case.progress.hearing;
    if hearing.is_some_and(|h| h.is_open()) {
        return Some(Reason::new("hearing_open", "听证尚未举行，或者申请听证的期限未满，不能作出决定", "行政许可法 46、47"));
    }
    let by = matter.hearing_by.as_ref()?;
    let held = hearing.is_some_and(|h| h.stage == HearingStage::Held);
    (!held).then(|| Reason::new("hearing_required", "本事项应当举行听证", by.clone()))
}

/// Whether the state of the hearing allows a command about it.
#[must_use]
pub(super) fn fits(case: &Case, command: Command) -> bool {
    let accepted = case.state == CaseState::Accepted;
    let stage = case.progress.hearing.map(|h| h.stage);
    match command {
        Command::OfferHearing => accepted && stage.is_none_or(|s| s == HearingStage::Declined),
        Command::RequestHearing => accepted && stage == Some(HearingStage::Offered),
        Command::CallHearing => accepted && matches!(stage, Some(HearingStage::Owed | HearingStage::Called)),
        Command::HoldHearing => accepted && stage == Some(HearingStage::Called),
        Command::TellInterested => accepted,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::tests::{at, calendar, case, day, hours};

    fn offered() -> Case {
        let mut one = case(CaseState::Accepted);
        assert_eq!(offer_hearing(&mut one, HearingCause::Significant, (at("2024-06-03", 10), None), (&calendar(), &hours())), None);
        one
    }

    #[test]
    fn the_right_to_be_heard_runs_five_days_and_is_over_by_itself() {
        let mut one = offered();
        let hearing = one.progress.hearing.unwrap();
        // Monday 3 June; the Dragon Boat holiday of the 10th does not count.
        assert_eq!((hearing.stage, hearing.due.unwrap().on), (HearingStage::Offered, day("2024-06-11")));
        let mut waiting = hearing;
        assert_eq!(waiting.decline(at("2024-06-11", 23)), None);
        let over = waiting.decline(at("2024-07-01", 9)).unwrap();
        assert_eq!(
            (date_of(over), waiting.stage, waiting.is_open()),
            (day("2024-06-12"), HearingStage::Declined, false),
            "dated to its end"
        );
        let late = request_hearing(&mut one, at("2024-06-12", 0), None, (&calendar(), &hours()));
        assert_eq!(late.unwrap_err().code, "hearing_term_over");
    }

    #[test]
    fn a_hearing_asked_for_stops_the_clock_until_it_is_held() {
        let mut one = offered();
        let entry = request_hearing(&mut one, at("2024-06-11", 20), None, (&calendar(), &hours())).unwrap().unwrap();
        assert_eq!((entry.procedure, one.deadline), (Some(SpecialProcedure::Hearing), None));
        assert_eq!(one.progress.hearing.unwrap().due.unwrap().on, day("2024-07-09"), "20 working days from the request");
        let (chair, examiner) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let examiners = BTreeSet::from([examiner]);
        for (on, chair, told, refused) in [
            ("2024-06-19", chair, "2024-06-12", Some("hearing_too_soon")),
            ("2024-06-21", chair, "2024-06-12", None),
            ("2024-06-21", examiner, "2024-06-12", Some("chair_examined")),
            ("2024-07-10", chair, "2024-06-12", Some("hearing_too_late")),
            ("2024-07-09", chair, "2024-06-28", None),
            // Too late for any day that would still do: held late rather than never.
            ("2024-07-15", chair, "2024-07-04", None),
        ] {
            let called = call_hearing(&mut one.clone(), day(on), chair, &examiners, at(told, 10), &calendar());
            assert_eq!(called.err().map(|r| r.code).as_deref(), refused, "{on} told {told}");
        }
        call_hearing(&mut one, day("2024-06-21"), chair, &examiners, at("2024-06-12", 10), &calendar()).unwrap();
        assert_eq!(hold_hearing(&mut one, at("2024-06-20", 10)).unwrap_err().code, "hearing_not_begun");
        hold_hearing(&mut one, at("2024-06-21", 11)).unwrap();
        assert_eq!(one.progress.hearing.unwrap().stage, HearingStage::Held);
    }

    #[test]
    fn a_date_that_may_still_move_becomes_final() {
        let mut hearing = offered().progress.hearing.unwrap();
        let fixed = hearing.due.unwrap();
        hearing.due = Some(Due { provisional: true, ..fixed });
        assert_eq!(hearing.decline(at("2024-07-01", 9)), None, "nothing ends on a date that may move");
        hearing.recount((&calendar(), &hours()));
        assert_eq!(hearing.due, Some(fixed));
    }

    #[test]
    fn what_the_law_demands_has_no_term_of_request() {
        let mut one = case(CaseState::Accepted);
        let stopped = offer_hearing(&mut one, HearingCause::ByLaw, (at("2024-06-03", 10), None), (&calendar(), &hours()));
        assert!(stopped.is_some() && one.progress.pause.is_some(), "its time is not counted (45)");
        let hearing = one.progress.hearing.unwrap();
        assert_eq!((hearing.stage, hearing.due, hearing.is_open()), (HearingStage::Owed, None, true));
    }
}
