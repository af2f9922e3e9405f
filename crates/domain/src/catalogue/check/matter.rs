//! One matter: every public element filled, no promise beyond the law, nothing asked for in vague words.

use super::condition::{Names, check_condition};
use super::form::check_form;
use super::{Finding, duplicates, is_blank, is_slug, missing};
use crate::catalogue::offer::is_public_address;
use crate::catalogue::{Attachment, Authority, CaseKind, CheckPhase, DeferralKind, Limits, Matter, Situation, StepOrigin, Zone};
use crate::identity::CreditCode;
use std::collections::BTreeSet;

/// Words that would let anything be asked for (在线政务服务若干规定 7; 优化营商环境条例 42): refused in material names.
const CATCH_ALL: [&str; 8] = ["其他材料", "其它材料", "其他相关", "其它相关", "其他有关", "其他资料", "其它资料", "需要的材料"];

/// The most entries of each list: no errand asks for more, and checks and merging stay quick.
const MOST: [(&str, usize); 5] = [("situations", 60), ("requirements", 200), ("limit_variants", 60), ("flow", 60), ("checklist", 200)];

/// Checks one matter against its zone.
#[must_use]
pub fn check_matter(matter: &Matter, zone: &Zone) -> Vec<Finding> {
    let sizes =
        [matter.situations.len(), matter.requirements.len(), matter.limit_variants.len(), matter.flow.len(), matter.checklist.len()];
    let large = MOST.iter().zip(sizes).filter(|((_, most), size)| size > most);
    let large: Vec<Finding> =
        large.map(|((name, most), _)| Finding::error(format!("/{name}"), "too_many", format!("最多{most}项"))).collect();
    if !large.is_empty() {
        return large;
    }
    let mut found = elements(matter);
    found.extend(codes(matter));
    found.extend(check_references(matter, zone));
    found.extend(limits(matter));
    found.extend(materials(matter));
    found.extend(flow(matter));
    found.extend(charges(matter));
    found.extend(addresses(matter));
    found.extend(duplicates(matter.checklist.iter().map(|p| p.code.as_str()), "/checklist", "审查要点代码重复"));
    found.extend(check_form(&matter.form));
    found.extend(situations(&matter.situations));
    found.extend(face(matter));
    let names = Names::of(&matter.situations, &matter.form);
    found.extend(conditions(matter, &names));
    found
}

/// What the public must be told (F6; 政府信息公开条例 20).
fn elements(matter: &Matter) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut require = |there: bool, element: &str, name: &str| {
        if !there {
            found.push(missing(element, name));
        }
    };
    require(!matter.name.trim().is_empty(), "name", "事项名称");
    require(matter.legal_basis.iter().any(|b| !b.text.trim().is_empty()), "legal_basis", "设定依据");
    require(matter.conditions.iter().any(|c| !c.trim().is_empty()), "conditions", "办理条件");
    require(matter.flow.iter().any(|s| s.origin.stands()), "flow", "办理流程");
    require(!is_blank(matter.consult_phone.as_deref()), "consult_phone", "咨询电话");
    require(!is_blank(matter.complaint_phone.as_deref()), "complaint_phone", "监督投诉方式");
    require(!matter.audiences.is_empty(), "audiences", "服务对象");
    require(!matter.channels.is_empty(), "channels", "办理形式");
    require(!matter.result_name.trim().is_empty(), "result_name", "办理结果名称");
    require(matter.checklist.iter().any(|p| p.phase == CheckPhase::Acceptance), "checklist", "受理审查要点");
    let decides_later = matter.case_kind == CaseKind::Promised;
    require(!decides_later || matter.examination_points().next().is_some(), "checklist", "审查要点");
    require(matter.visits == 0 || !is_blank(matter.visit_reason.as_deref()), "visit_reason", "必须现场办理原因说明");
    require(matter.fee.is_none() || !is_blank(matter.fee_basis.as_deref()) || !matter.charges.is_empty(), "fee_basis", "收费依据");
    require(matter.charges.is_empty() || !is_blank(matter.fee.as_deref()), "fee", "收费说明");
    let delegated = matches!(matter.authority, Authority::Devolved | Authority::Entrusted);
    require(!delegated || !is_blank(matter.delegated_by.as_deref()), "delegated_by", "赋权或者委托部门");
    found
}

