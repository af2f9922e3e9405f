//! Deferred-material acceptance (容缺受理): who may use it, for what, until when.
//!
//! No national statute; the order of the checks follows the common core of the local regulations and the
//! zone's published list, which prevails.

use super::{Chosen, Facts, Plan};
use crate::calendar::{HallHours, WorkCalendar, due};
use crate::catalogue::{CaseKind, ConditionFacts, DeferralEntry, DeferralKind, MaterialClass, Matter};
use crate::local_time::start_of;
use crate::reason::Reason;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Why what the applicant wants to hand in later can't be handed in later.
pub(super) fn check(plan: &Plan, facts: &Facts, conditions: &ConditionFacts, calendar: &WorkCalendar, hours: &[HallHours]) -> Chosen {
    let mut chosen = Chosen::default();
    let allowed: BTreeSet<String> =
        plan.matters.iter().flat_map(|m| usable(&m.document, facts, conditions, calendar, hours)).map(|(material, _)| material).collect();
    for material in &facts.defer {
        if !allowed.contains(material) {
            chosen.reasons.push(refusal(plan, facts, material));
        }
    }
    chosen
}

fn refusal(plan: &Plan, facts: &Facts, material: &str) -> Reason {
    let asking: Vec<&Matter> = plan.matters.iter().map(|m| m.document.as_ref()).filter(|m| asks_for(m, material)).collect();
    let name = asking.iter().find_map(|m| name_of(m, material)).unwrap_or(material);
    let listed: Vec<&&Matter> = asking.iter().filter(|m| m.deferral.is_some()).collect();
    let Some(matter) = listed.first() else {
        return Reason::new("deferral_not_listed", format!("「{name}」所属事项不在容缺受理清单内"), "容缺受理清单");
    };
    let basis = matter.deferral.as_ref().map_or("容缺受理清单", |r| r.basis.as_str());
    if matter.case_kind == CaseKind::Instant {
        return Reason::new("deferral_instant", "即办件不适用容缺受理", basis);
    }
    if !facts.is_trusted() {
        return Reason::new("deferral_barred", "目前不适用容缺受理，请按一般程序提供材料或者到窗口咨询", basis);
    }
    match entry(matter, material) {
        None => Reason::new("deferral_primary", format!("「{name}」是主要材料，不能容缺"), basis),
        Some(DeferralEntry { stand_in: Some(stand_in), .. }) => {
            let stand_in = name_of(matter, &stand_in).unwrap_or(&stand_in);
            Reason::new("deferral_stand_in_missing", format!("容缺「{name}」须先提供「{stand_in}」"), basis)
        }
        Some(DeferralEntry { before: Some(event), .. }) if !has_project(facts) => {
            let text = format!("容缺「{name}」以本项目「{}」办结为期，应先填写项目代码", event.name);
            Reason::new("deferral_needs_project", text, basis)
        }
        Some(_) => Reason::new("deferral_late", format!("「{name}」的补齐期限超出承诺办结时限"), basis),
    }
}

/// The last day of a deferral, or the event it is owed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Until {
    /// A day.
    Day(NaiveDate),
    /// An event, by its name.
    Event(String),
}

/// The materials of `matter` that the applicant defers and may, each with its end.
pub(super) fn usable(
    matter: &Matter,
    facts: &Facts,
    conditions: &ConditionFacts,
    calendar: &WorkCalendar,
    hours: &[HallHours],
) -> Vec<(String, Until)> {
    if matter.case_kind == CaseKind::Instant || !facts.is_trusted() {
        return Vec::new();
    }
    let accepted = start_of(crate::calendar::receipt_day(calendar, hours, facts.at));
    let promised = due(calendar, hours, accepted, matter.limits_on(conditions).promised);
    let last_day = |entry: &DeferralEntry| {
        if let Some(event) = &entry.before {
            return has_project(facts).then(|| Until::Event(event.name.clone()));
        }
        let until = entry.term.map_or(promised, |term| due(calendar, hours, accepted, term));
        (entry.kind == DeferralKind::AfterGrant || until.at <= promised.at).then_some(Until::Day(until.on))
    };
    let wanted = facts.defer.iter().filter_map(|material| Some((material, entry(matter, material)?)));
    wanted
        .filter(|(_, e)| e.stand_in.as_ref().is_none_or(|s| facts.held.contains(s)))
        .filter_map(|(material, e)| Some((material.clone(), last_day(&e)?)))
        .collect()
}

/// An event is one of a project: without its code nobody would know whose.
fn has_project(facts: &Facts) -> bool {
    facts.project.get("code").and_then(serde_json::Value::as_str).is_some_and(|code| !code.trim().is_empty())
}

/// Whether the published list lets `material` follow in `matter`.
pub(super) fn listed(matter: &Matter, material: &str) -> bool {
    matter.case_kind != CaseKind::Instant && entry(matter, material).is_some()
}

/// The rule's entry for a material; a listed matter's deferrable materials follow before the decision.
fn entry(matter: &Matter, material: &str) -> Option<DeferralEntry> {
    let rule = matter.deferral.as_ref()?;
    rule.entries.iter().find(|e| e.material == material).cloned().or_else(|| {
        let deferrable = |r: &&crate::catalogue::Requirement| r.class == MaterialClass::Deferrable;
        let known = matter.requirements.iter().filter(deferrable).flat_map(|r| &r.choices).any(|c| c.material == material);
        known.then(|| DeferralEntry {
            material: material.to_owned(),
            kind: DeferralKind::BeforeDecision,
            term: None,
            stand_in: None,
            before: None,
        })
    })
}

fn asks_for(matter: &Matter, material: &str) -> bool {
    name_of(matter, material).is_some()
}

fn name_of<'a>(matter: &'a Matter, material: &str) -> Option<&'a str> {
    matter.requirements.iter().flat_map(|r| &r.choices).find(|c| c.material == material).map(|c| c.name.as_str())
}
