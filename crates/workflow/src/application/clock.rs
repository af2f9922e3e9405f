//! Stop the clock, let it go on, extend it.

use super::work::Work;
use crate::{Error, Invalid};
use domain::event::EventKind;
use domain::flow::{self, ClockEntry, ClockKind, Command, SpecialProcedure};
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::application::list_clock;
use serde_json::json;
use uuid::Uuid;

/// A special procedure to begin.
pub struct Suspension {
    /// Which.
    pub procedure: SpecialProcedure,
    /// Why.
    pub reason: String,
    /// How long it will take, working days.
    pub expected_days: u32,
    /// When the applicant was told in writing (行政许可法 45).
    pub told_applicant_at: Instant,
}

/// Stops the clock of a case for a special procedure.
///
/// # Errors
/// [`Error::Invalid`] when the applicant is said to have been told in the future.
pub fn suspend(work: &mut Work<'_, '_>, id: Uuid, new: Suspension) -> Result<(), Error> {
    work.require(id, Command::Suspend)?;
    told(new.told_applicant_at, work.now)?;
    let entry = ClockEntry {
        reason: Some(new.reason),
        procedure: Some(new.procedure),
        expected_days: Some(new.expected_days),
        told_at: Some(new.told_applicant_at),
        ..ClockEntry::pause(work.now, Some(work.acting.may.account))
    };
    stop(work, id, &entry)?;
    work.make_clock_notice(id, &entry)
}

/// The same, told by whoever handles the case: the notice is theirs.
pub(super) fn stop(work: &mut Work<'_, '_>, id: Uuid, entry: &ClockEntry) -> Result<(), Error> {
    let snapshot = work.snapshot.clone();
    flow::suspend(work.change(id)?, entry, &snapshot.calendar);
    work.enter_clock(id, entry)?;
    let expected = work.case(id)?.progress.pause.map(|p| p.expected_on).filter(|_| entry.expected_days.is_some());
    let facts = json!({"procedure": entry.procedure, "expected_days": entry.expected_days, "expected_on": expected, "basis": entry.basis});
    work.note(EventKind::ClockSuspended, id, facts);
    Ok(())
}

/// Lets the clock of a case go on.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn resume(work: &mut Work<'_, '_>, id: Uuid, result: String) -> Result<(), Error> {
    work.require(id, Command::Resume)?;
    go_on(work, id, result)
}

/// The same, told by whoever handles the case.
pub(super) fn go_on(work: &mut Work<'_, '_>, id: Uuid, result: String) -> Result<(), Error> {
    let (now, by, zone, snapshot) = (work.now, work.acting.may.account, work.zone(), work.snapshot.clone());
    let mut entries = list_clock(work.tx, zone, id)?;
    let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
    let entry = flow::resume(work.change(id)?, &mut entries, result, by, now, calendar);
    work.enter_clock(id, &entry)?;
    let due = work.case(id)?.deadline.map(|d| d.due.on);
    work.note(EventKind::ClockResumed, id, json!({"due_on": due, "basis": entry.basis}));
    Ok(())
}

/// An extension.
pub struct Extension {
    /// By how many days.
    pub days: u32,
    /// Several bodies handle it together, and the head of the government approved.
    pub joint: bool,
    /// Why.
    pub reason: String,
    /// Who approved it: the head of the body (行政许可法 42).
    pub approved_by: String,
    /// When the applicant was told the reason.
    pub told_applicant_at: Instant,
}

/// Extends the limit of a case.
///
/// # Errors
/// [`Error::StateForbids`] beyond what the law allows.
pub fn extend(work: &mut Work<'_, '_>, id: Uuid, new: Extension) -> Result<(), Error> {
    work.require(id, Command::Extend)?;
    told(new.told_applicant_at, work.now)?;
    if new.joint && !flow::handled_jointly(&work.dossier.cases) {
        let text = "本申请由一个部门办理，不适用统一办理、联合办理、集中办理的延长期限";
        return Err(Error::StateForbids(Reason::new("not_handled_jointly", text, "行政许可法 42")));
    }
    let (now, zone, snapshot) = (work.now, work.zone(), work.snapshot.clone());
    let mut entries = list_clock(work.tx, zone, id)?;
    let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
    let entry = ClockEntry {
        kind: ClockKind::Extend,
        at: now,
        reason: Some(format!("{}（批准人：{}）", new.reason, new.approved_by)),
        basis: "行政许可法 42".to_owned(),
        procedure: None,
        expected_days: None,
        told_at: Some(new.told_applicant_at),
        added: None,
        by: Some(work.acting.may.account),
    };
    let matter = work.matter(id)?;
    let entry = flow::extend(work.change(id)?, matter.may_extend_by(new.joint), &mut entries, new.days, entry, calendar)
        .map_err(Error::StateForbids)?;
    work.enter_clock(id, &entry)?;
    let due = work.case(id)?.deadline.map(|d| d.due.on);
    work.note(EventKind::ClockExtended, id, json!({"days": new.days, "due_on": due, "basis": entry.basis}));
    work.make_clock_notice(id, &entry)
}

fn told(at: Instant, now: Instant) -> Result<(), Error> {
    let text = "告知申请人的时间不能晚于现在";
    if at > now { Err(Error::Invalid(vec![Invalid::new("/told_applicant_at", "in_the_future", text)])) } else { Ok(()) }
}