/// What stands on the result is asked for in the form.
fn face(matter: &Matter) -> Vec<Finding> {
    let known = |element: &str| matter.form.elements().is_some_and(|e| e.contains_key(element));
    let unknown = matter.face.iter().enumerate().filter(|(_, f)| !known(&f.element));
    unknown
        .map(|(i, f)| Finding::error(format!("/face/{i}/element"), "element_unknown", format!("表单没有数据元「{}」", f.element)))
        .collect()
}

fn codes(matter: &Matter) -> Vec<Finding> {
    let mut found = Vec::new();
    if !is_slug(&matter.code) {
        found.push(Finding::error("/code", "wrong_format", "事项代码只能由小写字母、数字和连字符组成，最多80个字符"));
    }
    let upper = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if matter.catalog_code.as_deref().is_some_and(|c| !(10..=12).contains(&c.len()) || !upper(c)) {
        found.push(Finding::error("/catalog_code", "wrong_format", "基本编码应为10至12位数字或者大写字母"));
    }
    let opaque = |text: &str, most: usize| (1..=most).contains(&text.len()) && upper(&text.replace('-', ""));
    for (pointer, code) in
        [("/local_catalog_code", &matter.local_catalog_code), ("/local_implementation_code", &matter.local_implementation_code)]
    {
        if code.as_deref().is_some_and(|c| !opaque(c, 50)) {
            found.push(Finding::error(pointer, "wrong_format", "地方编码最多50位，由数字、大写字母和连字符组成"));
        }
    }
    if matter.handling_item_code.as_deref().is_some_and(|c| !opaque(c, 50)) {
        found.push(Finding::error("/handling_item_code", "wrong_format", "业务办理项编码最多50位，由数字、大写字母和连字符组成"));
    }
    if matter.implementation_code.as_deref().is_some_and(|c| !opaque(c, 36)) {
        found.push(Finding::error("/implementation_code", "wrong_format", "实施编码最多36位，由数字、大写字母和连字符组成"));
    }
    found
}

/// Promised ≤ statutory in the same unit (F11; 优化营商环境条例 36).
fn limits(matter: &Matter) -> Vec<Finding> {
    let mut found = Vec::new();
    let own = std::iter::once(("/limits".to_owned(), &matter.limits));
    let variants = matter.limit_variants.iter().enumerate().map(|(i, v)| (format!("/limit_variants/{i}/limits"), &v.limits));
    for (pointer, limits) in own.chain(variants) {
        found.extend(promise(&pointer, limits));
    }
    found
}

fn promise(pointer: &str, limits: &Limits) -> Option<Finding> {
    let statutory = limits.statutory?;
    if statutory.unit != limits.promised.unit {
        return Some(Finding::error(format!("{pointer}/promised/unit"), "unit_mismatch", "承诺时限与法定时限的计量单位应一致"));
    }
    let text = "承诺时限不得长于法定时限（优化营商环境条例 36）";
    (limits.promised.n > statutory.n).then(|| Finding::error(format!("{pointer}/promised/n"), "promised_exceeds_statutory", text))
}

