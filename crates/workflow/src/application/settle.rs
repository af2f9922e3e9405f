//! Write down what the law has done by silence; the timer only makes it prompt.

use super::remind::next_reminder;
use super::submit::lapses;
use super::work::settle_only;
use crate::{Error, ZoneSnapshot};
use chrono::TimeDelta;
use domain::application::CaseState;
use domain::flow::ObligationState;
use persistence::application::list_cases;
use persistence::job::{self, Job};
use persistence::number::Stock;
use persistence::{DbError, Tx, obligation};
use uuid::Uuid;

/// How many case numbers settling or accepting an application may need.
///
/// # Errors
/// [`DbError`].
pub fn received_count(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<usize, DbError> {
    Ok(list_cases(tx, zone, application)?.iter().filter(|c| matches!(c.state, CaseState::Received | CaseState::Waiting)).count())
}

/// Settles an application as of now; returns the numbers that were not used.
///
/// # Errors
/// [`Error::Database`].
pub fn settle_now(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, stock: Stock) -> Result<Stock, Error> {
    Ok(settle_only(tx, snapshot.clone(), id, stock)?.map(|done| done.unused).unwrap_or_default())
}

/// Settles an application and closes the job, or puts it off to the next lapse. Everything is dated to its
/// legal moment, whenever this runs. Returns the numbers that were not used.
///
/// # Errors
/// [`Error::Database`].
pub fn settle_application(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, job: &Job, stock: Stock) -> Result<Stock, Error> {
    let Some(done) = settle_only(tx, snapshot.clone(), job.subject, stock.clone())? else {
        job::finish(tx, job)?;
        return Ok(stock);
    };
    let owed = obligation::list(tx, job.zone, job.subject)?;
    let open = owed.iter().filter(|o| o.state == ObligationState::Open).filter_map(|o| o.new.due).map(|d| d.at);
    let now = tx.now();
    // A term whose calendar is still not published is looked at again tomorrow.
    let next = |at| if at > now { at } else { now + TimeDelta::days(1) };
    let reminder = next_reminder(&done.dossier.cases, &owed, &snapshot.calendar);
    match lapses(&done.dossier.cases).chain(open).chain(reminder).map(next).min() {
        Some(due_at) => job::postpone(tx, job, due_at)?,
        None => job::finish(tx, job)?,
    }
    Ok(done.unused)
}
