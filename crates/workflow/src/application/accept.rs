//! Accept, or refuse to accept.

use super::work::Work;
use crate::Error;
use domain::access::Reach;
use domain::application::{Case, CaseState};
use domain::assessment::Assessment;
use domain::event::EventKind;
use domain::flow::{self, Acceptance, Command, RejectGround};
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::delegation::system_without_account;
use serde_json::json;
use uuid::Uuid;

/// Accepts received cases: complete as filed, or with what a letter replaces or defers.
///
/// # Errors
/// [`Error::NotAcceptable`] with everything that is missing; [`Error::NotAllowed`] at an integrated window for a
/// matter it does not take.
pub fn accept(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>) -> Result<(), Error> {
    let mut ids = work.select(cases, Command::Accept)?;
    let together = work.accepts_together();
    if cases.is_none() && !together {
        ids = within_reach(work, ids)?;
    }
    for id in &ids {
        at_the_right_window(work, *id)?;
    }
    let assessment = work.assess()?;
    let mut complete = Vec::new();
    let mut missing: Vec<Reason> = Vec::new();
    if together {
        missing.extend(not_together(work, &ids, &assessment));
    }
    for id in ids {
        let lacks = missing_of(&assessment, &work.matter(id)?.code);
        if lacks.is_empty() {
            complete.push(id);
        }
        missing.extend(lacks.into_iter().filter(|r| !missing.contains(r)).collect::<Vec<_>>());
    }
    // Named cases are accepted all or none; of a whole application what is complete is not held back by the rest, unless the
    // bundle wants it so (F27).
    if !missing.is_empty() && (cases.is_some() || complete.is_empty() || together) {
        return Err(Error::NotAcceptable(missing));
    }
    if cases.is_none() {
        let mut ahead = Vec::new();
        for id in work.waiting() {
            if may_be_accepted_ahead(work, id, &assessment)? {
                ahead.push(id);
            }
        }
        work.accept_ahead(&ahead)?;
    }
    for id in complete {
        let basis = work.case(id)?.procedure.rules().accepted_by;
        work.accept_case(id, work.now, work.acting.may.account, basis)?;
    }
    Ok(())
}

impl Work<'_, '_> {
    /// Accepts a case as of a moment: its clock begins, its deferred materials are owed, its receipt is made.
    pub(super) fn accept_case(&mut self, id: Uuid, at: Instant, by: Uuid, basis: &str) -> Result<(), Error> {
        let (snapshot, case_no) = (self.snapshot.clone(), self.next_number()?);
        let acceptance = Acceptance { at: &Self::filing(&snapshot, at), by, case_no: case_no.clone() };
        let entry = flow::accept(self.change(id)?, acceptance);
        self.enter_clock(id, &entry)?;
        let case = self.case(id)?;
        let due = case.deadline.map(|d| d.due.on);
        let facts = json!({"case_no": case_no, "accepted_at": case.accepted_at, "due_on": due, "basis": basis});
        self.note_at(at, EventKind::CaseAccepted, id, facts);
        self.owe_deferrals(id, at)?;
        self.stand_for_running_publicity(id)?;
        self.make_acceptance_receipt(id)
    }
}

/// What keeps a bundle that is accepted as one from it: cases that are not among these, and waiting ones that are incomplete.
fn not_together(work: &Work<'_, '_>, ids: &[Uuid], assessment: &Assessment) -> Vec<Reason> {
    let open = |c: &&Case| matches!(c.state, CaseState::Received | CaseState::Supplementing) && !ids.contains(&c.id);
    let apart = work.dossier.cases.iter().filter(open).map(|c| {
        let text = format!("本一件事的事项应当一并受理，「{}」尚不能受理", c.matter_name(&work.snapshot.catalogue));
        Reason::new("accepted_together", text, "一件事一次办：统一受理")
    });
    let waiting = work.dossier.cases.iter().filter(|c| c.state == CaseState::Waiting);
    apart.chain(waiting.flat_map(|c| missing_of(assessment, &c.matter))).collect()
}

/// What is missing for one matter, besides what bars the whole.
fn missing_of(assessment: &Assessment, matter: &str) -> Vec<Reason> {
    let items = assessment.items.iter().filter(|i| i.blocks() && i.needed_by.iter().any(|code| code == matter));
    items.flat_map(|i| i.reasons.iter().take(1).cloned()).chain(assessment.reasons.iter().cloned()).collect()
}

/// A case that waits is accepted with the rest where it is complete but for what comes before it, and the caller may
/// accept it.
fn may_be_accepted_ahead(work: &mut Work<'_, '_>, id: Uuid, assessment: &Assessment) -> Result<bool, Error> {
    let case = work.case(id)?;
    let mine = work.acting.may.covers(&case.department);
    let complete = missing_of(assessment, &case.matter).is_empty();
    Ok(mine && complete && case.progress.accepted_ahead.is_none() && wrong_window(work, id)?.is_none())
}

