//! Cases handled in an outside system: entered there once, followed here.

use super::work::Work;
use crate::Error;
use domain::application::{Case, Mirror, Outcome};
use domain::catalogue::{Matter, SystemOfRecord};
use domain::event::EventKind;
use domain::flow::{
    self, Acceptance, Command, Decision, Obligation, ObligationState, Owed, Refusal, RejectGround, SpecialProcedure, act_of, unfit,
};
use domain::reason::Reason;
use persistence::callback::{self, CallbackEvent};
use serde_json::json;
use uuid::Uuid;

/// Notes that a case was entered in an outside system; from then on its states come from there.
///
/// # Errors
/// [`Error::StateForbids`] for a matter that is handled here.
pub fn mirror_case(work: &mut Work<'_, '_>, id: Uuid, system: String, reference: String) -> Result<(), Error> {
    work.require(id, Command::Mirror)?;
    if work.matter(id)?.system_of_record != SystemOfRecord::External {
        let text = "本事项在本系统办理，没有对接的外部系统";
        return Err(Error::StateForbids(Reason::new("handled_here", text, "事项目录：办理系统")));
    }
    let facts = json!({"system": system, "reference": reference});
    let since = work.now;
    let case = work.change(id)?;
    case.progress.mirrored = Some(Mirror { system, reference, since });
    case.version += 1;
    work.note(EventKind::CaseMirrored, id, facts);
    Ok(())
}

/// Notes that somebody read what is to be entered: it shows personal data plain.
///
/// # Errors
/// [`Error::Forbidden`] for a case of another department.
pub fn note_entry_sheet(work: &mut Work<'_, '_>, id: Uuid) -> Result<(), Error> {
    if !work.is_of_department(id)? {
        return Err(Error::Forbidden);
    }
    work.note(EventKind::EntrySheetRead, id, json!({}));
    Ok(())
}

/// What an outside system told about a case.
pub struct Told {
    /// The system.
    pub system: String,
    /// State as exchange systems number it.
    pub state: u8,
    /// Opinion, result or reason in words.
    pub text: String,
    /// The rule a refusal rests on.
    pub basis: Option<String>,
}

/// Lets a case follow what the outside system told, and keeps that it was told.
///
/// # Errors
/// [`Error::StateForbids`] for a case that is not handled there, or whose state does not fit; [`Error::KeyReused`] for an
/// event or a nonce that came before.
pub fn follow_outside(work: &mut Work<'_, '_>, id: Uuid, told: &Told, event: &CallbackEvent) -> Result<(), Error> {
    follow(work, id, told)?;
    let (zone, tx) = (work.zone(), &mut *work.tx);
    if callback::insert(tx, zone, event)? { Ok(()) } else { Err(Error::KeyReused) }
}

fn follow(work: &mut Work<'_, '_>, id: Uuid, told: &Told) -> Result<(), Error> {
    let case = work.case(id)?.clone();
    if case.progress.mirrored.as_ref().is_none_or(|m| m.system != told.system) {
        let reason = Reason::new("not_mirrored", "本办件未登记为由该系统办理", "系统对接");
        return Err(Error::StateForbids(reason));
    }
    let Some(act) = act_of(told.state) else { return Ok(()) };
    if let Some(reason) = unfit(&case, act) {
        return Err(Error::StateForbids(reason));
    }
    match (act, told.state) {
        (Command::Accept, _) => work.accepted_outside(id, &case),
        (Command::Reject, _) => work.rejected_outside(id, told),
        (Command::Suspend, _) => work.paused_outside(id, told),
        (Command::Resume, _) => super::clock::go_on(work, id, told.text.clone()),
        (Command::Decide, state) => work.decided_outside(id, state == 11, told),
        _ => Ok(()),
    }
}

impl Work<'_, '_> {
    fn accepted_outside(&mut self, id: Uuid, case: &Case) -> Result<(), Error> {
        let (snapshot, now, case_no) = (self.snapshot.clone(), self.now, self.next_number()?);
        let acceptance = Acceptance { at: &Self::filing(&snapshot, now), by: Uuid::nil(), case_no: case_no.clone() };
        let entry = flow::accept(self.change(id)?, acceptance);
        self.enter_clock(id, &entry)?;
        let facts =
            json!({"case_no": case_no, "due_on": self.case(id)?.deadline.map(|d| d.due.on), "basis": case.procedure.rules().accepted_by});
        self.note(EventKind::CaseAccepted, id, facts);
        self.owe_deferrals(id, now)?;
        self.make_acceptance_receipt(id)
    }

    fn rejected_outside(&mut self, id: Uuid, told: &Told) -> Result<(), Error> {
        let ground = if told.state == 4 { RejectGround::NotRequired } else { RejectGround::NotInScope };
        let now = self.now;
        flow::reject(self.change(id)?, ground, now);
        self.note(EventKind::CaseRejected, id, json!({"ground": ground, "basis": ground.basis()}));
        self.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
        let rejection = super::Rejection { ground, explanation: told.text.clone(), competent_body: None };
        self.make_rejection(id, &rejection, &[])
    }

    fn paused_outside(&mut self, id: Uuid, told: &Told) -> Result<(), Error> {
        let new = super::Suspension {
            procedure: SpecialProcedure::ExpertReview,
            reason: told.text.clone(),
            expected_days: 0,
            told_applicant_at: self.now,
        };
        super::clock::stop(self, id, new)
    }

    fn decided_outside(&mut self, id: Uuid, granted: bool, told: &Told) -> Result<(), Error> {
        let (matter, snapshot, now) = (self.matter(id)?, self.snapshot.clone(), self.now);
        let ticked = matter.examination_points().map(|p| p.code.clone());
        // What is examined there counts as examined.
        let case = self.change(id)?;
        case.progress.examined = true;
        case.progress.ticked.extend(ticked);
        let refusals: Vec<Refusal> = if granted {
            Vec::new()
        } else {
            vec![Refusal { reason: told.text.clone(), basis: told.basis.clone().unwrap_or_else(|| "外部系统回传".to_owned()) }]
        };
        let delay = Some("外部系统办理");
        let decision = Decision { granted, by: Uuid::nil(), owed: Owed::Nothing, refusals: &refusals, delay };
        flow::decide(self.change(id)?, &matter, decision, &Self::filing(&snapshot, now)).map_err(Error::StateForbids)?;
        let outcome = self.case(id)?.outcome;
        let kind = if outcome.is_some_and(Outcome::is_grant) { EventKind::CaseGranted } else { EventKind::CaseRefused };
        self.note(kind, id, json!({"outcome": outcome, "system": told.system}));
        let file = self.file(id)?;
        (file.opinion, file.refusals) = (Some(told.text.clone()), refusals);
        self.after_decision(id, &matter, granted)?;
        self.make_decision(id)
    }

    /// What a decision taken elsewhere leaves: duties and the register, or nothing owed any more.
    fn after_decision(&mut self, id: Uuid, matter: &Matter, granted: bool) -> Result<(), Error> {
        if !granted {
            self.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
            return Ok(());
        }
        let snapshot = self.snapshot.clone();
        let owed = flow::on_grant(self.case(id)?, matter, &[], &Self::filing(&snapshot, self.now));
        self.owe(id, owed);
        self.enter_register(id, matter)?;
        self.meet_deferrals_of(&matter.code)
    }
}
