//! One bundle: its lead, members and edges exist, nothing waits for itself, its forms merge, its elements are unified.

use super::condition::{Names, check_condition};
use super::matter::situations;
use super::{Finding, duplicates, is_slug, missing};
use crate::assessment::{Stretch, schedule};
use crate::calendar::LimitUnit;
use crate::catalogue::{BaseCatalogue, Bundle, Matter, PlaceKind, StepOrigin, Way, Zone, merge_forms, order};
use std::collections::BTreeMap;

/// The most matters of a bundle.
const MOST_MEMBERS: usize = 100;

/// Checks one bundle; `matter` finds the matters of the zone.
#[must_use]
pub fn check_bundle<'a>(bundle: &Bundle, zone: &Zone, base: &BaseCatalogue, matter: impl Fn(&str) -> Option<&'a Matter>) -> Vec<Finding> {
    let mut found = Vec::new();
    if !is_slug(&bundle.code) {
        found.push(Finding::error("/code", "wrong_format", "一件事代码只能由小写字母、数字和连字符组成，最多80个字符"));
    }
    if bundle.name.trim().is_empty() {
        found.push(missing("name", "一件事名称"));
    }
    if zone.department(&bundle.lead_department).is_none() {
        let text = format!("园区没有部门「{}」", bundle.lead_department);
        found.push(Finding::error("/lead_department", "unknown", text));
    }
    let members: Vec<Option<&Matter>> = bundle.members.iter().map(|m| matter(&m.matter)).collect();
    found.extend(check_members(bundle, &members, base, zone.settings.bundles_only_from_base));
    found.extend(edges(bundle));
    found.extend(promise(bundle, &members));
    found.extend(issue_and_deferral(bundle, &matter));
    found.extend(places(bundle, zone));
    for (i, step) in bundle.steps.iter().enumerate() {
        if step.department.as_deref().is_some_and(|d| zone.department(d).is_none()) {
            found.push(Finding::error(format!("/steps/{i}/department"), "unknown", "园区没有这个部门"));
        }
        if step.origin == StepOrigin::Merged && !bundle.steps.iter().any(|s| Some(&s.name) == step.into.as_ref() && s.origin.stands()) {
            found.push(Finding::error(format!("/steps/{i}/into"), "unknown", "归并的环节应写明归并到哪个保留的环节"));
        }
    }
    found.extend(situations(&bundle.situations));
    let known: Vec<&Matter> = members.into_iter().flatten().collect();
    found.extend(merging(&known));
    if let Ok(form) = merge_forms(known.iter().map(|m| &m.form)) {
        let mut questions = bundle.situations.clone();
        questions.extend(known.iter().flat_map(|m| &m.situations).cloned());
        let names = Names::of(&questions, &form);
        let own = bundle.situations.iter().enumerate().map(|(i, s)| (format!("/situations/{i}/when"), s.when.as_ref()));
        let members = bundle.members.iter().enumerate().map(|(i, m)| (format!("/members/{i}/when"), m.when.as_ref()));
        let conditions = own.chain(members).filter_map(|(pointer, when)| Some((pointer, when?)));
        found.extend(conditions.flat_map(|(pointer, when)| check_condition(&pointer, when, &names)));
    }
    found
}

fn check_members(bundle: &Bundle, members: &[Option<&Matter>], base: &BaseCatalogue, only_from_base: bool) -> Vec<Finding> {
    if bundle.members.len() > MOST_MEMBERS {
        return vec![Finding::error("/members", "too_many", format!("一件事最多{MOST_MEMBERS}个事项"))];
    }
    if bundle.members.is_empty() {
        return vec![Finding::error("/members", "missing", "一件事至少包含一个事项")];
    }
    let mut found = duplicates(bundle.members.iter().map(|m| m.matter.as_str()), "/members", "事项重复");
    for (i, (member, matter)) in bundle.members.iter().zip(members).enumerate() {
        let pointer = format!("/members/{i}/matter");
        match matter {
            None => found.push(Finding::error(pointer, "unknown", format!("没有事项「{}」", member.matter))),
            Some(matter) if only_from_base && base.entry(&matter.code).is_none() => {
                let text = format!("事项「{}」不在基本目录中，尚未梳理，不能编入一件事", matter.name);
                found.push(Finding::error(pointer, "matter_not_sorted", text));
            }
            Some(matter) => {
                let differing: Vec<&str> = base.differences(matter).iter().map(|d| d.field).collect();
                if !differing.is_empty() {
                    let text = format!("事项「{}」未通过要素统一核对（{}），不能编入一件事", matter.name, differing.join("、"));
                    found.push(Finding::error(pointer, "matter_not_sorted", text));
                }
            }
        }
    }
    found
}