fn materials(matter: &Matter) -> Vec<Finding> {
    let mut found = duplicates(matter.requirements.iter().map(|r| r.code.as_str()), "/requirements", "材料组代码重复");
    for (i, requirement) in matter.requirements.iter().enumerate() {
        if requirement.choices.is_empty() {
            found.push(Finding::error(format!("/requirements/{i}/choices"), "missing", "材料组不能为空"));
        }
        if requirement.basis.trim().is_empty() {
            found.push(Finding::error(format!("/requirements/{i}/basis"), "missing", "缺少要求提供材料的依据"));
        }
        for (j, choice) in requirement.choices.iter().enumerate() {
            let pointer = format!("/requirements/{i}/choices/{j}/name");
            if choice.name.trim().is_empty() {
                found.push(Finding::error(pointer, "missing", "缺少材料名称"));
            } else if CATCH_ALL.iter().any(|words| choice.name.contains(words)) {
                found.push(Finding::error(pointer, "catch_all", "材料名称不得使用兜底表述"));
            }
        }
    }
    let known: BTreeSet<&str> = matter.requirements.iter().flat_map(|r| &r.choices).map(|c| c.material.as_str()).collect();
    for (i, entry) in matter.deferral.iter().flat_map(|d| &d.entries).enumerate() {
        if !known.contains(entry.material.as_str()) {
            let text = format!("本事项没有材料「{}」", entry.material);
            found.push(Finding::error(format!("/deferral/entries/{i}/material"), "unknown", text));
        }
        if entry.before.is_some() && (entry.kind != DeferralKind::AfterGrant || entry.term.is_some()) {
            let text = "以事件为期的容缺应为核发后补齐，且不另设期限";
            found.push(Finding::error(format!("/deferral/entries/{i}/before"), "event_and_term", text));
        }
        if entry.stand_in.as_deref().is_some_and(|s| !known.contains(s)) {
            found.push(Finding::error(format!("/deferral/entries/{i}/stand_in"), "unknown", "替代材料应列入材料清单"));
        }
    }
    for (i, covered) in matter.commitment.iter().flat_map(|c| &c.covers).enumerate() {
        if !known.contains(covered.as_str()) {
            found.push(Finding::error(format!("/commitment/covers/{i}"), "unknown", format!("本事项没有材料「{covered}」")));
        }
    }
    if matter.commitment.is_some() && matter.touches_safety {
        let text = "涉及公共安全、生态环境保护和人身健康的事项一般不适用告知承诺（国办发〔2020〕42号），请核对本地清单";
        found.push(Finding::warning("/commitment", "commitment_unusual", text));
    }
    found
}

fn flow(matter: &Matter) -> Vec<Finding> {
    let standing = |into: Option<&String>| matter.flow.iter().any(|s| Some(&s.name) == into && s.origin.stands());
    let lost = matter.flow.iter().enumerate().filter(|(_, s)| s.origin == StepOrigin::Merged && !standing(s.into.as_ref()));
    let text = "归并的环节应写明归并到哪个保留的环节";
    lost.map(|(i, _)| Finding::error(format!("/flow/{i}/into"), "unknown", text)).collect()
}

/// Each charge whole (行政许可法 59: 按照公布的法定项目和标准收费).
fn charges(matter: &Matter) -> Vec<Finding> {
    let blank = |text: &str| text.trim().is_empty();
    let each = matter.charges.iter().enumerate().flat_map(|(i, c)| {
        let parts = [("name", &c.name, "收费项目名称"), ("standard", &c.standard, "收费标准"), ("basis", &c.basis, "收费依据")];
        parts.into_iter().filter(|(_, text, _)| blank(text)).map(move |(member, _, name)| missing(&format!("charges/{i}/{member}"), name))
    });
    each.collect()
}

/// Everything that is given to the public as an address.
fn addresses(matter: &Matter) -> Vec<Finding> {
    let attachment = |pointer: String, a: &Option<Attachment>| a.as_ref().map(|a| (format!("{pointer}/address"), a.address.clone()));
    let mut all: Vec<Option<(String, String)>> =
        vec![attachment("/flow_chart".to_owned(), &matter.flow_chart), attachment("/result_sample".to_owned(), &matter.result_sample)];
    if let Some(access) = &matter.online_access {
        all.push(access.web.clone().map(|a| ("/online_access/web".to_owned(), a)));
        all.push(access.mobile.clone().map(|a| ("/online_access/mobile".to_owned(), a)));
    }
    for (i, requirement) in matter.requirements.iter().enumerate() {
        for (j, choice) in requirement.choices.iter().enumerate() {
            all.push(attachment(format!("/requirements/{i}/choices/{j}/blank_form"), &choice.blank_form));
            all.push(attachment(format!("/requirements/{i}/choices/{j}/sample"), &choice.sample));
        }
    }
    let wrong = all.into_iter().flatten().filter(|(_, address)| !is_public_address(address));
    wrong.map(|(pointer, _)| Finding::error(pointer, "wrong_format", "应为以https://开头的网址")).collect()
}

