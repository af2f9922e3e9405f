//! Tell of the right to be heard, take a request in, call the hearing, keep its record; tell those whom a grant concerns.

use super::work::Work;
use crate::{Error, Invalid};
use domain::access::{Reach, Role};
use domain::application::CaseState;
use domain::event::EventKind;
use domain::flow::{self, ClockEntry, Command, HearingCause, NewObligation, Obligation, ObligationKind, ObligationState, SpecialProcedure};
use domain::local_time::{Instant, date_of};
use persistence::account;
use persistence::application::{HearingFile, InterestedParty, list_clock};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Tells of the right to be heard, or announces the hearing the law demands; one document says so.
///
/// # Errors
/// [`Error::StateForbids`] when it was told before.
pub fn offer_hearing(work: &mut Work<'_, '_>, id: Uuid, cause: HearingCause, subject: String) -> Result<(), Error> {
    work.require(id, Command::OfferHearing)?;
    let (now, snapshot) = (work.now, work.snapshot.clone());
    let places = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
    let by = Some(work.acting.may.account);
    let stopped = flow::offer_hearing(work.change(id)?, cause, (now, by), places);
    work.enter_stop(id, stopped)?;
    let due = work.case(id)?.progress.hearing.and_then(|h| h.due).map(|d| d.on);
    work.file(id)?.hearing = Some(HearingFile { subject: subject.clone(), ..HearingFile::default() });
    work.note(EventKind::HearingOffered, id, json!({"cause": cause, "due_on": due}));
    if cause == HearingCause::ByLaw {
        work.owe_hearing(id)?;
    }
    work.make_hearing_offer(id, cause, &subject)
}

/// Takes in that somebody asks to be heard: the applicant, or one of those who were told.
///
/// # Errors
/// [`Error::Invalid`] for somebody who was not told; [`Error::StateForbids`] once the term is over.
pub fn request_hearing(work: &mut Work<'_, '_>, id: Uuid, interested: Option<&str>) -> Result<(), Error> {
    work.require(id, Command::RequestHearing)?;
    let own = work.acting.may.reach == Reach::Own || work.dossier.application.filed_by == work.acting.may.account;
    if !own && !work.is_of_department(id)? {
        return Err(Error::Forbidden);
    }
    let name = match (own, interested) {
        (true, None) => work.applicant().0,
        (true, Some(_)) => {
            let text = "申请人为自己申请听证，不必写明姓名";
            return Err(Error::Invalid(vec![Invalid::new("/interested", "not_for_applicant", text)]));
        }
        (false, Some(name)) if work.file(id)?.interested.iter().any(|p| p.name == name) => name.to_owned(),
        (false, Some(_)) => {
            let text = "没有告知过该利害关系人，请先登记";
            return Err(Error::Invalid(vec![Invalid::new("/interested", "interested_unknown", text)]));
        }
        (false, None) => {
            let text = "请写明由哪一位利害关系人提出";
            return Err(Error::Invalid(vec![Invalid::new("/interested", "required", text)]));
        }
    };
    let (now, by, snapshot) = (work.now, work.acting.may.account, work.snapshot.clone());
    let places = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
    let entry = flow::request_hearing(work.change(id)?, now, Some(by), places).map_err(Error::StateForbids)?;
    work.enter_stop(id, entry)?;
    work.hearing_file(id)?.requested_by.push(name);
    let due = work.case(id)?.progress.hearing.and_then(|h| h.due).map(|d| d.on);
    work.note(EventKind::HearingRequested, id, json!({"by_applicant": interested.is_none(), "due_on": due}));
    work.owe_hearing(id)
}

/// When, where and under whom a hearing is held.
pub struct HearingCall {
    /// When.
    pub at: Instant,
    /// Where.
    pub place: String,
    /// Who leads it.
    pub chair: Uuid,
}

/// Calls a hearing and tells everybody; called again it is moved.
///
/// # Errors
/// [`Error::Invalid`] for a chair who does not work here; [`Error::StateForbids`] for one who examined the case, and for
/// days the law does not allow.
pub fn call_hearing(work: &mut Work<'_, '_>, id: Uuid, call: HearingCall) -> Result<(), Error> {
    work.require(id, Command::CallHearing)?;
    let department = work.case(id)?.department.clone();
    let staff = account::list_staff(work.tx, work.zone(), &[Role::Examiner], Some(std::slice::from_ref(&department)))?;
    if !staff.iter().any(|(account, ..)| *account == call.chair) {
        let text = "听证主持人应当是本机关的工作人员";
        return Err(Error::Invalid(vec![Invalid::new("/chair", "not_an_officer", text)]));
    }
    let examiners: BTreeSet<Uuid> = work.file(id)?.examinations.iter().flat_map(|e| e.officers.iter().copied()).collect();
    let (now, snapshot) = (work.now, work.snapshot.clone());
    let called = flow::call_hearing(work.change(id)?, date_of(call.at), call.chair, &examiners, now, &snapshot.calendar);
    called.map_err(Error::StateForbids)?;
    let file = work.hearing_file(id)?;
    (file.place, file.at, file.chair) = (Some(call.place), Some(call.at), Some(call.chair));
    work.note(EventKind::HearingCalled, id, json!({"at": call.at, "chair": call.chair}));
    work.make_hearing_call(id)
}