/// What goes out together are members; what is decided later names a matter that exists and nobody waits for it.
fn issue_and_deferral<'a>(bundle: &Bundle, matter: &impl Fn(&str) -> Option<&'a Matter>) -> Vec<Finding> {
    let mut found = Vec::new();
    let member = |code: &str| bundle.members.iter().any(|m| m.matter == code);
    for (i, code) in bundle.issue_together.iter().flatten().enumerate().filter(|(_, code)| !member(code)) {
        found.push(Finding::error(format!("/issue_together/{i}"), "unknown", format!("一件事不包含事项「{code}」")));
    }
    for (i, member) in bundle.members.iter().enumerate() {
        let Some(until) = &member.deferred_until else { continue };
        let pointer = format!("/members/{i}/deferred_until");
        if matter(until).is_none() {
            found.push(Finding::error(pointer, "unknown", format!("没有事项「{until}」")));
        } else if *until == member.matter
            || waits_for_its_event(bundle, &member.matter, until)
            || bundle.edges.iter().any(|e| e.before == member.matter && e.after != *until)
        {
            found.push(Finding::error(pointer, "deferred_predecessor", "后置办理的事项不能是其他事项的前置事项"));
        }
    }
    found
}

/// Whether a member that has to be decided before another also waits for it: then neither could ever be decided.
fn waits_for_its_event(bundle: &Bundle, member: &str, until: &str) -> bool {
    let codes: Vec<&str> = bundle.members.iter().map(|m| m.matter.as_str()).collect();
    let mut pairs: Vec<(&str, &str)> = bundle.edges.iter().map(|e| (e.before.as_str(), e.after.as_str())).collect();
    let sound = order(&codes, &pairs).is_ok();
    pairs.push((member, until));
    codes.contains(&until) && sound && order(&codes, &pairs).is_err()
}

fn edges(bundle: &Bundle) -> Vec<Finding> {
    let codes: Vec<&str> = bundle.members.iter().map(|m| m.matter.as_str()).collect();
    let mut found = Vec::new();
    for (i, edge) in bundle.edges.iter().enumerate() {
        for (end, code) in [("before", &edge.before), ("after", &edge.after)] {
            if !codes.contains(&code.as_str()) {
                found.push(Finding::error(format!("/edges/{i}/{end}"), "unknown", format!("「{code}」不是本一件事的事项")));
            }
        }
    }
    let pairs: Vec<(&str, &str)> = bundle.edges.iter().map(|e| (e.before.as_str(), e.after.as_str())).collect();
    if let Err(cycle) = order(&codes, &pairs) {
        found.push(Finding::error("/edges", "cycle", format!("事项互相等待：{}", cycle.0.join("、"))));
    }
    found
}

/// What is promised of the whole is no shorter than the chain of the matters that always take part (F19).
fn promise(bundle: &Bundle, members: &[Option<&Matter>]) -> Option<Finding> {
    let promised = bundle.promised.filter(|limit| limit.unit == LimitUnit::WorkingDay)?;
    let always = bundle.members.iter().zip(members).filter(|(m, _)| m.when.is_none() && !m.optional && m.deferred_until.is_none());
    let known: Vec<&Matter> = always.filter_map(|(_, matter)| *matter).collect();
    let stretches: Vec<Stretch<'_>> =
        known.iter().map(|m| Stretch { code: &m.code, limit: m.shortest_promise(), counts: m.counts_toward_promise }).collect();
    let name = |code: &str| known.iter().find(|m| m.code == code).map_or_else(|| code.to_owned(), |m| m.name.clone());
    let chain = schedule(&stretches, &bundle.edges, name)?;
    (chain.working_days > f64::from(promised.n)).then(|| {
        let text = format!("承诺{}，短于所含事项的关键路径：{}", promised.text(), chain.explanation);
        Finding::error("/promised", "promised_below_path", text)
    })
}

/// 就近办 needs a place outside of the hall (F22).
fn places(bundle: &Bundle, zone: &Zone) -> Vec<Finding> {
    let mut found = Vec::new();
    for (i, code) in bundle.places.iter().enumerate().filter(|(_, code)| zone.place(code).is_none()) {
        found.push(Finding::error(format!("/places/{i}"), "unknown", format!("园区没有场所「{code}」")));
    }
    let outside = |code: &String| zone.place(code).is_some_and(|p| p.kind != PlaceKind::Hall);
    if bundle.ways.contains(&Way::Nearby) && !bundle.places.iter().any(outside) {
        found.push(Finding::error("/ways", "nearby_without_place", "「就近办」至少要有一个服务驿站或者政务超市"));
    }
    found
}

/// Data elements and questions that two matters define differently, each told with both matters.
fn merging(matters: &[&Matter]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut elements: BTreeMap<&str, (&serde_json::Value, &str)> = BTreeMap::new();
    let mut questions: BTreeMap<&str, (&[crate::catalogue::Answer], &str)> = BTreeMap::new();
    for matter in matters {
        for (element, schema) in matter.form.elements().into_iter().flatten() {
            let (known, first) = elements.entry(element).or_insert((schema, &matter.name));
            if *known != schema {
                let text = format!("「{first}」与「{}」对数据元「{element}」的定义不一致", matter.name);
                found.push(Finding::error("/members", "element_conflict", text));
            }
        }
        for situation in &matter.situations {
            let (known, first) = questions.entry(&situation.code).or_insert((&situation.answers, &matter.name));
            if *known != situation.answers.as_slice() {
                let text = format!("「{first}」与「{}」对情形「{}」的选项不一致", matter.name, situation.code);
                found.push(Finding::error("/members", "situation_conflict", text));
            }
        }
    }
    found
}
