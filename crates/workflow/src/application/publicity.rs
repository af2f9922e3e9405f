//! Make something public, take objections in, answer them.

use super::work::Work;
use crate::{Error, Invalid};
use chrono::NaiveDate;
use domain::event::EventKind;
use domain::flow::{self, Command, NewObligation, ObjectionState, Obligation, ObligationKind, ObligationState};
use domain::reason::Reason;
use persistence::application::list_clock;
use persistence::ids;
use persistence::publicity::{self, Grounds, Objection, Publicity};
use serde_json::json;
use uuid::Uuid;

/// What is to be made public.
pub struct NewPublicity {
    /// Title.
    pub title: String,
    /// What is made public.
    pub body: String,
    /// The rule it rests on.
    pub basis: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
}

/// Opens a publicity; its days do not count in the promise.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn publish(work: &mut Work<'_, '_>, id: Uuid, new: NewPublicity) -> Result<(), Error> {
    work.require(id, Command::Publish)?;
    let (zone, now, by, snapshot) = (work.zone(), work.now, work.acting.may.account, work.snapshot.clone());
    let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
    let mut entries = list_clock(work.tx, zone, id)?;
    let days = (new.starts_on, new.ends_on);
    let entered = flow::publish(work.change(id)?, days, &mut entries, (now, by), calendar).map_err(Error::StateForbids)?;
    for entry in entered {
        work.enter_clock(id, &entry)?;
    }
    for beside in work.beside(id)? {
        let mut entries = list_clock(work.tx, zone, beside)?;
        for entry in flow::stand_for_publicity(work.change(beside)?, days, &mut entries, (now, by), calendar) {
            work.enter_clock(beside, &entry)?;
        }
        let due = work.case(beside)?.deadline.map(|d| d.due.on);
        work.note(EventKind::DeadlineMoved, beside, json!({"to": due, "basis": "同时办理的前序事项公示，不计入承诺时限"}));
    }
    let due = work.case(id)?.deadline.map(|d| d.due.on);
    let row = Publicity {
        id: ids::new_id(),
        application: work.dossier.application.id,
        case: id,
        matter: work.case(id)?.matter.clone(),
        project_name: work.dossier.application.project_name.clone(),
        title: new.title,
        body: new.body,
        basis: new.basis.clone(),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        opened_at: now,
        opened_by: by,
    };
    publicity::insert(work.tx, zone, &row)?;
    let facts = json!({"publicity": row.id, "starts_on": new.starts_on, "ends_on": new.ends_on, "due_on": due, "basis": new.basis});
    work.note(EventKind::PublicityOpened, id, facts);
    Ok(())
}

/// Takes an objection in, while the publicity runs; one account objects once.
///
/// # Errors
/// [`Error::StateForbids`] when it is over or the account has objected before.
pub fn file_objection(work: &mut Work<'_, '_>, publicity: &Publicity, grounds: Grounds) -> Result<(), Error> {
    let (zone, now) = (work.zone(), work.now);
    flow::object(work.change(publicity.case)?, (publicity.starts_on, publicity.ends_on), now).map_err(Error::StateForbids)?;
    let new = Objection {
        id: ids::new_id(),
        publicity: publicity.id,
        filed_by: work.acting.may.account,
        filed_at: now,
        state: ObjectionState::Open,
        grounds,
        answered_at: None,
        answered_by: None,
    };
    if !publicity::insert_objection(work.tx, zone, &new)? {
        return Err(Error::StateForbids(Reason::new("objection_filed", "您已就本次公示提出过异议", "行政许可法 36")));
    }
    work.note(EventKind::ObjectionFiled, publicity.case, json!({"objection": new.id, "publicity": publicity.id}));
    let duty = NewObligation::new(
        ObligationKind::ObjectionAnswer,
        work.case(publicity.case)?.department.clone(),
        new.id.to_string(),
        Some(work.term(work.settings().statement_term)),
    );
    work.owe(publicity.case, vec![duty]);
    Ok(())
}

/// Answers an objection.
///
/// # Errors
/// [`Error::StateForbids`] when it was answered before; [`Error::Forbidden`] for a case of another department.
pub fn answer_objection(work: &mut Work<'_, '_>, case: Uuid, id: Uuid, upheld: bool, answer: String) -> Result<(), Error> {
    let zone = work.zone();
    if !work.is_of_department(case)? {
        return Err(Error::Forbidden);
    }
    let mut objection = publicity::lock_objection(work.tx, zone, id)?.ok_or(Error::NotFound)?;
    if objection.state != ObjectionState::Open {
        return Err(Error::StateForbids(Reason::new("objection_answered", "异议已经处理", "行政许可法 36")));
    }
    if answer.trim().is_empty() {
        return Err(Error::Invalid(vec![Invalid::new("/answer", "required", "请写明处理意见")]));
    }
    objection.state = if upheld { ObjectionState::Upheld } else { ObjectionState::Dismissed };
    objection.grounds.answer = Some(answer);
    (objection.answered_at, objection.answered_by) = (Some(work.now), Some(work.acting.may.account));
    publicity::save_objection(work.tx, zone, &objection)?;
    flow::answer_objection(work.change(case)?, upheld);
    let subject = id.to_string();
    let this = |o: &Obligation| o.new.kind == ObligationKind::ObjectionAnswer && o.new.subject == subject;
    work.discharge(case, ObligationState::Fulfilled, this);
    work.note(EventKind::ObjectionAnswered, case, json!({"objection": id, "state": objection.state}));
    Ok(())
}
