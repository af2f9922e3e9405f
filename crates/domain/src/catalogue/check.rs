//! What a catalogue document must satisfy before it is published.

use super::{Bundle, Matter, Zone, merge_forms, order};
use std::collections::BTreeSet;

/// One thing wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// JSON Pointer into the document.
    pub pointer: String,
    /// Chinese text.
    pub text: String,
}

fn finding(pointer: impl Into<String>, text: impl Into<String>) -> Finding {
    Finding { pointer: pointer.into(), text: text.into() }
}

/// Checks a zone's profile.
#[must_use]
pub fn check_zone(zone: &Zone) -> Vec<Finding> {
    let mut found = Vec::new();
    let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if zone.slug.is_empty() || !zone.slug.chars().all(slug) {
        found.push(finding("/slug", "园区标识只能由小写字母、数字和连字符组成"));
    }
    if zone.area_code.len() != 6 || !zone.area_code.bytes().all(|b| b.is_ascii_digit()) {
        found.push(finding("/area_code", "行政区划代码应为6位数字"));
    }
    for (i, hours) in zone.hours.iter().enumerate() {
        let ordered = hours.sessions.iter().all(|s| s.opens < s.closes)
            && hours.sessions.windows(2).all(|w| matches!(w, [a, b] if a.closes <= b.opens));
        if hours.sessions.is_empty() || !ordered {
            found.push(finding(format!("/hours/{i}/sessions"), "办公时间应按先后排列且互不重叠"));
        }
    }
    found.extend(duplicates(zone.departments.iter().map(|d| d.code.as_str()), "/departments", "部门代码重复"));
    found.extend(duplicates(zone.places.iter().map(|p| p.code.as_str()), "/places", "场所代码重复"));
    if zone.hours.is_empty() {
        found.push(finding("/hours", "至少要有一组办公时间"));
    }
    found
}

/// Checks one matter against its zone: promised ≤ statutory in the same unit, every reference resolved.
#[must_use]
pub fn check_matter(matter: &Matter, zone: &Zone) -> Vec<Finding> {
    let mut found = Vec::new();
    if zone.department(&matter.department).is_none() {
        found.push(finding("/department", format!("园区没有部门「{}」", matter.department)));
    }
    if matter.legal_basis.is_empty() {
        found.push(finding("/legal_basis", "缺少设定依据"));
    }
    let limits = std::iter::once(("/limits".to_owned(), &matter.limits));
    let variants = matter.limit_variants.iter().enumerate().map(|(i, v)| (format!("/limit_variants/{i}/limits"), &v.limits));
    for (pointer, limits) in limits.chain(variants) {
        if let Some(statutory) = limits.statutory {
            if statutory.unit != limits.promised.unit {
                found.push(finding(format!("{pointer}/promised/unit"), "承诺时限与法定时限的计量单位应一致"));
            } else if limits.promised.n > statutory.n {
                found.push(finding(format!("{pointer}/promised/n"), "承诺时限不得长于法定时限（优化营商环境条例 36）"));
            }
        }
    }
    found.extend(duplicates(matter.situations.iter().map(|s| s.code.as_str()), "/situations", "情形代码重复"));
    found.extend(duplicates(matter.requirements.iter().map(|r| r.code.as_str()), "/requirements", "材料组代码重复"));
    for (i, requirement) in matter.requirements.iter().enumerate() {
        if requirement.choices.is_empty() {
            found.push(finding(format!("/requirements/{i}/choices"), "材料组不能为空"));
        }
        for (j, choice) in requirement.choices.iter().enumerate() {
            if ["其他材料", "其它材料", "其他相关材料"].contains(&choice.name.as_str()) {
                found.push(finding(format!("/requirements/{i}/choices/{j}/name"), "材料名称不得使用兜底表述"));
            }
        }
    }
    let known: BTreeSet<&str> = matter.requirements.iter().flat_map(|r| &r.choices).map(|c| c.material.as_str()).collect();
    for (i, entry) in matter.deferral.iter().flat_map(|d| &d.entries).enumerate() {
        if !known.contains(entry.material.as_str()) {
            found.push(finding(format!("/deferral/entries/{i}/material"), format!("本事项没有材料「{}」", entry.material)));
        }
        if entry.stand_in.as_deref().is_some_and(|s| !known.contains(s)) {
            found.push(finding(format!("/deferral/entries/{i}/stand_in"), "替代材料应列入材料清单"));
        }
    }
    for (i, covered) in matter.commitment.iter().flat_map(|c| &c.covers).enumerate() {
        if !known.contains(covered.as_str()) {
            found.push(finding(format!("/commitment/covers/{i}"), format!("本事项没有材料「{covered}」")));
        }
    }
    found
}

/// Checks one bundle: its lead, its members and edges exist, nothing waits for itself, its forms merge.
#[must_use]
pub fn check_bundle<'a>(bundle: &Bundle, zone: &Zone, matter: impl Fn(&str) -> Option<&'a Matter>) -> Vec<Finding> {
    let mut found = Vec::new();
    if zone.department(&bundle.lead_department).is_none() {
        found.push(finding("/lead_department", format!("园区没有部门「{}」", bundle.lead_department)));
    }
    let codes: Vec<&str> = bundle.members.iter().map(|m| m.matter.as_str()).collect();
    if codes.is_empty() {
        found.push(finding("/members", "一件事至少包含一个事项"));
    }
    found.extend(duplicates(codes.iter().copied(), "/members", "事项重复"));
    for (i, code) in codes.iter().enumerate() {
        if matter(code).is_none() {
            found.push(finding(format!("/members/{i}/matter"), format!("没有事项「{code}」")));
        }
    }
    for (i, edge) in bundle.edges.iter().enumerate() {
        for (end, code) in [("before", &edge.before), ("after", &edge.after)] {
            if !codes.contains(&code.as_str()) {
                found.push(finding(format!("/edges/{i}/{end}"), format!("「{code}」不是本一件事的事项")));
            }
        }
    }
    let edges: Vec<(&str, &str)> = bundle.edges.iter().map(|e| (e.before.as_str(), e.after.as_str())).collect();
    if let Err(cycle) = order(&codes, &edges) {
        found.push(finding("/edges", format!("事项互相等待：{}", cycle.0.join("、"))));
    }
    if let Err(conflicts) = merge_forms(codes.iter().filter_map(|c| matter(c)).map(|m| &m.form)) {
        found.push(finding("/members", format!("各事项表单对同一数据元定义不一致：{}", conflicts.join("、"))));
    }
    found
}

fn duplicates<'a>(codes: impl Iterator<Item = &'a str>, pointer: &str, text: &str) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    codes.enumerate().filter(|(_, c)| !seen.insert(*c)).map(|(i, c)| finding(format!("{pointer}/{i}"), format!("{text}：{c}"))).collect()
}
