//! Write down what the law has done by silence; the timer only makes it prompt.

use super::save;
use super::submit::next_lapse;
use crate::{Error, ZoneSnapshot};
use chrono::TimeDelta;
use domain::application::CaseState;
use domain::event::EventKind;
use persistence::application::{insert_clock_start, list_cases, lock_unscoped, save_case};
use persistence::event::{self, Actor, NewEvent};
use persistence::job::{self, Job};
use persistence::{DbError, Tx};
use serde_json::json;
use uuid::Uuid;

/// How many case numbers settling an application may need.
///
/// # Errors
/// [`DbError`].
pub fn received_count(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<usize, DbError> {
    Ok(list_cases(tx, zone, application)?.iter().filter(|c| c.state == CaseState::Received).count())
}

/// Settles an application and closes the job, or puts it off to the next lapse. Each acceptance is dated to
/// its legal moment, whenever this runs.
///
/// # Errors
/// [`Error::Database`].
pub fn settle_application(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, job: &Job, mut numbers: Vec<String>) -> Result<(), Error> {
    let Some(mut application) = lock_unscoped(tx, job.zone, job.subject)? else { return Ok(job::finish(tx, job)?) };
    let now = tx.now();
    let mut cases = list_cases(tx, job.zone, job.subject)?;
    let mut events = Vec::new();
    for case in &mut cases {
        let Some(acceptance) = domain::application::settle(case, now, &snapshot.calendar, &snapshot.catalogue.zone.hours) else { continue };
        let Some(case_no) = numbers.pop() else { break };
        case.accept_deemed(&acceptance, case_no.clone());
        save_case(tx, job.zone, job.subject, case)?;
        insert_clock_start(tx, job.zone, case.id, acceptance.accepted_at, "行政许可法 32(4)")?;
        let payload = json!({"case": case.id, "matter": case.matter, "case_no": case_no, "accepted_at": acceptance.accepted_at, "due_on": acceptance.decision.due.on, "basis": "行政许可法 32(4)"});
        events.push(NewEvent { kind: EventKind::CaseDeemedAccepted, occurred_at: acceptance.lapsed_at, payload });
    }
    if !events.is_empty() {
        application.version += 1;
        let stream = application.stream();
        event::append(tx, stream, &mut application.head, &Actor::system(), events)?;
        save(tx, &mut application)?;
    }
    match next_lapse(&cases) {
        // A term whose calendar is still not published is looked at again tomorrow.
        Some(due_at) => job::postpone(tx, job, if due_at > now { due_at } else { now + TimeDelta::days(1) })?,
        None => job::finish(tx, job)?,
    }
    Ok(())
}
