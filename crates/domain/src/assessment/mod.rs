//! The assessment (预检): for each requirement how it stands, and what follows.
//!
//! One function serves the anonymous precheck, the draft, the submission and the window.

mod commitment;
mod count;
mod critical_path;
mod deferral;
mod expected;
mod facts;
mod items;
mod plan;
mod schedule;

pub(crate) use commitment::chosen as handled_by_commitment;
pub use count::{MaterialCount, count_materials};
pub use critical_path::{Stretch, critical_path};
pub use expected::{Expected, schedule_of};
pub(crate) use expected::{legal_start, promise};
pub use facts::{ApplicantFacts, ApplicantKind, Facts};
pub use items::{Item, ItemStatus, MaterialName};
pub use plan::Plan;
pub use schedule::{Leg, Schedule, schedule};

use crate::calendar::{HallHours, WorkCalendar};
use crate::catalogue::{Matter, Version, unanswered};
use crate::reason::Reason;
use serde::Serialize;
use utoipa::ToSchema;

/// How an errand stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Assessment {
    /// It may be filed: form and answers are whole and nothing bars the applicant. Missing materials do not
    /// stop filing; they are told in one notice (行政许可法 32(4)).
    pub may_submit: bool,
    /// It may be accepted as it stands (行政许可法 32(5)).
    pub may_accept: bool,
    /// What stands in the way besides materials.
    pub reasons: Vec<Reason>,
    /// Every material, and how it stands.
    pub items: Vec<Item>,
    /// Matters that an area's assessment stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exempt: Vec<ExemptMatter>,
    /// What to expect when all is in order.
    pub expected: Expected,
}

/// A matter that need not be applied for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExemptMatter {
    /// Code.
    #[schema(example = "geological-hazard-assessment")]
    pub matter: String,
    /// Name.
    #[schema(example = "地质灾害危险性评估")]
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Assesses `plan` on `facts`.
#[must_use]
pub fn assess(plan: &Plan, facts: &Facts, calendar: &WorkCalendar, hours: &[HallHours]) -> Assessment {
    let condition_facts = facts.for_conditions(plan);
    let active = plan.active(&condition_facts);
    let situations = plan.situations_of(&active);
    let mut reasons: Vec<Reason> = Vec::new();
    for situation in unanswered(&situations, &facts.answers, &condition_facts) {
        reasons.push(Reason::new("situation_unanswered", format!("请先回答：{}", situation.question), "办事指南"));
    }
    for (code, answer) in &facts.answers {
        match plan.situations.iter().find(|s| &s.code == code) {
            None => reasons.push(Reason::new("situation_unknown", format!("本事项没有情形「{code}」"), "办事指南")),
            Some(s) if !s.offers(answer) => {
                reasons.push(Reason::new("answer_unknown", format!("情形「{}」没有选项「{answer}」", s.question), "办事指南"));
            }
            Some(_) => {}
        }
    }
    let form = facts.form.iter().flat_map(|form| plan.form.check_whole(form));
    let asked = form.filter(|problem| problem.code != "required" || plan.requires(&active, problem));
    reasons.extend(asked.map(|p| Reason::new("form_incomplete", p.text, "申请表")));
    reasons.extend(audience_reasons(&active, facts));
    reasons.extend(facts.bars.iter().cloned());
    let chosen = deferral::check(plan, facts, &condition_facts, calendar, hours).and(commitment::check(plan, facts));
    reasons.extend(chosen.reasons);
    let items = items::items(plan, facts, &condition_facts, calendar, hours);
    let may_submit = reasons.is_empty();
    let may_accept = may_submit && items.iter().all(|i| !i.blocks());
    let exempt = plan.matters.iter().filter_map(|m| {
        let reason = facts.exempt.get(&m.document.code)?.clone();
        Some(ExemptMatter { matter: m.document.code.clone(), name: m.document.name.clone(), reason })
    });
    let expected = expected::expected(plan, facts, &condition_facts, calendar, hours);
    Assessment { may_submit, may_accept, reasons, items, exempt: exempt.collect(), expected }
}

/// The matter must serve this kind of applicant (受理条件; GB/T 39046 A.4).
fn audience_reasons<'a>(active: &'a [&Version<Matter>], facts: &'a Facts) -> impl Iterator<Item = Reason> + 'a {
    active.iter().filter_map(|m| {
        let kind = facts.applicant.as_ref()?.kind;
        (!kind.fits(&m.document.audiences)).then(|| {
            let served: Vec<&str> = m.document.audiences.iter().map(|a| a.label()).collect();
            Reason::new(
                "audience_mismatch",
                format!("「{}」的服务对象为{}，不包括{}", m.document.name, served.join("、"), kind.label()),
                "办事指南",
            )
        })
    })
}

/// What the applicant asks for that a rule does not allow.
#[derive(Default)]
struct Chosen {
    reasons: Vec<Reason>,
}

impl Chosen {
    fn and(mut self, other: Self) -> Self {
        self.reasons.extend(other.reasons);
        self
    }
}

#[cfg(test)]
mod tests;
