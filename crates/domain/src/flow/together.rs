//! Cases of one application side by side (并联审批): who waits for whom, what stops when one of them fails, and what goes
//! out together.

use super::publicity_bars;
use crate::application::{Case, CaseState, Ending, Filing};
use crate::catalogue::{Edge, EdgeKind};
use crate::local_time::Instant;
use crate::reason::Reason;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What followed for one case from how the others stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Everything before it is granted: it is taken in at that moment.
    Received {
        /// The case.
        case: Uuid,
        /// When the last one before it was granted.
        at: Instant,
    },
    /// Something before it will not be granted: it ends without having begun.
    Stopped {
        /// The case.
        case: Uuid,
        /// When the one before it came to its end.
        at: Instant,
    },
    /// What had stopped it was put right: it waits again.
    Resumed {
        /// The case.
        case: Uuid,
    },
}

/// Lets every case follow from how the others stand: whoever waits for a granted one is taken in, whoever waits for a
/// failed one stops, and nothing else changes. A department that depends on an earlier one counts from the moment that
/// one has finished (浙江省保障“最多跑一次”改革规定 5). Calling it again changes nothing.
pub fn follow(cases: &mut [Case], edges: &[Edge], now: &Filing<'_>) -> Vec<Followed> {
    let mut followed = Vec::new();
    // A chain settles link by link; it has no more links than there are cases.
    for _ in 0..cases.len() {
        let before = followed.len();
        for i in 0..cases.len() {
            followed.extend(follow_one(cases, i, edges, now));
        }
        if followed.len() == before {
            break;
        }
    }
    for i in 0..cases.len() {
        let (waits_for, lost) = beside(cases, i, edges);
        if let Some(case) = cases.get_mut(i) {
            (case.progress.waits_for, case.progress.lost) = (waits_for, lost);
        }
    }
    followed
}

fn befores<'a>(cases: &'a [Case], edges: &'a [Edge], matter: &'a str, kind: EdgeKind) -> impl Iterator<Item = &'a Case> {
    let named = edges.iter().filter(move |e| e.kind == kind && e.after == matter);
    named.filter_map(|e| cases.iter().find(|c| c.matter == e.before))
}

fn follow_one(cases: &mut [Case], i: usize, edges: &[Edge], now: &Filing<'_>) -> Option<Followed> {
    let case = cases.get(i)?;
    let id = case.id;
    let failed = befores(cases, edges, &case.matter, EdgeKind::Hard).filter(|c| c.has_failed()).filter_map(Case::closed_at).min();
    let open = befores(cases, edges, &case.matter, EdgeKind::Hard).any(|c| !c.is_out_of_the_way());
    let granted = befores(cases, edges, &case.matter, EdgeKind::Hard).filter_map(Case::closed_at).max();
    let waits = befores(cases, edges, &case.matter, EdgeKind::Hard).next().is_some();
    let case = cases.get_mut(i)?;
    let stopped = case.progress.ending == Some(Ending::PredecessorFailed);
    match (case.state, failed) {
        (CaseState::Waiting, Some(at)) => {
            case.state = CaseState::Ended;
            (case.progress.ending, case.progress.ended_at) = (Some(Ending::PredecessorFailed), Some(at));
            case.version += 1;
            Some(Followed::Stopped { case: id, at })
        }
        (CaseState::Waiting, None) if waits && !open => {
            let at = granted.unwrap_or(now.received_at);
            case.receive(&Filing { received_at: at, calendar: now.calendar, hours: now.hours });
            case.version += 1;
            Some(Followed::Received { case: id, at })
        }
        (CaseState::Ended, None) if stopped => {
            case.state = CaseState::Waiting;
            (case.progress.ending, case.progress.ended_at) = (None, None);
            case.version += 1;
            Some(Followed::Resumed { case: id })
        }
        _ => None,
    }
}