/// The matters whose results it asks for; `exists` tells what the zone has. What the version `before` named already is not
/// this one's to mend.
#[must_use]
pub fn check_links(matter: &Matter, before: Option<&Matter>, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let choices =
        |m: &'_ Matter| m.requirements.iter().flat_map(|r| &r.choices).filter_map(|c| c.issued_by.clone()).collect::<BTreeSet<_>>();
    let named_before = before.map(choices).unwrap_or_default();
    let mut found = Vec::new();
    for (i, requirement) in matter.requirements.iter().enumerate() {
        for (j, choice) in requirement.choices.iter().enumerate() {
            if let Some(code) =
                choice.issued_by.as_deref().filter(|code| *code != matter.code && !named_before.contains(*code) && !exists(code))
            {
                let pointer = format!("/requirements/{i}/choices/{j}/issued_by");
                found.push(Finding::error(pointer, "unknown", format!("没有事项「{code}」，不能作为材料的来源")));
            }
        }
    }
    for (i, entry) in matter.deferral.iter().flat_map(|d| &d.entries).enumerate() {
        let Some(event) = entry.before.as_ref().filter(|event| event.matter == matter.code || !exists(&event.matter)) else { continue };
        let text = format!("没有另一事项「{}」，不能作为补齐的期限", event.matter);
        found.push(Finding::error(format!("/deferral/entries/{i}/before/matter"), "unknown", text));
    }
    found
}

/// What of a zone's profile a matter names: departments, places, windows.
#[must_use]
pub fn check_references(matter: &Matter, zone: &Zone) -> Vec<Finding> {
    let mut found = Vec::new();
    let department = zone.department(&matter.department);
    if department.is_none() {
        found.push(Finding::error("/department", "unknown", format!("园区没有部门「{}」", matter.department)));
    }
    // A code of 31 characters begins with the credit code of the body that carries the matter out.
    let body = matter.implementation_code.as_deref().filter(|c| c.len() == 31).and_then(|c| c.get(..18));
    let other = |b: &str| department.and_then(|d| d.uscc.as_deref()).is_some_and(|known| known != b);
    if body.is_some_and(|b| CreditCode::parse(b).is_ok() && other(b)) {
        found.push(Finding::error("/implementation_code", "other_body", "实施编码中的实施主体与部门的统一社会信用代码不一致"));
    }
    for (i, step) in matter.flow.iter().enumerate() {
        if step.department.as_deref().is_some_and(|d| zone.department(d).is_none()) {
            found.push(Finding::error(format!("/flow/{i}/department"), "unknown", "园区没有这个部门"));
        }
    }
    for (i, at) in matter.handled_at.iter().enumerate() {
        match zone.place(&at.place) {
            None => found.push(Finding::error(format!("/handled_at/{i}/place"), "unknown", format!("园区没有场所「{}」", at.place))),
            Some(place) => {
                for (j, window) in at.windows.iter().enumerate().filter(|(_, w)| !place.windows.contains(w)) {
                    let text = format!("「{}」没有窗口「{window}」", place.name);
                    found.push(Finding::error(format!("/handled_at/{i}/windows/{j}"), "unknown", text));
                }
            }
        }
    }
    found
}

/// Every question whole: two answers or more, each once.
pub(super) fn situations(situations: &[Situation]) -> Vec<Finding> {
    let mut found = duplicates(situations.iter().map(|s| s.code.as_str()), "/situations", "情形代码重复");
    for (i, situation) in situations.iter().enumerate() {
        if situation.question.trim().is_empty() {
            found.push(Finding::error(format!("/situations/{i}/question"), "missing", "缺少提问"));
        }
        if situation.answers.len() < 2 {
            found.push(Finding::error(format!("/situations/{i}/answers"), "missing", "情形至少要有两个选项"));
        }
        let pointer = format!("/situations/{i}/answers");
        found.extend(duplicates(situation.answers.iter().map(|a| a.code.as_str()), &pointer, "选项代码重复"));
    }
    found
}

fn conditions(matter: &Matter, names: &Names) -> Vec<Finding> {
    let situations = matter.situations.iter().enumerate().map(|(i, s)| (format!("/situations/{i}/when"), s.when.as_ref()));
    let requirements = matter.requirements.iter().enumerate().map(|(i, r)| (format!("/requirements/{i}/when"), r.when.as_ref()));
    let variants = matter.limit_variants.iter().enumerate().map(|(i, v)| (format!("/limit_variants/{i}/when"), Some(&v.when)));
    let all = situations.chain(requirements).chain(variants);
    all.filter_map(|(pointer, when)| Some((pointer, when?))).flat_map(|(pointer, when)| check_condition(&pointer, when, names)).collect()
}
