//! Cases handled in an outside system: entered there once, followed here.

use super::work::Work;
use crate::Error;
use domain::application::Mirror;
use domain::catalogue::SystemOfRecord;
use domain::event::EventKind;
use domain::flow::{
    self, ClockEntry, Command, Decision, Notice, NoticeItem, Obligation, ObligationState, OutsideAct, Owed, Refusal, RejectGround,
};
use domain::reason::Reason;
use persistence::callback::{self, CallbackEvent};
use persistence::tally::Tally;
use serde_json::json;
use uuid::Uuid;

/// Notes that a case was entered in an outside system; from then on its states come from there. Entered again it is put
/// right, until the system has told something.
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
    case.progress.mirrored = Some(Mirror { system, reference, since, heard: false });
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
    follow(work, id, told, &event.event_id)?;
    let (zone, tx) = (work.zone(), &mut *work.tx);
    if callback::insert(tx, zone, event)? { Ok(()) } else { Err(Error::KeyReused) }
}

fn follow(work: &mut Work<'_, '_>, id: Uuid, told: &Told, event_id: &str) -> Result<(), Error> {
    let case = work.case(id)?.clone();
    if case.progress.mirrored.as_ref().is_none_or(|m| m.system != told.system) {
        let reason = Reason::new("not_mirrored", "本办件未登记为由该系统办理", "系统对接");
        return Err(Error::StateForbids(reason));
    }
    let Some(act) = OutsideAct::of(told.state) else {
        let text = "撤件和撤销由本系统办理，不接受该状态的回传";
        return Err(Error::StateForbids(Reason::new("state_not_followed", text, "系统对接")));
    };
    if let Some(reason) = act.unfit(&case) {
        return Err(Error::StateForbids(reason));
    }
    let changed = work.change(id)?;
    if let Some(mirror) = changed.progress.mirrored.as_mut() {
        mirror.heard = true;
    }
    changed.version += 1;
    work.note(EventKind::OutsideTold, id, json!({"system": told.system, "event_id": event_id, "state": told.state}));
    match act {
        OutsideAct::Note => Ok(()),
        OutsideAct::Accept => work.accept_case(id, work.now, Uuid::nil(), case.procedure.rules().accepted_by),
        OutsideAct::Reject(ground) => work.rejected_outside(id, ground, told),
        OutsideAct::AskForMore => work.asked_outside(id, told),
        OutsideAct::TakeSupplement => work.supplemented_outside(id),
        OutsideAct::Suspend => {
            let entry = ClockEntry { reason: Some(told.text.clone()), ..ClockEntry::pause(work.now, None) };
            super::clock::stop(work, id, &entry)
        }
        OutsideAct::Resume => super::clock::go_on(work, id, told.text.clone()),
        OutsideAct::Decide(granted) => work.decided_outside(id, granted, told),
    }
}

impl Work<'_, '_> {
    /// The other system named what is missing, in one text: the applicant's term runs, silence does not.
    fn asked_outside(&mut self, id: Uuid, told: &Told) -> Result<(), Error> {
        let written = |text: &str, fallback: &str| if text.trim().is_empty() { fallback.to_owned() } else { text.to_owned() };
        let item = NoticeItem {
            case: Some(id),
            material: None,
            element: None,
            defect: written(&told.text, "详见办理系统的补正通知"),
            remedy: format!("在办理系统（{}）补正", told.system),
        };
        let round = u32::try_from(self.dossier.content.notices.len()).unwrap_or(0) + 1;
        self.ask_for(&[id], Notice::new(round, self.now, Uuid::nil(), vec![item], None))
    }

    fn supplemented_outside(&mut self, id: Uuid) -> Result<(), Error> {
        let (snapshot, now) = (self.snapshot.clone(), self.now);
        for notice in self.change_content().notices.iter_mut().filter(|n| n.cases.contains(&id) && n.answered_at.is_none()) {
            notice.answered_at = Some(now);
        }
        flow::take_supplement(self.change(id)?, &Self::filing(&snapshot, now));
        let due = self.case(id)?.deadline.map(|d| d.due.on);
        self.note(EventKind::SupplementReceived, id, json!({"notice_due_on": due}));
        Ok(())
    }

    fn rejected_outside(&mut self, id: Uuid, ground: RejectGround, told: &Told) -> Result<(), Error> {
        let now = self.now;
        flow::reject(self.change(id)?, ground, now);
        self.note(EventKind::CaseRejected, id, json!({"ground": ground, "basis": ground.basis(&*self.matter(id)?)}));
        self.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
        let rejection = super::Rejection { ground, explanation: told.text.clone(), competent_body: None };
        self.make_rejection(id, &rejection, &[])
    }

    fn decided_outside(&mut self, id: Uuid, granted: bool, told: &Told) -> Result<(), Error> {
        let matter = self.matter(id)?;
        // What is examined there counts as examined.
        let case = self.change(id)?;
        case.progress.examined = true;
        case.progress.ticked.extend(matter.examination_points().map(|p| p.code.clone()));
        let basis = || told.basis.clone().unwrap_or_else(|| "外部系统回传".to_owned());
        let refusals: Vec<Refusal> = if granted { Vec::new() } else { vec![Refusal { reason: told.text.clone(), basis: basis() }] };
        let decision = Decision { granted, by: Uuid::nil(), owed: Owed::Nothing, refusals: &refusals, delay: Some("外部系统办理") };
        self.take_decision(id, &matter, decision)?;
        self.count(Tally::DecidedElsewhere);
        let file = self.file(id)?;
        (file.opinion, file.refusals) = (Some(told.text.clone()), refusals);
        self.make_decision(id)
    }
}
