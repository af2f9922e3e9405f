//! What to expect: acceptance, limit, due date and the chain that decides it.

use super::{Facts, Plan, Schedule, Stretch, commitment, critical_path, schedule};
use crate::calendar::{HallHours, Limit, WorkCalendar, due, receipt_day};
use crate::catalogue::{ConditionFacts, Matter, Version};
use crate::local_time::{Instant, date_of, rfc3339, start_of};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// What to expect when everything is in order now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Expected {
    /// Legal day of acceptance.
    pub accepted_on: NaiveDate,
    /// The promise.
    pub limit: Limit,
    /// Last day of the promise.
    pub due_on: NaiveDate,
    /// The minute, for promises in half working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-09-30T14:30:00+08:00")]
    pub due_at: Option<String>,
    /// The calendar of some day counted is not published yet.
    pub provisional: bool,
    /// The matters whose limits decide the due date.
    pub critical_path: Vec<String>,
}

pub(super) fn expected(plan: &Plan, facts: &Facts, conditions: &ConditionFacts, calendar: &WorkCalendar, hours: &[HallHours]) -> Expected {
    let accepted_on = receipt_day(calendar, hours, facts.at);
    let start = legal_start(accepted_on, facts.at);
    let active = plan.active(conditions);
    let stretches = stretches(plan, &active, facts, conditions);
    let path = critical_path(&stretches, &plan.edges, start, calendar, hours);
    let limit = plan.promised.or_else(|| stretches.iter().map(|s| s.limit).max_by_key(|l| l.n)).unwrap_or(Limit::working_days(0));
    let (critical_path, computed) = path.unwrap_or_else(|| (Vec::new(), due(calendar, hours, start, limit)));
    let end = if plan.promised.is_some() { due(calendar, hours, start, limit) } else { computed };
    let to_the_minute = end.at != crate::local_time::end_of(end.on);
    let limit = if plan.bundle.is_some() && plan.promised.is_none() {
        Limit::working_days(calendar.working_days_between(accepted_on, end.on))
    } else {
        limit
    };
    Expected {
        accepted_on,
        limit,
        due_on: end.on,
        due_at: to_the_minute.then(|| rfc3339(end.at)),
        provisional: end.provisional,
        critical_path,
    }
}

/// The matters that take part, with how long each may take.
/// What is decided later (后置审批) leaves the chain.
pub(super) fn stretches<'a>(plan: &Plan, active: &[&'a Version<Matter>], facts: &Facts, conditions: &ConditionFacts) -> Vec<Stretch<'a>> {
    let stretch = |m: &&'a Version<Matter>| Stretch {
        code: &m.document.code,
        limit: promise(&m.document, facts, conditions),
        counts: m.document.counts_toward_promise && plan.deferred_until(&m.document.code).is_none(),
    };
    active.iter().map(stretch).collect()
}

/// How long the matters that take part take together, in working days.
#[must_use]
pub fn schedule_of(plan: &Plan, facts: &Facts) -> Option<Schedule> {
    let conditions = facts.for_conditions(plan);
    let active = plan.active(&conditions);
    // Before the first questions are answered there may be no matter yet to speak of.
    if active.is_empty() {
        return None;
    }
    schedule(&stretches(plan, &active, facts, &conditions), &plan.edges, |code| {
        plan.matters.iter().find(|m| m.document.code == code).map_or_else(|| code.to_owned(), |m| m.document.name.clone())
    })
}

/// The promise that holds here; handled by commitment it may be shorter.
pub(crate) fn promise(matter: &Matter, facts: &Facts, conditions: &ConditionFacts) -> Limit {
    let by_commitment = matter.commitment.as_ref().filter(|_| commitment::chosen(matter, facts)).and_then(|r| r.promised);
    by_commitment.unwrap_or_else(|| matter.limits_on(conditions).promised)
}

/// Where counting starts: the moment itself, or the beginning of the next working day.
#[must_use]
pub(crate) fn legal_start(receipt_day: NaiveDate, at: Instant) -> Instant {
    if date_of(at) == receipt_day { at } else { start_of(receipt_day) }
}
