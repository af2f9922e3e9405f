//! Write down what the law has done by silence; the timer only makes it prompt.

use super::submit::lapses;
use super::work::settle_only;
use crate::{Error, ZoneSnapshot};
use domain::application::CaseState;
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
    Ok(list_cases(tx, zone, application)?.iter().filter(|c| matches!(c.state, CaseState::Received)).count())
}

/// Settles an application and closes the job, or puts it off to the next lapse. Everything is dated to its
/// legal moment, whenever this runs.
///
/// # Errors
/// [`Error::Database`].
pub fn settle_application(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, job: &Job, stock: Stock) -> Result<(), Error> {
    let Some(done) = settle_only(tx, snapshot.clone(), job.subject, stock)? else { return Ok(job::finish(tx, job)?) };
    let withdraws = snapshot.catalogue.zone.settings.treats_as_withdrawn_by.is_some();
    let owed = obligation::list(tx, job.zone, job.subject)?;
    let open = owed.iter().filter(|o| o.state == domain::flow::ObligationState::Open).filter_map(|o| o.new.due).map(|d| d.at);
    let now = tx.now();
    match lapses(&done.dossier.cases, withdraws).chain(open).min() {
        // A term whose calendar is still not published is looked at again tomorrow.
        Some(due_at) => job::postpone(tx, job, if due_at > now { due_at } else { now + chrono::TimeDelta::days(1) })?,
        None => job::finish(tx, job)?,
    }
    Ok(())
}