/// Keeps the record of a hearing; the clock goes on.
///
/// # Errors
/// [`Error::NotAllowed`] for somebody else than its chair; [`Error::StateForbids`] before its day.
pub fn hold_hearing(work: &mut Work<'_, '_>, id: Uuid, participants: Vec<String>, record: String) -> Result<(), Error> {
    work.require(id, Command::HoldHearing)?;
    let chair = work.hearing_file(id)?.chair;
    if chair != Some(work.acting.may.account) {
        let text = "听证笔录由听证主持人登记";
        return Err(Error::NotAllowed(domain::reason::Reason::new("not_the_chair", text, "行政许可法 48")));
    }
    let now = work.now;
    flow::hold_hearing(work.change(id)?, now).map_err(Error::StateForbids)?;
    let file = work.hearing_file(id)?;
    (file.participants, file.record) = (participants, Some(record));
    work.note(EventKind::HearingHeld, id, json!({}));
    work.discharge(id, ObligationState::Fulfilled, |o: &Obligation| o.new.kind == ObligationKind::HearingDue);
    let zone = work.zone();
    let stopped = list_clock(work.tx, zone, id)?.iter().rev().find_map(|e| e.procedure);
    if work.case(id)?.progress.pause.is_some() && stopped == Some(SpecialProcedure::Hearing) {
        super::clock::go_on(work, id, "听证已举行".to_owned())?;
    }
    Ok(())
}

/// Notes that somebody whom a grant concerns was told, and what he said; said again under the same name it is added to.
///
/// # Errors
/// [`Error::StateForbids`] for a case that is not being examined.
pub fn tell_interested(work: &mut Work<'_, '_>, id: Uuid, new: InterestedParty) -> Result<(), Error> {
    work.require(id, Command::TellInterested)?;
    let heard = new.statement.is_some();
    let known = &mut work.file(id)?.interested;
    match known.iter_mut().find(|p| p.name == new.name && p.phone == new.phone) {
        Some(known) => *known = InterestedParty { told_at: known.told_at, statement: new.statement.or(known.statement.take()), ..new },
        None => known.push(new),
    }
    work.note(EventKind::InterestedTold, id, json!({"heard": heard, "basis": "行政许可法 36"}));
    Ok(())
}

impl Work<'_, '_> {
    /// Hearings nobody asked for in time are over, dated to that moment.
    pub(super) fn decline_hearings(&mut self) -> Result<(), Error> {
        let (now, snapshot) = (self.now, self.snapshot.clone());
        let places = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
        let running = self.dossier.cases.iter().filter(|c| c.state == CaseState::Accepted);
        let ids: Vec<Uuid> = running.map(|c| c.id).collect();
        for id in ids {
            let before = self.case(id)?.progress.hearing;
            if let Some(hearing) = self.change_quietly(id)?.progress.hearing.as_mut() {
                hearing.recount(places);
            }
            if self.case(id)?.progress.hearing != before {
                self.change(id)?.version += 1;
            }
            if let Some(at) = self.change_quietly(id)?.progress.hearing.as_mut().and_then(|h| h.decline(now)) {
                self.change(id)?.version += 1;
                self.note_at(at, EventKind::HearingDeclined, id, json!({}));
            }
        }
        Ok(())
    }

    /// Writes down that the clock stands for the hearing, where it did not stand already.
    fn enter_stop(&mut self, id: Uuid, stopped: Option<ClockEntry>) -> Result<(), Error> {
        let Some(entry) = stopped else { return Ok(()) };
        self.enter_clock(id, &entry)?;
        self.note(EventKind::ClockSuspended, id, json!({"procedure": entry.procedure, "basis": entry.basis}));
        Ok(())
    }

    fn hearing_file(&mut self, id: Uuid) -> Result<&mut HearingFile, Error> {
        Ok(self.file(id)?.hearing.get_or_insert_default())
    }

    fn owe_hearing(&mut self, id: Uuid) -> Result<(), Error> {
        let case = self.case(id)?;
        let (owed_by, due) = (case.department.clone(), case.progress.hearing.and_then(|h| h.due));
        let duty = NewObligation::new(ObligationKind::HearingDue, owed_by, "听证".to_owned(), due);
        self.owe(id, vec![duty]);
        Ok(())
    }
}
