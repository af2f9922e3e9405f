//! Duties that are done, or put off: supervision opened with a permit, a second notice looked into, works that have begun.

use super::work::Work;
use crate::{Error, Invalid};
use chrono::NaiveDate;
use domain::access::{Reach, Role};
use domain::code::TextCode;
use domain::event::EventKind;
use domain::flow::{self, NewObligation, OWED_BY_APPLICANT, Obligation, ObligationKind, ObligationState};
use domain::local_time::date_of;
use domain::reason::Reason;
use serde_json::json;
use uuid::Uuid;

/// Records that a duty was done.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StateForbids`] for one that ends by another act or has ended, [`Error::Forbidden`]
/// for one of another department.
pub fn fulfil(work: &mut Work<'_, '_>, id: Uuid, report: &str, done_on: Option<NaiveDate>) -> Result<(), Error> {
    let found = work.obligations.iter().find(|o| o.id == id).cloned().ok_or(Error::NotFound)?;
    let (may, begins) = (&work.acting.may, found.new.kind == ObligationKind::Begin);
    let theirs = match may.reach {
        Reach::Zone => found.new.owed_by == Role::Supervisor.as_str(),
        // Whether works have begun the department of the permit finds out, whoever owed them.
        Reach::Department => may.departments.contains(if begins { &found.department } else { &found.new.owed_by }),
        Reach::Own => false,
    };
    if !theirs {
        return Err(Error::Forbidden);
    }
    let by_report =
        begins || matches!(found.new.kind, ObligationKind::Supervision | ObligationKind::NoticeReview | ObligationKind::DependentReview);
    if !by_report || !matches!(found.state, ObligationState::Open | ObligationState::Lapsed) {
        return Err(Error::StateForbids(Reason::new("not_open", "该义务已经了结，或者应以其他方式履行", "内部管理")));
    }
    match done_on {
        None if begins => return Err(Error::Invalid(vec![Invalid::new("/done_on", "required", "请填写实际开始的日期")])),
        Some(_) if !begins => return Err(Error::Invalid(vec![Invalid::new("/done_on", "not_for_this", "该义务不填写开始日期")])),
        Some(day) if day > date_of(work.now) => {
            return Err(Error::Invalid(vec![Invalid::new("/done_on", "in_the_future", "开始日期不能晚于今天")]));
        }
        Some(day) => flow::begun_in_time(&found, work.case(found.case)?, &*work.matter(found.case)?, day).map_err(Error::StateForbids)?,
        None => {}
    }
    work.write_down(found.case, found.new.kind.label(), report)?;
    work.discharge(found.case, ObligationState::Fulfilled, |o| o.id == id);
    Ok(())
}

/// Asks for more time, by whom it is owed.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StateForbids`] for what can't be put off or is over.
pub fn ask_extension(work: &mut Work<'_, '_>, id: Uuid, reason: &str) -> Result<(), Error> {
    let now = work.now;
    let owed = work.obligations.iter().find(|o| o.id == id).filter(|o| o.new.owed_by == OWED_BY_APPLICANT).ok_or(Error::NotFound)?;
    let (case, kind) = (owed.case, owed.new.kind);
    let matter = work.matter(case)?;
    flow::ask_for_time(work.change_obligation(id)?, &matter, now).map_err(Error::StateForbids)?;
    let (department, until) = (work.case(case)?.department.clone(), work.term(work.settings().urge_answer_term));
    work.owe(case, vec![NewObligation::new(ObligationKind::ExtensionAnswer, department, id.to_string(), Some(until))]);
    work.write_down(case, "申请延期", reason)?;
    work.note(EventKind::ExtensionAsked, case, json!({"kind": kind}));
    Ok(())
}

/// An answer to who asked for more time.
pub struct ExtensionAnswer {
    /// Whether it is given.
    pub granted: bool,
    /// Why, or why not.
    pub reason: String,
    /// Until when, where no rule says how long.
    pub until: Option<NaiveDate>,
}

/// Gives more time, asked for or not, or refuses what was asked for.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] for a case of another department, [`Error::StateForbids`] for what can't be put
/// off so.
pub fn answer_extension(work: &mut Work<'_, '_>, id: Uuid, new: &ExtensionAnswer) -> Result<(), Error> {
    let found = work.obligations.iter().find(|o| o.id == id).cloned().ok_or(Error::NotFound)?;
    if !work.is_of_department(found.case)? {
        return Err(Error::Forbidden);
    }
    let (snapshot, now, matter, case) = (work.snapshot.clone(), work.now, work.matter(found.case)?, work.case(found.case)?.clone());
    let duty = work.change_obligation(id)?;
    let (kind, facts) = if new.granted {
        let filing = Work::filing(&snapshot, now);
        let basis = flow::prolong(duty, &case, &matter, new.until, &filing).map_err(Error::StateForbids)?;
        let until = duty.new.due.map(|d| d.on);
        (EventKind::ObligationExtended, json!({"kind": found.new.kind, "due_on": until, "times": duty.extended, "basis": basis}))
    } else {
        flow::refuse_time(duty).map_err(Error::StateForbids)?;
        (EventKind::ExtensionRefused, json!({"kind": found.new.kind}))
    };
    work.discharge(found.case, ObligationState::Fulfilled, |o| answers(o, id));
    work.write_down(found.case, if new.granted { "同意延期" } else { "不同意延期" }, &new.reason)?;
    work.note(kind, found.case, facts);
    // What was over while nobody had answered lapses now.
    work.settle_obligations()
}

/// Whether a duty is to answer who asked for more time for another.
pub(super) fn answers(duty: &Obligation, other: Uuid) -> bool {
    duty.new.kind == ObligationKind::ExtensionAnswer && duty.new.subject == other.to_string()
}

impl Work<'_, '_> {
    /// A duty to change; it is saved with the rest.
    fn change_obligation(&mut self, id: Uuid) -> Result<&mut Obligation, Error> {
        self.settled.insert(id);
        self.obligations.iter_mut().find(|o| o.id == id).ok_or(Error::NotFound)
    }
}
