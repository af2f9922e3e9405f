//! The one-time notice, and the supplements that answer it.

use super::invalid_form;
use super::work::Work;
use crate::{Error, Invalid};
use domain::access::Role;
use domain::event::EventKind;
use domain::flow::{
    self, Command, NewObligation, Notice, NoticeFacts, NoticeItem, ObligationKind, check_notice, give_notice as give, unanswered_items,
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
    let ids = work.select(cases, Command::GiveNotice)?;
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
    let last = work.dossier.content.notices.last().cloned();
    let renewed = materials_since(work, last.as_ref());
    let held = materials_held(work)?;
    let asked = |item: &NoticeItem| {
        let matter = item.case.and_then(|case| work.matter(case).ok());
        let material = item.material.as_deref().unwrap_or_default();
        matter.is_some_and(|m| m.requirements.iter().flat_map(|r| &r.choices).any(|c| c.material == material))
    };
    let facts =
        NoticeFacts { asked: &asked, held: &held, renewed: &renewed, last: last.as_ref(), overridden: new.override_reason.is_some() };
    let refused = check_notice(&items, &facts);
    problems.extend(refused.into_iter().map(|p| Invalid::new(format!("/items/{}", p.item), p.code, p.text)));
    super::checked(problems)?;

    let round = u32::try_from(work.dossier.content.notices.len()).unwrap_or(0) + 1;
    let notice = Notice {
        files_before: work.dossier.materials.len(),
        paper_before: work.dossier.content.paper.len(),
        ..Notice::new(round, work.now, work.acting.may.account, items, new.override_reason.clone())
    };
    let (snapshot, term, now) = (work.snapshot.clone(), work.settings().supplement_term, work.now);
    for id in &ids {
        work.change(*id)?;
    }
    let mut chosen: Vec<_> = work.dossier.cases.iter_mut().filter(|c| ids.contains(&c.id)).collect();
    let notice = give(&mut chosen, notice, &Work::filing(&snapshot, now), term);
    for id in &ids {
        let of_case = notice.items.iter().filter(|i| i.case == Some(*id)).count();
        let facts = json!({"round": round, "items": of_case, "due_on": notice.due.on, "overridden": notice.overridden.is_some()});
        work.note(EventKind::NoticeGiven, *id, facts);
    }
    if let (Some(_), Some(id)) = (&new.override_reason, ids.first()) {
        let review = NewObligation {
            kind: ObligationKind::NoticeReview,
            owed_by: domain::code::TextCode::as_str(Role::Supervisor).to_owned(),
            subject: format!("第{round}次告知"),
            due: Some(work.term(work.settings().statement_term)),
        };
        work.owe(*id, vec![review]);
    }
    work.make_notice(&notice)?;
    work.change_content().notices.push(notice);
    Ok(())
}

/// Materials handed in, on paper or as files, since a notice.
fn materials_since(work: &Work<'_, '_>, notice: Option<&Notice>) -> BTreeSet<String> {
    let Some(notice) = notice else { return BTreeSet::new() };
    let files = work.dossier.materials.iter().skip(notice.files_before).map(|m| m.code.clone());
    files.chain(work.dossier.content.paper.iter().skip(notice.paper_before).map(|p| p.material.clone())).collect()
}

/// Materials the applicant handed in with earlier applications, which are not to be asked for again (F29). One
/// handed in here and found wanting may of course be named.
fn materials_held(work: &mut Work<'_, '_>) -> Result<BTreeSet<String>, Error> {
    let files = work.dossier.materials.iter().map(|m| m.code.clone());
    let here: BTreeSet<String> = files.chain(work.dossier.content.paper.iter().map(|p| p.material.clone())).collect();
    let earlier = super::reuse::earlier(work.tx, &work.dossier)?;
    Ok(earlier.into_iter().map(|m| m.code).filter(|code| !here.contains(code)).collect())
}

/// Takes the supplements in: every material asked for has to be there. Form entries may be corrected with it.
///
/// # Errors
/// [`Error::NotAcceptable`] with what is still missing, [`Error::Invalid`] for a form that does not fit.
pub fn supplement(work: &mut Work<'_, '_>, form: Map<String, Value>) -> Result<(), Error> {
    let ids = work.select(None, Command::Supplement)?;
    let notice = work
        .dossier
        .content
        .open_notice()
        .cloned()
        .ok_or_else(|| Error::StateForbids(Reason::new("no_open_notice", "没有待答复的补正告知", "行政许可法 32")))?;
    let since = materials_since(work, Some(&notice));
    let missing: Vec<Reason> = unanswered_items(&notice, &since)
        .into_iter()
        .map(|i| {
            let name = i.material.clone().unwrap_or_default();
            Reason::new("supplement_missing", format!("尚未补交「{name}」：{}", i.remedy), "行政许可法 32")
        })
        .collect();
    if !missing.is_empty() {
        return Err(Error::NotAcceptable(missing));
    }
    if !form.is_empty() {
        let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
        let allowed: BTreeSet<&str> = notice.items.iter().filter_map(|i| i.element.as_deref()).collect();
        let strange = form.keys().filter(|k| !allowed.contains(k.as_str()));
        let mut problems: Vec<Invalid> =
            strange.map(|k| Invalid::new(format!("/form/{k}"), "not_asked", "补正告知没有要求修改这一项")).collect();
        let mut whole = work.dossier.content.form.clone();
        whole.extend(form);
        problems.extend(invalid_form(plan.form.check_draft(&whole)));
        super::checked(problems)?;
        work.change_content().form = whole;
    }
    let (snapshot, now) = (work.snapshot.clone(), work.now);
    for id in ids {
        flow::take_supplement(work.change(id)?, &Work::filing(&snapshot, now));
        let due = work.case(id)?.deadline.map(|d| d.due.on);
        work.note(EventKind::SupplementReceived, id, json!({"round": notice.round, "notice_due_on": due}));
    }
    if let Some(last) = work.change_content().notices.last_mut() {
        last.answered_at = Some(now);
    }
    Ok(())
}