/// Of these cases those that this window takes; the reason of the first where it takes none.
pub(super) fn within_reach(work: &mut Work<'_, '_>, ids: Vec<Uuid>) -> Result<Vec<Uuid>, Error> {
    let (mut taken, mut refused) = (Vec::new(), None);
    for id in ids {
        match wrong_window(work, id)? {
            None => taken.push(id),
            Some(reason) => drop(refused.get_or_insert(reason)),
        }
    }
    match refused {
        Some(reason) if taken.is_empty() => Err(Error::NotAllowed(reason)),
        _ => Ok(taken),
    }
}

/// Refuses a case that another window takes.
pub(super) fn at_the_right_window(work: &mut Work<'_, '_>, id: Uuid) -> Result<(), Error> {
    wrong_window(work, id)?.map_or(Ok(()), |reason| Err(Error::NotAllowed(reason)))
}

/// Why this is not the window for a case, naming the right one: an integrated window takes what is unified (无差别受理, F24)
/// and, of what was handed to the zone, what its clerk has an account for where anybody has one (F3).
fn wrong_window(work: &mut Work<'_, '_>, id: Uuid) -> Result<Option<Reason>, Error> {
    if work.acting.may.reach != Reach::Zone {
        return Ok(None);
    }
    let (snapshot, matter) = (work.snapshot.clone(), work.matter(id)?);
    let zone = &snapshot.catalogue.zone;
    let windows = zone.window_names(&matter);
    let windows = if windows.is_empty() { String::new() } else { format!("（{}）", windows.join("、")) };
    if !matter.unified {
        let text = format!("「{}」尚未纳入综合窗口，请到{}窗口办理{windows}", matter.name, work.body_of(&matter.department));
        return Ok(Some(Reason::new("not_unified", text, "行政许可法 26")));
    }
    if !zone.settings.delegation_needs_account {
        return Ok(None);
    }
    let lacking = system_without_account(work.tx, snapshot.zone, &matter.code, work.acting.may.account)?;
    Ok(lacking.map(|system| {
        let text = format!("受理「{}」需要「{system}」的账号，您尚未开通，请由有账号的窗口人员受理{windows}", matter.name);
        Reason::new("no_system_account", text, "赋权事项承接规程")
    }))
}

/// A refusal to accept.
pub struct Rejection {
    /// Why.
    pub ground: RejectGround,
    /// In words.
    pub explanation: String,
    /// The body that is competent; required when this one is not.
    pub competent_body: Option<String>,
}

/// Ends received cases without acceptance, with a written decision.
///
/// # Errors
/// [`Error::Invalid`] when the competent body is not named.
pub fn reject(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>, rejection: &Rejection) -> Result<(), Error> {
    if rejection.ground == RejectGround::NotInScope && rejection.competent_body.as_deref().is_none_or(|b| b.trim().is_empty()) {
        let text = "不属于本机关职权范围的，应当告知向哪个机关申请（行政许可法 32(2)）";
        return Err(Error::Invalid(vec![crate::Invalid::new("/competent_body", "required", text)]));
    }
    for id in work.select(cases, Command::Reject)? {
        at_the_right_window(work, id)?;
        if let Some(reason) = flow::ground_unfit(&*work.matter(id)?, rejection.ground) {
            return Err(Error::NotAllowed(reason));
        }
        let missing = what_is_missing(work, id, rejection.ground)?;
        let now = work.now;
        flow::reject(work.change(id)?, rejection.ground, now);
        let facts = json!({"ground": rejection.ground, "basis": rejection.ground.basis(&*work.matter(id)?), "competent_body": rejection.competent_body});
        work.note(EventKind::CaseRejected, id, facts);
        work.make_rejection(id, rejection, &missing)?;
        if rejection.ground == RejectGround::FalseMaterials {
            let matter = work.matter(id)?;
            work.warn_of_false_materials(id, &matter)?;
        }
    }
    Ok(())
}

/// Everything that is missing, for a refusal on the spot; a complete filing can't be refused as incomplete.
fn what_is_missing(work: &mut Work<'_, '_>, id: Uuid, ground: RejectGround) -> Result<Vec<String>, Error> {
    if ground != RejectGround::Incomplete {
        return Ok(Vec::new());
    }
    let (assessment, matter) = (work.assess()?, work.matter(id)?);
    let missing: Vec<String> = missing_of(&assessment, &matter.code).into_iter().map(|r| r.text).collect();
    if missing.is_empty() {
        let text = "申请材料齐全，不能以材料不齐全为由不予受理";
        return Err(Error::Invalid(vec![crate::Invalid::new("/ground", "nothing_missing", text)]));
    }
    Ok(missing)
}

/// Notes what the applicant put right on the spot (行政许可法 32(3)); nothing else changes.
///
/// # Errors
/// Like [`reject`].
pub fn correct_on_spot(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>, element: &str) -> Result<(), Error> {
    let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
    let of_form = plan.form.elements().is_some_and(|e| e.contains_key(element));
    let of_materials = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == element);
    if !of_form && !of_materials {
        let text = "本申请没有这一项表单内容或者材料";
        return Err(Error::Invalid(vec![crate::Invalid::new("/element", "element_unknown", text)]));
    }
    for id in work.select(cases, Command::GiveNotice)? {
        work.note(EventKind::CorrectedOnSpot, id, json!({"element": element, "basis": "行政许可法 32(3)"}));
    }
    Ok(())
}