/// Of the matters that are to be granted first: those beside it still open, and those that will not be granted or were
/// taken back.
fn beside(cases: &[Case], i: usize, edges: &[Edge]) -> (Vec<String>, Vec<String>) {
    let Some(case) = cases.get(i).filter(|c| !c.is_over()) else {
        return (Vec::new(), Vec::new());
    };
    let soft = befores(cases, edges, &case.matter, EdgeKind::Soft).filter(|c| !c.is_out_of_the_way());
    let (mut lost, open): (Vec<&Case>, Vec<&Case>) = soft.partition(|c| c.has_failed());
    // What it had waited for and was granted may have been taken back since.
    lost.extend(befores(cases, edges, &case.matter, EdgeKind::Hard).filter(|c| c.has_failed() && case.state != CaseState::Waiting));
    let codes = |cases: Vec<&Case>| cases.into_iter().map(|c| c.matter.clone()).collect();
    (codes(open), codes(lost))
}

/// What ending some cases does to the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// They have not begun and will not begin.
    pub stops: Vec<Uuid>,
    /// They go on, but can't be granted any more.
    pub blocks: Vec<Uuid>,
}

/// What would follow for the other cases if `ending` ended without a grant; nothing is changed.
#[must_use]
pub fn effect_of_ending(cases: &[Case], edges: &[Edge], ending: &[Uuid], now: &Filing<'_>) -> Effect {
    let mut then = cases.to_vec();
    for case in then.iter_mut().filter(|c| ending.contains(&c.id)) {
        super::accept::end(case, Ending::Withdrawn, now.received_at);
    }
    let stops = follow(&mut then, edges, now);
    let stops = stops.into_iter().filter_map(|f| if let Followed::Stopped { case, .. } = f { Some(case) } else { None });
    let known = |id: Uuid| cases.iter().find(|c| c.id == id).is_some_and(|c| c.progress.lost.is_empty());
    let blocks = then.iter().filter(|c| !c.progress.lost.is_empty() && known(c.id)).map(|c| c.id);
    Effect { stops: stops.collect(), blocks: blocks.collect() }
}

/// Several departments handle the application together (统一办理、联合办理、集中办理, 行政许可法 26, 42).
#[must_use]
pub fn handled_jointly(cases: &[Case]) -> bool {
    let departments: BTreeSet<&str> = cases.iter().map(|c| c.department.as_str()).collect();
    departments.len() > 1
}

