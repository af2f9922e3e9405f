//! The one-time notice, and the supplements that answer it.

use super::invalid_form;
use super::work::Work;
use crate::{Error, Invalid};
use domain::access::Role;
use domain::application::Light;
use domain::assessment::Plan;
use domain::calendar::Limit;
use domain::catalogue::Need;
use domain::event::EventKind;
use domain::flow::{
    self, Command, MandateScope, NewObligation, Notice, NoticeFacts, NoticeItem, ObligationKind, WatchRule, check_notice,
    give_notice as give, unanswered_items,
};
use domain::reason::Reason;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A notice to give.
pub struct NewNotice {
    /// Every defect.
    pub items: Vec<NoticeItem>,
    /// Why a later round names something new.
    pub override_reason: Option<String>,
}

/// Gives the one notice of a round, itemised by case.
///
/// # Errors
/// [`Error::Invalid`] with every item that may not be asked for.
pub fn give_notice(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>, new: NewNotice) -> Result<(), Error> {
    let mut ids = work.select(cases, Command::GiveNotice)?;
    // What another window takes is not this one's to look at, nor to have looked at.
    if cases.is_none() {
        ids = super::accept::within_reach(work, ids)?;
    }
    for id in &ids {
        super::accept::at_the_right_window(work, *id)?;
    }
    let mut items = new.items;
    for item in items.iter_mut().filter(|i| i.case.is_none()) {
        item.case = ids.first().copied().filter(|_| ids.len() == 1);
    }
    let mut problems = Vec::new();
    for (i, item) in items.iter().enumerate() {
        if item.case.is_none_or(|case| !ids.contains(&case)) {
            problems.push(Invalid::new(format!("/items/{i}/case"), "case_unknown", "应写明是本次告知的哪一个办件"));
        }
    }
    if items.is_empty() {
        problems.push(Invalid::new("/items", "required", "应一次性列明需要补正的全部内容"));
    }
    let held = materials_held(work)?;
    let asked = |item: &NoticeItem| {
        let matter = item.case.and_then(|case| work.matter(case).ok());
        let material = item.material.as_deref().unwrap_or_default();
        matter.is_some_and(|m| m.requirements.iter().flat_map(|r| &r.choices).any(|c| c.material == material))
    };
    let before = |item: &NoticeItem| {
        let of_case = |n: &&Notice| item.case.is_some_and(|case| n.speaks_of(case));
        let last = work.dossier.content.notices.iter().rev().find(of_case)?;
        Some((last, materials_since(work, last)))
    };
    let facts = NoticeFacts { asked: &asked, held: &held, last: &before, overridden: new.override_reason.is_some() };
    let refused = check_notice(&items, &facts);
    problems.extend(refused.into_iter().map(|p| Invalid::new(format!("/items/{}", p.item), p.code, p.text)));
    super::checked(problems)?;
    // The term of a case that lacks nothing runs on: only what something is asked for stands still, and what is accepted as
    // one with it.
    let considered = ids.clone();
    if !work.accepts_together() {
        ids.retain(|id| items.iter().any(|i| i.case == Some(*id)));
    }

    let round = u32::try_from(work.dossier.content.notices.len()).unwrap_or(0) + 1;
    let notice = Notice {
        files_before: work.dossier.materials.len(),
        paper_before: work.dossier.content.paper.len(),
        considered,
        ..Notice::new(round, work.now, work.acting.may.account, items, new.override_reason.clone())
    };
    work.ask_for(&ids, notice)?;
    if let (Some(_), Some(id)) = (&new.override_reason, ids.first()) {
        let review = NewObligation::new(
            ObligationKind::NoticeReview,
            domain::code::TextCode::as_str(Role::Supervisor).to_owned(),
            format!("第{round}次告知"),
            Some(work.term(work.settings().statement_term)),
        );
        work.owe(*id, vec![review]);
    }
    Ok(())
}

impl Work<'_, '_> {
    /// How long supplements may take: of several matters the longest of their own terms, else the zone's.
    pub(super) fn supplement_term(&self, cases: &[Uuid]) -> Result<Limit, Error> {
        let mut own = Vec::new();
        for id in cases {
            own.extend(self.matter(*id)?.supplement_term);
        }
        Ok(own.into_iter().max_by_key(|t| t.half_days()).unwrap_or(self.settings().supplement_term))
    }

    /// Gives a notice: the applicant's term begins, one document names everything.
    pub(super) fn ask_for(&mut self, ids: &[Uuid], notice: Notice) -> Result<(), Error> {
        let (snapshot, settings, now) = (self.snapshot.clone(), self.settings(), self.now);
        let term = self.supplement_term(ids)?;
        for id in ids {
            self.change(*id)?;
        }
        let mut chosen: Vec<_> = self.dossier.cases.iter_mut().filter(|c| ids.contains(&c.id)).collect();
        let notice = give(&mut chosen, notice, &Self::filing(&snapshot, now), term, settings.treats_as_withdrawn_by);
        for id in ids {
            let of_case = notice.items.iter().filter(|i| i.case == Some(*id)).count();
            let facts =
                json!({"round": notice.round, "items": of_case, "due_on": notice.due.on, "overridden": notice.overridden.is_some()});
            self.note(EventKind::NoticeGiven, *id, facts);
            if self.case(*id)?.progress.rounds > 1 {
                self.raise(*id, WatchRule::NoticeRepeated, format!("第{}次告知", notice.round), Light::Yellow, now)?;
            }
        }
        self.make_notice(&notice)?;
        self.change_content().notices.push(notice);
        Ok(())
    }
}

