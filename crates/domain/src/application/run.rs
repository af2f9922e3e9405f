//! How a bundle has run: its state, and the planned beside the actual course.

use super::{Case, CaseState};
use crate::assessment::Schedule;
use crate::calendar::{Limit, LimitUnit, WorkCalendar};
use crate::catalogue::Edge;
use crate::figure::{percent, reduction_percent};
use crate::local_time::date_of;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

codes! {
    /// Where an application stands as a whole; always computed from its cases.
    pub enum RunState {
        /// Not filed yet.
        Draft = "draft", "草稿";
        /// Something waits for the applicant.
        Supplementing = "supplementing", "待申请人补正";
        /// Something is not accepted yet.
        Receiving = "receiving", "收件中";
        /// Everything that runs is accepted.
        Handling = "handling", "并联办理中";
        /// Every case has come to its end; results are still to be handed over.
        Issuing = "issuing", "待出件送达";
        /// Nothing is left to do.
        Closed = "closed", "已办结";
    }
}

/// The state of a whole; the most urgent of its cases decides. A draft has none yet.
#[must_use]
pub fn state_of(cases: &[Case]) -> RunState {
    if cases.is_empty() {
        return RunState::Draft;
    }
    let any = |state| cases.iter().any(|c| c.state == state);
    if any(CaseState::Supplementing) {
        RunState::Supplementing
    } else if any(CaseState::Received) {
        RunState::Receiving
    } else if any(CaseState::Accepted) || any(CaseState::Waiting) {
        RunState::Handling
    } else if cases.iter().all(Case::is_closed) {
        RunState::Closed
    } else {
        RunState::Issuing
    }
}

/// How one case has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CaseRun {
    /// The case.
    pub case: Uuid,
    /// Code of its matter.
    #[schema(example = "works-planning-permit")]
    pub matter: String,
    /// First day of its clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_on: Option<NaiveDate>,
    /// Day of its decision or end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<NaiveDate>,
    /// The promise.
    pub promised: Limit,
    /// What of the promise was used, in its unit; absent before the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u32>,
    /// Share of the promised time that was saved (提速率, F54), per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "47.78")]
    pub saved_rate: Option<String>,
    /// Share of the promised time that was used, per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "52.22")]
    pub used_rate: Option<String>,
    /// It lies on the chain that decided the actual course.
    pub critical: bool,
}

/// How the whole has run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Run {
    /// Where it stands.
    pub state: RunState,
    /// In Chinese.
    #[schema(example = "并联办理中")]
    pub state_name: &'static str,
    /// Cases that have come to their end.
    pub done: usize,
    /// All cases.
    pub of: usize,
    /// The plan: working days, longest chain, serial time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub planned: Option<Schedule>,
    /// Working days from the first acceptance to the last decision; absent while something runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_working_days: Option<u32>,
    /// The chain that decided the actual course, as far as it has got.
    pub actual_critical_path: Vec<String>,
    /// Share of the planned time that was saved, per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_rate: Option<String>,
    /// Share of the planned time that was used, per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_rate: Option<String>,
    /// The cases.
    pub cases: Vec<CaseRun>,
}

/// Reads how cases have run. `used` gives what each decided case used of its promise, in the unit of that promise.
#[must_use]
pub fn run(cases: &[Case], edges: &[Edge], planned: Option<Schedule>, used: &BTreeMap<Uuid, u32>, calendar: &WorkCalendar) -> Run {
    let path = actual_path(cases, edges);
    let began = |c: &Case| c.accepted_at.map(date_of);
    let first = cases.iter().filter_map(began).min();
    let last = cases.iter().filter_map(|c| c.decided_at).map(date_of).max();
    let actual = first.zip(last).filter(|_| cases.iter().all(Case::is_over)).map(|(from, to)| calendar.working_days_between(from, to));
    // Half days of the plan are compared in halves.
    let halves = planned.as_ref().map(|p| (p.working_days * 2.0).round()).filter(|h| *h > 0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number of halves, above 0")]
    let rates = actual.zip(halves).map(|(days, halves)| (u64::from(days) * 2, halves as u64));
    let one = |case: &Case| {
        let taken = used.get(&case.id).copied();
        // Months have no fixed number of days to compare with.
        let whole = u64::from(case.promised.limit.n);
        let shares = taken.filter(|_| case.promised.limit.unit != LimitUnit::Month && whole > 0).map(u64::from);
        CaseRun {
            case: case.id,
            matter: case.matter.clone(),
            began_on: began(case),
            ended_on: case.closed_at().map(date_of),
            promised: case.promised.limit,
            used: taken,
            saved_rate: shares.and_then(|n| reduction_percent(whole, n)),
            used_rate: shares.and_then(|n| percent(n, whole)),
            critical: path.contains(&case.matter),
        }
    };
    let state = state_of(cases);
    Run {
        state,
        state_name: state.label(),
        done: cases.iter().filter(|c| c.is_over()).count(),
        of: cases.len(),
        planned,
        actual_working_days: actual,
        saved_rate: rates.and_then(|(n, whole)| reduction_percent(whole, n)),
        used_rate: rates.and_then(|(n, whole)| percent(n, whole)),
        cases: cases.iter().map(one).collect(),
        actual_critical_path: path,
    }
}

/// The decided case that came last, and before it whatever it had waited for longest.
fn actual_path(cases: &[Case], edges: &[Edge]) -> Vec<String> {
    let mut walk = cases.iter().filter(|c| c.decided_at.is_some()).max_by_key(|c| c.decided_at);
    let mut path = Vec::new();
    while let Some(case) = walk {
        path.push(case.matter.clone());
        let befores = edges.iter().filter(|e| e.after == case.matter).filter_map(|e| cases.iter().find(|c| c.matter == e.before));
        walk = befores.filter(|c| c.decided_at.is_some() && !path.contains(&c.matter)).max_by_key(|c| c.decided_at);
    }
    path.reverse();
    path
}
