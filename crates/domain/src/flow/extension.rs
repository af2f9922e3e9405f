//! More time for what somebody owes (延期): works that can't begin in time (建筑法 9), materials kept back by force majeure (R4.6).

use super::{Obligation, ObligationKind, ObligationState};
use crate::application::{Case, Filing};
use crate::calendar::{Due, due};
use crate::catalogue::Matter;
use crate::local_time::{Instant, date_of, end_of, start_of};
use crate::reason::Reason;
use chrono::NaiveDate;

/// By which rule materials are given more time (民法典 180: 不可抗力).
const FORCE_MAJEURE: &str = "民法典 180；容缺受理规则：不可抗力";

/// Asks for more time, before the term is over. Until it is answered the duty does not lapse.
///
/// # Errors
/// For what can't be put off, has ended, or was asked for already.
pub fn ask_for_time(duty: &mut Obligation, matter: &Matter, now: Instant) -> Result<(), Reason> {
    let basis = basis_of(duty, matter)?;
    if duty.state != ObligationState::Open || is_over(duty, now) {
        return Err(Reason::new("term_over", "期限已过或者义务已经了结，不能申请延期", basis));
    }
    if let Some(reason) = extended_enough(duty, matter) {
        return Err(reason);
    }
    if duty.asked_at.is_some() {
        return Err(Reason::new("already_asked", "已经申请延期，等待答复", basis));
    }
    duty.asked_at = Some(now);
    Ok(())
}

/// A term that has ended; a date that may still move has not.
fn is_over(duty: &Obligation, now: Instant) -> bool {
    duty.new.due.is_some_and(|d| !d.provisional && now >= d.at)
}

/// Why what has to begin is put off no more.
fn extended_enough(duty: &Obligation, matter: &Matter) -> Option<Reason> {
    let rule = matter.begins.as_ref().filter(|rule| duty.new.kind == ObligationKind::Begin && duty.extended >= rule.extensions)?;
    Some(Reason::new("extended_enough", format!("延期以{}次为限", rule.extensions), rule.basis.clone()))
}

/// Gives more time: what has to begin where it is asked for, by the term of its rule and so often at most; anything else
/// until the day `until`. Returns the rule.
///
/// # Errors
/// For what can't be put off so.
pub fn prolong(duty: &mut Obligation, case: &Case, matter: &Matter, until: Option<NaiveDate>, now: &Filing<'_>) -> Result<String, Reason> {
    let basis = basis_of(duty, matter)?;
    let over = duty.asked_at.is_none() && is_over(duty, now.received_at);
    let Some(old) = duty.new.due.filter(|_| duty.state == ObligationState::Open && !over) else {
        return Err(Reason::new("term_over", "期限已过或者义务已经了结，不能延期", basis));
    };
    if let Some(reason) = extended_enough(duty, matter) {
        return Err(reason);
    }
    let next = match (&matter.begins, duty.new.kind, until) {
        (Some(_), ObligationKind::Begin, _) if duty.asked_at.is_none() => {
            return Err(Reason::new("not_asked", "没有待答复的延期申请", basis));
        }
        (Some(rule), ObligationKind::Begin, _) => due(now.calendar, now.hours, start_of(old.on), rule.extension),
        (_, _, Some(until)) if until <= old.on => {
            return Err(Reason::new("not_later", format!("新的期限应晚于原期限{}", old.on), basis));
        }
        (_, _, Some(until)) => {
            let law = case.progress.statutory_due.filter(|_| duty.new.kind == ObligationKind::DeferredBeforeDecision);
            if let Some(law) = law.filter(|law| until > law.on) {
                return Err(Reason::new("beyond_law", format!("不能晚于法定办结期限{}", law.on), "行政许可法 42"));
            }
            Due { on: until, at: end_of(until), provisional: false }
        }
        (_, _, None) => return Err(Reason::new("until_required", "请填写延长到哪一天", basis)),
    };
    duty.new.due = Some(next);
    duty.extended += 1;
    duty.asked_at = None;
    Ok(basis)
}

/// Refuses more time; what was over meanwhile lapses at its own moment.
///
/// # Errors
/// When nobody asked.
pub fn refuse_time(duty: &mut Obligation) -> Result<(), Reason> {
    let none = || Reason::new("not_asked", "没有待答复的延期申请", "内部管理");
    let asked = duty.asked_at.filter(|_| duty.state == ObligationState::Open);
    duty.asked_at = None;
    asked.map(|_| ()).ok_or_else(none)
}

/// The rule by which a duty may be put off.
fn basis_of(duty: &Obligation, matter: &Matter) -> Result<String, Reason> {
    match (duty.new.kind, &matter.begins) {
        _ if duty.new.due.is_none() => Err(Reason::new("no_term", "该义务没有日期期限，不必延期", "容缺受理规则")),
        (ObligationKind::Begin, Some(rule)) => Ok(rule.basis.clone()),
        (ObligationKind::DeferredBeforeDecision | ObligationKind::DeferredAfterGrant | ObligationKind::CompleteAfterGrant, _) => {
            Ok(FORCE_MAJEURE.to_owned())
        }
        _ => Err(Reason::new("not_extendable", "该义务没有可以延期的规定", "办事指南")),
    }
}

/// What a delivered result leaves owed: to begin within the term of its law, counted from the day it was received. What
/// changes, replaces or cancels an earlier result begins no new term.
#[must_use]
pub fn on_delivery(case: &Case, matter: &Matter, at: &Filing<'_>) -> Option<super::NewObligation> {
    let rule = matter.begins.as_ref().filter(|_| case.target.is_none())?;
    Some(super::NewObligation::new(
        ObligationKind::Begin,
        super::OWED_BY_APPLICANT.to_owned(),
        rule.act.clone(),
        Some(due(at.calendar, at.hours, at.received_at, rule.within)),
    ))
}

/// Whether something that began on `day` began in time; what began late, began under a grant that was void of itself.
///
/// # Errors
/// When it began late.
pub fn begun_in_time(duty: &Obligation, case: &Case, matter: &Matter, day: NaiveDate) -> Result<(), Reason> {
    let granted = case.decided_at.unwrap_or(duty.opened_at);
    match (duty.new.due, &matter.begins) {
        (_, Some(rule)) if day < date_of(granted) => {
            Err(Reason::new("begun_early", format!("{}日期早于准予之日", rule.act), rule.basis.clone()))
        }
        (Some(due), Some(rule)) if !due.provisional && day > due.on => {
            let text = format!("应于{}前{}，逾期的，许可自行废止，应当重新申请", due.on, rule.act);
            Err(Reason::new("begun_late", text, rule.basis.clone()))
        }
        _ => Ok(()),
    }
}
