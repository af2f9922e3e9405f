//! Submission (提交): pins versions and opens the cases.

use super::{Case, CaseState, Deadline, Progress, PromisedLimit, yellow_from};
use crate::assessment::{Facts, Plan, handled_by_commitment, legal_start, promise};
use crate::calendar::{HallHours, WorkCalendar, due, receipt_day};
use crate::catalogue::{EdgeKind, Matter};
use crate::local_time::{Instant, date_of};
use uuid::Uuid;

/// When a filing legally arrived and where it is counted.
pub struct Filing<'a> {
    /// Legal moment of receipt.
    pub received_at: Instant,
    /// Calendar of working days.
    pub calendar: &'a WorkCalendar,
    /// Hall hours.
    pub hours: &'a [HallHours],
}

/// Opens one case per matter that takes part: those that wait for nobody are received at once, by one call
/// and at one moment (F27); the others wait for what comes before them.
///
/// `ids` gives the identities of the cases; the same plan always opens the same cases in the same order.
pub fn submit(plan: &Plan, facts: &Facts, filing: &Filing<'_>, mut ids: impl FnMut() -> Uuid) -> Vec<Case> {
    let conditions = facts.for_conditions(plan);
    let active = plan.active(&conditions);
    let takes_part = |code: &str| active.iter().any(|m| m.document.code == code);
    let waits = |code: &str| plan.edges.iter().any(|e| e.after == code && e.kind == EdgeKind::Hard && takes_part(&e.before));
    let open = |(position, version): (usize, &&crate::catalogue::Version<Matter>)| {
        let matter = &version.document;
        let limits = matter.limits_on(&conditions);
        let waiting = waits(&matter.code);
        let mut case = Case {
            id: ids(),
            position: i32::try_from(position).unwrap_or(i32::MAX),
            matter: matter.code.clone(),
            version_id: version.id,
            department: matter.department.clone(),
            procedure: matter.procedure,
            state: CaseState::Waiting,
            case_no: None,
            received_at: None,
            accepted_at: None,
            deemed: false,
            promised: PromisedLimit { limit: promise(matter, facts, &conditions), starts: limits.starts },
            deadline: None,
            handler: None,
            outcome: None,
            decided_at: None,
            target: None,
            progress: Progress {
                statutory: limits.statutory,
                by_commitment: handled_by_commitment(matter, facts),
                silence: matter.silence.clone(),
                deferred_until: plan.deferred_until(&matter.code).map(str::to_owned),
                ..Progress::default()
            },
            version: 1,
        };
        if !waiting {
            case.receive(filing);
        }
        case
    };
    active.iter().enumerate().map(open).collect()
}

impl Case {
    /// Takes the case in. A procedure with a term for the notice starts it on the day of receipt; the light
    /// warns on its last two days, because silence binds the authority.
    pub fn receive(&mut self, filing: &Filing<'_>) {
        self.state = CaseState::Received;
        self.received_at = Some(filing.received_at);
        self.await_notice(filing);
    }

    /// Takes up, or gives up, handling by commitment; before acceptance its promise goes with it.
    pub fn follow_commitment(&mut self, covered: bool, matter: &Matter, plan: &Plan, facts: &Facts) {
        self.progress.by_commitment = covered;
        if self.accepted_at.is_none() {
            self.promised.limit = promise(matter, facts, &facts.for_conditions(plan));
        }
        self.version += 1;
    }

    /// Counts the term of the notice anew, on a calendar loaded since.
    pub fn recount_notice(&mut self, filing: &Filing<'_>) {
        self.await_notice(filing);
    }

    /// Starts the term for a notice: on receipt, and anew when supplements arrive.
    pub(crate) fn await_notice(&mut self, filing: &Filing<'_>) {
        self.progress.notice_from = Some(filing.received_at);
        let start = legal_start(receipt_day(filing.calendar, filing.hours, filing.received_at), filing.received_at);
        self.deadline = self.silence().map(|(term, _)| term).map(|term| {
            let due = due(filing.calendar, filing.hours, start, term);
            Deadline::new(due, yellow_from(filing.calendar, date_of(start), &due, 2))
        });
    }
}