/// Materials handed in, on paper or as files, since a notice.
fn materials_since(work: &Work<'_, '_>, notice: &Notice) -> BTreeSet<String> {
    let files = work.dossier.materials.iter().skip(notice.files_before).map(|m| m.code.clone());
    files.chain(work.dossier.content.paper.iter().skip(notice.paper_before).map(|p| p.material.clone())).collect()
}

/// Materials the applicant handed in with earlier applications, which are not to be asked for again (F29). One
/// handed in here and found wanting may of course be named.
fn materials_held(work: &mut Work<'_, '_>) -> Result<BTreeSet<String>, Error> {
    let files = work.dossier.materials.iter().map(|m| m.code.clone());
    let here: BTreeSet<String> = files.chain(work.dossier.content.paper.iter().map(|p| p.material.clone())).collect();
    let snapshot = work.snapshot.clone();
    let earlier = super::reuse::earlier(work.tx, &snapshot, &work.dossier, None)?;
    Ok(earlier.into_iter().map(|m| m.code).filter(|code| !here.contains(code)).collect())
}

/// Takes the supplements in, of every open notice whose materials are all there. Form entries asked for may be
/// corrected with it.
///
/// # Errors
/// [`Error::NotAcceptable`] with what is still missing, [`Error::Invalid`] for a form that does not fit.
pub fn supplement(work: &mut Work<'_, '_>, form: Map<String, Value>) -> Result<(), Error> {
    super::require_mandate(&work.dossier.application, &work.dossier.content, MandateScope::File, work.now, &work.acting)?;
    let ids = work.select(None, Command::Supplement)?;
    let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
    let mut missing = Vec::new();
    let mut complete: Vec<(usize, Notice)> = Vec::new();
    for (place, notice) in work.dossier.content.notices.iter().enumerate().filter(|(_, n)| n.answered_at.is_none()) {
        let since = materials_since(work, notice);
        let lacking = unanswered_items(notice, &since, |material| alternatives(&plan, material));
        if lacking.is_empty() {
            complete.push((place, notice.clone()));
        }
        missing.extend(lacking.into_iter().map(|i| {
            let name = plan.name_of(i.material.as_deref().unwrap_or_default());
            Reason::new("supplement_missing", format!("尚未补交「{name}」：{}", i.remedy), "行政许可法 32")
        }));
    }
    if complete.is_empty() {
        return Err(Error::NotAcceptable(missing));
    }
    if !form.is_empty() {
        correct_form(work, &plan, &complete, form)?;
    }
    let (snapshot, now) = (work.snapshot.clone(), work.now);
    for (place, notice) in complete {
        for id in notice.cases.iter().filter(|id| ids.contains(id)) {
            flow::take_supplement(work.change(*id)?, &Work::filing(&snapshot, now));
            let due = work.case(*id)?.deadline.map(|d| d.due.on);
            work.note(EventKind::SupplementReceived, *id, json!({"round": notice.round, "notice_due_on": due}));
        }
        if let Some(answered) = work.change_content().notices.get_mut(place) {
            answered.answered_at = Some(now);
        }
    }
    Ok(())
}

/// Everything that would do for a material: the choices of its any-of group, or itself.
pub(super) fn alternatives(plan: &Plan, material: &str) -> Vec<String> {
    let groups = plan.matters.iter().flat_map(|m| &m.document.requirements).filter(|r| r.need == Need::Any);
    let mut all: Vec<String> = groups
        .filter(|r| r.choices.iter().any(|c| c.material == material))
        .flat_map(|r| &r.choices)
        .filter(|c| !c.only_under_deferral)
        .map(|c| c.material.clone())
        .collect();
    all.push(material.to_owned());
    all
}

/// Corrects the form entries that the notices asked for.
fn correct_form(work: &mut Work<'_, '_>, plan: &Plan, notices: &[(usize, Notice)], form: Map<String, Value>) -> Result<(), Error> {
    let allowed: BTreeSet<&str> = notices.iter().flat_map(|(_, n)| &n.items).filter_map(|i| i.element.as_deref()).collect();
    let strange = form.keys().filter(|k| !allowed.contains(k.as_str()));
    let mut problems: Vec<Invalid> =
        strange.map(|k| Invalid::new(format!("/form/{k}"), "not_asked", "补正告知没有要求修改这一项")).collect();
    let mut whole = work.dossier.content.form.clone();
    whole.extend(form);
    // Elements of matters that took no part are kept, and not judged.
    let mut judged = whole.clone();
    judged.retain(|element, _| plan.form.elements().is_none_or(|e| e.contains_key(element)));
    problems.extend(invalid_form(plan.form.check_draft(&judged)));
    super::checked(problems)?;
    work.change_content().form = whole;
    Ok(())
}
