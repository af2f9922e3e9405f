//! Count due dates anew after a calendar was loaded; what moved is recorded. A term of the applicant is never
//! shortened.

use super::work::{Work, recompute_one};
use crate::{Error, ZoneSnapshot};
use domain::application::{CaseState, Deadline, yellow_from};
use domain::calendar::due;
use domain::event::EventKind;
use domain::flow;
use domain::local_time::date_of;
use persistence::application::{list_clock, list_provisional};
use persistence::job::{self, Job, JobKind};
use persistence::{Tx, obligation};
use serde_json::json;
use uuid::Uuid;

/// Cases looked at in one transaction.
const PORTION: i64 = 200;

/// Opens the work of counting provisional due dates anew in a zone.
///
/// # Errors
/// [`Error::Database`].
pub fn schedule_recompute(tx: &mut Tx<'_>, zone: i32) -> Result<(), Error> {
    let now = tx.now();
    Ok(job::schedule(tx, zone, JobKind::RecomputeDeadlines, Uuid::nil(), now)?)
}

/// Counts one portion anew from `after`; returns where the next begins, `None` when all are done.
///
/// # Errors
/// [`Error::Database`].
pub fn recompute_portion(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, after: Uuid) -> Result<Option<Uuid>, Error> {
    let found = list_provisional(tx, snapshot.zone, after, PORTION)?;
    for (case, application) in &found {
        recompute_one(tx, snapshot.clone(), *application, |work| recount(work, *case))?;
    }
    let owed = obligation::list_provisional(tx, snapshot.zone, after, PORTION)?;
    for (duty, application) in &owed {
        recompute_one(tx, snapshot.clone(), *application, |work| {
            work.roll_obligation(*duty);
            Ok(())
        })?;
    }
    let cases = found.last().map(|(id, _)| *id);
    let duties = owed.last().map(|(id, _)| *id);
    Ok(match (cases, duties) {
        // The list that reached less far sets where the next portion begins.
        (Some(c), Some(d)) => Some(c.min(d)),
        (one, other) => one.or(other),
    })
}

/// Closes the work.
///
/// # Errors
/// [`Error::Database`].
pub fn finish_recompute(tx: &mut Tx<'_>, job: &Job) -> Result<(), Error> {
    Ok(job::finish(tx, job)?)
}

fn recount(work: &mut Work<'_, '_>, id: Uuid) -> Result<(), Error> {
    let (zone, snapshot, now) = (work.zone(), work.snapshot.clone(), work.now);
    let hours = snapshot.catalogue.zone.hours.as_slice();
    let case = work.case(id)?;
    let Some(before) = case.deadline.filter(|d| d.due.provisional) else { return Ok(()) };
    let after = match case.state {
        CaseState::Accepted => {
            let entries = list_clock(work.tx, zone, id)?;
            let mut counted = work.case(id)?.clone();
            flow::recompute(&mut counted, &entries, (&*snapshot.calendar, hours));
            let statutory = counted.progress.statutory_due;
            work.change(id)?.progress.statutory_due = statutory;
            counted.deadline
        }
        CaseState::Received => {
            let mut counted = case.clone();
            let from = case.progress.notice_from.or(case.received_at).unwrap_or(now);
            counted.recount_notice(&Work::filing(&snapshot, from));
            counted.deadline
        }
        CaseState::Supplementing => {
            let given = work.dossier.content.notices.last().map_or(now, |n| n.given_at);
            let term = work.dossier.content.notices.last().map(|n| n.cases.clone()).unwrap_or_default();
            let counted = due(&snapshot.calendar, hours, given, work.supplement_term(&term)?);
            let kept =
                if counted.at < before.due.at { domain::calendar::Due { provisional: counted.provisional, ..before.due } } else { counted };
            Some(Deadline::new(kept, yellow_from(&snapshot.calendar, date_of(given), &kept, 3)))
        }
        CaseState::Decided => {
            let due = due(&snapshot.calendar, hours, case.decided_at.unwrap_or(now), flow::DELIVERY_TERM);
            Some(Deadline::new(due, before.yellow_at))
        }
        CaseState::Waiting | CaseState::Ended => None,
    };
    let moved = after.map(|d| d.due.on) != Some(before.due.on);
    let case = work.change(id)?;
    case.deadline = after;
    case.version += 1;
    if moved {
        let facts = json!({"from": before.due.on, "to": after.map(|d| d.due.on), "basis": "国务院办公厅放假安排"});
        work.note(EventKind::DeadlineMoved, id, facts);
    }
    Ok(())
}