/// Why the result of `case` still waits for those it goes out with (统一出件); `together` says which matters do. Nobody
/// is kept waiting beyond the term of delivery: from its warning on each result may go out alone (行政许可法 44).
#[must_use]
pub fn issue_waits(case: &Case, cases: &[Case], together: impl Fn(&str) -> bool, now: Instant) -> Option<Reason> {
    let running_out = case.deadline.is_some_and(|d| now >= d.yellow_at);
    if running_out || !together(&case.matter) {
        return None;
    }
    let others = || cases.iter().filter(|c| c.id != case.id && together(&c.matter));
    // What is made public goes out with the rest, or not at all: its objections bar them too (F46).
    let public = others().filter(|c| c.is_in_force()).find_map(publicity_bars);
    if public.is_some() {
        return public;
    }
    let waits = others().filter(|c| !c.is_over()).count();
    let text = format!("同一申请还有{waits}个事项未办结，结果统一出件；申请人要求先行领取的，可以分别出件");
    (waits > 0).then(|| Reason::new("siblings_open", text, "一件事一次办：窗口统一出件"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::{Outcome, Progress, PromisedLimit};
    use crate::calendar::{Limit, WorkCalendar};
    use crate::catalogue::{LimitStart, Procedure};
    use crate::local_time::start_of;
    use proptest::prelude::*;

    fn now() -> Instant {
        start_of("2024-06-03".parse().unwrap())
    }

    fn case(n: usize, state: CaseState) -> Case {
        Case {
            id: Uuid::from_u128(n as u128 + 1),
            position: 0,
            matter: n.to_string(),
            version_id: Uuid::nil(),
            department: "HUC".into(),
            procedure: Procedure::Registration,
            state,
            case_no: None,
            received_at: None,
            accepted_at: None,
            deemed: false,
            promised: PromisedLimit { limit: Limit::working_days(1), starts: LimitStart::Acceptance },
            deadline: None,
            handler: None,
            outcome: (state == CaseState::Decided).then_some(Outcome::Granted),
            decided_at: (state == CaseState::Decided).then(now),
            target: None,
            progress: Progress { ended_at: (state == CaseState::Ended).then(now), ..Progress::default() },
            version: 1,
        }
    }

    fn edge(before: usize, after: usize, kind: EdgeKind) -> Edge {
        Edge { before: before.to_string(), after: after.to_string(), kind }
    }

    fn followed(cases: &mut [Case], edges: &[Edge]) -> usize {
        let calendar = WorkCalendar::new([]);
        follow(cases, edges, &Filing { received_at: now(), calendar: &calendar, hours: &[] }).len()
    }

    #[test]
    fn a_chain_stops_to_its_end_and_comes_back() {
        let edges = [edge(0, 1, EdgeKind::Hard), edge(1, 2, EdgeKind::Hard)];
        let mut cases = [case(0, CaseState::Ended), case(1, CaseState::Waiting), case(2, CaseState::Waiting)];
        assert_eq!(followed(&mut cases, &edges), 2);
        assert!(cases.iter().all(|c| c.state == CaseState::Ended));
        cases[0] = case(0, CaseState::Decided);
        assert_eq!(followed(&mut cases, &edges), 3, "both wait again, and the first is taken in");
        assert_eq!([cases[1].state, cases[2].state], [CaseState::Received, CaseState::Waiting]);
    }

    #[test]
    fn what_runs_beside_is_told_what_it_waits_for() {
        let edges = [edge(0, 2, EdgeKind::Soft), edge(1, 2, EdgeKind::Soft)];
        let mut cases = [case(0, CaseState::Accepted), case(1, CaseState::Ended), case(2, CaseState::Accepted)];
        followed(&mut cases, &edges);
        assert_eq!((&cases[2].progress.waits_for, &cases[2].progress.lost), (&vec!["0".to_owned()], &vec!["1".to_owned()]));
    }

    proptest! {
        /// Following twice is following once; a case waits exactly while something before it is open and nothing failed.
        #[test]
        fn following_settles(
            states in proptest::collection::vec(0_usize..4, 1..8),
            pairs in proptest::collection::vec((0_usize..8, 0_usize..8), 0..12),
        ) {
            let states: Vec<CaseState> =
                states.iter().map(|s| [CaseState::Waiting, CaseState::Accepted, CaseState::Decided, CaseState::Ended][*s]).collect();
            let edges: Vec<Edge> =
                pairs.iter().filter(|(b, a)| b < a && *a < states.len()).map(|(b, a)| edge(*b, *a, EdgeKind::Hard)).collect();
            let mut cases: Vec<Case> = states.iter().enumerate().map(|(n, s)| case(n, *s)).collect();
            followed(&mut cases, &edges);
            let once = cases.clone();
            prop_assert_eq!(followed(&mut cases, &edges), 0);
            prop_assert_eq!(&once, &cases);
            for (n, then) in states.iter().enumerate().filter(|(n, s)| **s == CaseState::Waiting && edges.iter().any(|e| e.after == n.to_string())) {
                let before: Vec<&Case> = edges.iter().filter(|e| e.after == n.to_string()).map(|e| &once[e.before.parse::<usize>().unwrap()]).collect();
                let expected = if before.iter().any(|c| c.has_failed()) { CaseState::Ended }
                    else if before.iter().all(|c| c.is_in_force()) { CaseState::Received }
                    else { *then };
                prop_assert_eq!(once[n].state, expected);
            }
        }
    }
}
