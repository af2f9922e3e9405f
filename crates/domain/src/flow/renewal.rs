//! Renewal of a licence before it ends (延续): asked for thirty days before, and granted by silence (行政许可法 50).

use super::DELIVERY_TERM;
use crate::application::{Case, CaseState, Deadline, Filing, Outcome, yellow_from};
use crate::assessment::legal_start;
use crate::calendar::{HallHours, Limit, LimitUnit, WorkCalendar, due, receipt_day};
use crate::catalogue::{LaterAct, Matter, Procedure};
use crate::local_time::{Instant, date_of, end_of};
use crate::reason::Reason;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// The renewal a case asks for, as it stood when it was filed.
#[expect(clippy::struct_excessive_bools, reason = "facts, each under its own name")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewal {
    /// Last day of the licence that is to be renewed.
    pub expires_on: NaiveDate,
    /// Last day on which it was to be asked for.
    pub ask_by: NaiveDate,
    /// It was asked for by then: no decision by the last day renews it.
    pub in_time: bool,
    /// The working days before the end fall in a year whose calendar is not published: the last day may still move.
    #[serde(default)]
    pub provisional: bool,
    /// Silence renewed it.
    pub by_silence: bool,
    /// The licence does not hold, or something was decided before its end: silence renews nothing.
    pub lost: bool,
}

/// A renewal by silence (逾期未作决定的，视为准予延续).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeemedRenewal {
    /// The moment the law acted: the end of the licence's last day.
    pub at: Instant,
    /// Since when the case counts as accepted, where nobody had accepted it.
    pub accepted_at: Instant,
    /// Deadline of the delivery.
    pub delivery: Deadline,
}

/// How long before the end a renewal is asked for, where no other law says otherwise: natural days (行政许可法 50).
pub const ASKED_BEFORE: Limit = Limit { n: 30, unit: LimitUnit::NaturalDay };

/// The last day on which the renewal of a licence that ends on `expires_on` is asked for in time.
#[must_use]
pub fn ask_by(matter: &Matter, expires_on: NaiveDate, calendar: &WorkCalendar) -> NaiveDate {
    let own = matter.later.iter().find(|l| l.kind == LaterAct::Renew).and_then(|l| l.before);
    let Limit { n, unit } = own.unwrap_or(ASKED_BEFORE);
    let earlier = match unit {
        LimitUnit::NaturalDay => expires_on.checked_sub_days(Days::new(n.into())),
        LimitUnit::Month => expires_on.checked_sub_months(Months::new(n)),
        LimitUnit::WorkingDay | LimitUnit::HalfWorkingDay => {
            let days = if unit == LimitUnit::HalfWorkingDay { n.div_ceil(2) } else { n };
            let working = expires_on.pred_opt().and_then(|day| {
                let before = std::iter::successors(Some(day), NaiveDate::pred_opt).take(4000);
                before.filter(|day| calendar.counts(*day)).nth(days.saturating_sub(1) as usize)
            });
            working.filter(|_| days > 0).or(Some(expires_on))
        }
    };
    earlier.unwrap_or(NaiveDate::MIN)
}

/// What a case that renews a licence stands on; nothing where the licence has no end, or is none.
#[must_use]
pub fn renewal(matter: &Matter, expires_on: Option<NaiveDate>, filing: &Filing<'_>) -> Option<Renewal> {
    let expires_on = expires_on.filter(|_| matter.procedure == Procedure::Licence)?;
    let ask_by = ask_by(matter, expires_on, filing.calendar);
    // The applicant's own term runs to midnight of its last day (民法典 203).
    let in_time = date_of(filing.received_at) <= ask_by;
    let provisional = !(ask_by.year()..=expires_on.year()).all(|year| filing.calendar.covers(year));
    Some(Renewal { expires_on, ask_by, in_time, provisional, by_silence: false, lost: false })
}

/// The end of the licence, where the authority owes a decision before it: asked for in time, and complete before it. What
/// became complete later is decided like any other application.
#[must_use]
pub fn owed_by_the_end(case: &Case) -> Option<Instant> {
    let renewal = case.progress.renewal.filter(|r| r.in_time && !r.lost)?;
    let end = end_of(renewal.expires_on);
    let complete = case.progress.notice_from.or(case.received_at)?;
    (complete < end).then_some(end)
}

/// What silence has renewed by `now`: asked for in time, complete, and nothing decided by the licence's last day. While
/// the applicant owes supplements, or has asked to withdraw, the authority owes no decision.
#[must_use]
pub fn renewed_by_silence(case: &Case, now: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Option<DeemedRenewal> {
    let at = owed_by_the_end(case)?;
    let running = matches!(case.state, CaseState::Received | CaseState::Accepted) && case.progress.withdrawal_at.is_none();
    if !running || case.progress.mirrored.is_some() || now < at {
        return None;
    }
    let received = case.progress.notice_from.or(case.received_at).unwrap_or(at);
    let accepted_at = case.accepted_at.unwrap_or_else(|| legal_start(receipt_day(calendar, hours, received), received));
    let delivery = due(calendar, hours, at, DELIVERY_TERM);
    Some(DeemedRenewal { at, accepted_at, delivery: Deadline::new(delivery, yellow_from(calendar, date_of(at), &delivery, 2)) })
}

/// When silence will renew the licence of a case, as far as it stands now.
#[must_use]
pub fn silence_ends(case: &Case) -> Option<Instant> {
    owed_by_the_end(case).filter(|_| matches!(case.state, CaseState::Received | CaseState::Accepted))
}

/// Why a renewal can no longer be granted: asked for late, and the licence has ended meanwhile.
#[must_use]
pub fn renewal_bars(case: &Case, today: NaiveDate) -> Option<Reason> {
    // What is decided in an outside system is written down as it was decided there.
    let renewal = case.progress.renewal.filter(|r| !r.in_time && r.expires_on < today && case.progress.mirrored.is_none())?;
    let text = format!("原证照已于{}到期，延续申请未在{}前提出，不能准予延续，应重新申请", renewal.expires_on, renewal.ask_by);
    Some(Reason::new("licence_expired", text, "行政许可法 50、70"))
}

impl Case {
    /// Applies a renewal by silence; `case_no` where nobody had accepted it. A proceeding that runs against the applicant
    /// goes on against the grant.
    pub fn renew_by_silence(&mut self, renewed: &DeemedRenewal, case_no: Option<String>, deferred: bool) {
        if self.state == CaseState::Received {
            (self.accepted_at, self.deemed) = (Some(renewed.accepted_at), true);
        }
        self.case_no = self.case_no.take().or(case_no);
        self.progress.promise_due = self.deadline.filter(|_| self.state == CaseState::Accepted).map(|d| d.due);
        (self.progress.pause, self.progress.hold, self.progress.hearing) = (None, None, None);
        self.state = CaseState::Decided;
        self.outcome = Some(if deferred { Outcome::GrantedWithDeferral } else { Outcome::Granted });
        self.decided_at = Some(renewed.at);
        self.deadline = Some(renewed.delivery);
        if let Some(renewal) = &mut self.progress.renewal {
            renewal.by_silence = true;
        }
        self.version += 1;
    }
}
