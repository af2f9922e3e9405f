//! One line per material: how it stands and, if missing, what to do.

use super::{Facts, Plan, commitment, deferral};
use crate::calendar::{HallHours, WorkCalendar};
use crate::catalogue::{ConditionFacts, MaterialClass, MaterialSource, Matter, Need, Requirement, RequirementChoice};
use crate::reason::Reason;
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

codes! {
    /// How a material stands.
    pub enum ItemStatus {
        /// Handed in.
        Provided = "provided", "已提供";
        /// Taken over from an earlier application.
        Reused = "reused", "已复用";
        /// Fetched by e-licence or data sharing.
        Shared = "shared", "已共享";
        /// Result of another matter of the same application.
        Sibling = "sibling", "由本次联办产生";
        /// Replaced by a commitment.
        Committed = "committed", "已承诺";
        /// Owed until a date.
        Deferred = "deferred", "容缺后补";
        /// Not asked for here.
        NotNeeded = "not_needed", "无需提供";
        /// Missing.
        Missing = "missing", "缺少";
    }
}

/// A material by code and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaterialName {
    /// Code.
    #[schema(example = "site-detailed-plan")]
    pub material: String,
    /// Chinese name.
    #[schema(example = "修建性详细规划")]
    pub name: String,
}

/// How one material, or one group met by any of several, stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Item {
    /// Code of the material; of an unmet group, its first choice.
    #[schema(example = "planning-conditions-approval")]
    pub material: String,
    /// Chinese name.
    #[schema(example = "规划条件批文")]
    pub name: String,
    /// How it stands.
    pub status: ItemStatus,
    /// Last day of a deferral.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// The event a deferral is owed before, instead of a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "竣工联合验收")]
    pub before: Option<String>,
    /// Weight.
    pub class: MaterialClass,
    /// The matters that need it.
    pub needed_by: Vec<String>,
    /// Why it stands so, and how to mend it.
    pub reasons: Vec<Reason>,
    /// Of an unmet any-of group: everything that would meet it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<MaterialName>,
}

impl Item {
    /// Whether acceptance has to wait for it.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.status == ItemStatus::Missing && self.class != MaterialClass::Optional
    }
}

/// Everything needed to judge one requirement.
struct View<'a> {
    facts: &'a Facts,
    matter: &'a Matter,
    /// Last day of each deferral that may be used.
    deferrable: Vec<(String, deferral::Until)>,
    /// Materials that a commitment may replace.
    committable: Vec<String>,
    /// Codes of the matters that take part.
    siblings: Vec<&'a str>,
}

pub(super) fn items(plan: &Plan, facts: &Facts, conditions: &ConditionFacts, calendar: &WorkCalendar, hours: &[HallHours]) -> Vec<Item> {
    let active = plan.active(conditions);
    let siblings: Vec<&str> = active.iter().map(|m| m.document.code.as_str()).collect();
    let mut items: Vec<Item> = Vec::new();
    for version in &active {
        let matter = version.document.as_ref();
        let view = View {
            facts,
            matter,
            deferrable: deferral::usable(matter, facts, conditions, calendar, hours),
            committable: commitment::usable(matter, facts),
            siblings: siblings.clone(),
        };
        for requirement in &matter.requirements {
            let applies = requirement.when.as_ref().is_none_or(|c| c.holds(conditions));
            for item in if applies { view.judge(requirement) } else { view.not_needed(requirement) } {
                merge(&mut items, item);
            }
        }
    }
    absorb(&mut items);
    items.sort_by_key(|i| i.status == ItemStatus::NotNeeded);
    items
}

/// What one matter asks for by itself also meets a group in which another matter takes any of several: it is asked for once.
fn absorb(items: &mut Vec<Item>) {
    let open = |i: &Item| i.status == ItemStatus::Missing && i.class != MaterialClass::Optional;
    let alone: Vec<String> = items.iter().filter(|i| open(i) && i.alternatives.is_empty()).map(|i| i.material.clone()).collect();
    let met = |group: &Item| group.alternatives.iter().map(|a| &a.material).find(|m| alone.contains(m)).cloned();
    let groups: Vec<(Item, String)> = items.iter().filter_map(|i| Some((i.clone(), met(i)?))).collect();
    items.retain(|i| met(i).is_none());
    for (group, material) in groups {
        if let Some(single) = items.iter_mut().find(|i| i.material == material && i.alternatives.is_empty()) {
            single.needed_by.extend(group.needed_by.into_iter().filter(|m| !single.needed_by.contains(m)).collect::<Vec<_>>());
            single.class = single.class.min(group.class);
        }
    }
}

/// The same material is asked for once, however many matters need it.
fn merge(items: &mut Vec<Item>, item: Item) {
    let same = |known: &Item| known.material == item.material && known.alternatives == item.alternatives;
    let Some(known) = items.iter_mut().find(|k| same(k)) else { return items.push(item) };
    let needed = |i: &Item| i.status != ItemStatus::NotNeeded;
    if needed(&item) && !needed(known) {
        *known = item;
    } else if needed(&item) {
        let blocks = item.blocks();
        known.needed_by.extend(item.needed_by);
        known.class = known.class.min(item.class);
        if blocks && !known.blocks() {
            (known.status, known.reasons, known.until, known.before) = (item.status, item.reasons, item.until, item.before);
        }
    }
}

impl View<'_> {
    fn judge(&self, requirement: &Requirement) -> Vec<Item> {
        let choices: Vec<&RequirementChoice> = requirement.choices.iter().collect();
        match requirement.need {
            Need::All => choices.iter().map(|c| self.settle(requirement, &[c])).collect(),
            Need::Any => vec![self.settle(requirement, &choices)],
        }
    }

    /// Judges a group met by any one of `choices`.
    fn settle(&self, requirement: &Requirement, choices: &[&RequirementChoice]) -> Item {
        let ordinary = || choices.iter().copied().filter(|c| !c.only_under_deferral);
        let held = |c: &&RequirementChoice| self.facts.held.contains(&c.material);
        if let Some(choice) = ordinary().find(held) {
            return self.item(requirement, choice, ItemStatus::Provided, None, vec![]);
        }
        if let Some(choice) = ordinary().find(|c| self.facts.shared.contains(&c.material)) {
            let why =
                Reason::new("shared", format!("「{}」已通过电子证照或者数据共享取得，无需提交", choice.name), "在线政务服务若干规定 7、10");
            return self.item(requirement, choice, ItemStatus::Shared, None, vec![why]);
        }
        if let Some(choice) =
            ordinary().find(|c| c.issued_by.as_deref().is_some_and(|m| m != self.matter.code && self.siblings.contains(&m)))
        {
            let why = Reason::new("sibling_result", format!("「{}」由本次联办产生，无需提交", choice.name), "在线政务服务若干规定 7");
            return self.item(requirement, choice, ItemStatus::Sibling, None, vec![why]);
        }
        if let Some(choice) = ordinary().find(|c| self.committable.contains(&c.material)) {
            let basis = self.matter.commitment.as_ref().map_or("", |r| r.basis.as_str());
            let why = Reason::new("committed", format!("「{}」以书面承诺代替", choice.name), basis);
            return self.item(requirement, choice, ItemStatus::Committed, None, vec![why]);
        }
        for choice in ordinary() {
            if let Some((_, until)) = self.deferrable.iter().find(|(m, _)| *m == choice.material) {
                let basis = self.matter.deferral.as_ref().map_or("", |r| r.basis.as_str());
                let (day, event) = match until {
                    deferral::Until::Day(day) => (Some(*day), None),
                    deferral::Until::Event(name) => (None, Some(name.clone())),
                };
                let end = event.as_ref().map(|name| format!("「{name}」办结")).or(day.map(|d| d.to_string())).unwrap_or_default();
                let why = Reason::new("deferred", format!("「{}」容缺受理，应于{end}前补齐", choice.name), basis);
                return Item { before: event, ..self.item(requirement, choice, ItemStatus::Deferred, day, vec![why]) };
            }
        }
        self.missing(requirement, choices)
    }

    fn missing(&self, requirement: &Requirement, choices: &[&RequirementChoice]) -> Item {
        let ordinary: Vec<&RequirementChoice> = choices.iter().copied().filter(|c| !c.only_under_deferral).collect();
        let first = ordinary.first().or(choices.first());
        let names: Vec<&str> = ordinary.iter().map(|c| c.name.as_str()).collect();
        let text = if names.len() > 1 {
            format!("缺少以下材料之一：{}", names.join("、"))
        } else {
            format!("缺少：{}", names.join(""))
        };
        let mut reasons = vec![Reason::new("material_missing", text, requirement.basis.clone())];
        for choice in &ordinary {
            reasons.extend(self.how_to_fix(choice));
        }
        let held_stand_in = choices.iter().find(|c| c.only_under_deferral && self.facts.held.contains(&c.material));
        if let Some(stand_in) = held_stand_in {
            reasons.push(Reason::new("only_under_deferral", format!("「{}」仅可在容缺受理时代替", stand_in.name), self.deferral_basis()));
        }
        // A group without any choice, which publication refuses, goes by its own code.
        let unnamed = || RequirementChoice::named(&requirement.code, &requirement.code);
        let choice = first.map_or_else(unnamed, |c| (*c).clone());
        let mut item = self.item(requirement, &choice, ItemStatus::Missing, None, reasons);
        if names.len() > 1 {
            item.alternatives = ordinary.iter().map(|c| MaterialName { material: c.material.clone(), name: c.name.clone() }).collect();
        }
        item
    }

    fn how_to_fix(&self, choice: &RequirementChoice) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let fallback = match choice.source {
            MaterialSource::Applicant | MaterialSource::Sibling => None,
            MaterialSource::ELicence => Some("可使用电子证照；暂不能调取时请上传"),
            MaterialSource::DataShare => Some("由数据共享获取；暂不能获取时请上传"),
        };
        if let Some(how) = choice.how.as_deref().or(fallback) {
            reasons.push(Reason::new("how_to_provide", format!("{}：{how}", choice.name), "办事指南"));
        }
        if deferral::listed(self.matter, &choice.material) {
            reasons.push(Reason::new("may_be_deferred", format!("「{}」可申请容缺后补", choice.name), self.deferral_basis()));
        }
        if commitment::covers(self.matter, &choice.material) {
            let basis = self.matter.commitment.as_ref().map_or("", |r| r.basis.as_str());
            reasons.push(Reason::new("may_be_committed", format!("「{}」可以书面承诺代替", choice.name), basis));
        }
        reasons
    }

    fn deferral_basis(&self) -> String {
        self.matter.deferral.as_ref().map_or_else(|| "容缺受理清单".to_owned(), |r| r.basis.clone())
    }

    fn not_needed(&self, requirement: &Requirement) -> Vec<Item> {
        let why = || Reason::new("situation_excludes", "所选情形不需要".to_owned(), requirement.basis.clone());
        requirement.choices.iter().map(|c| self.item(requirement, c, ItemStatus::NotNeeded, None, vec![why()])).collect()
    }

    fn item(
        &self,
        requirement: &Requirement,
        choice: &RequirementChoice,
        status: ItemStatus,
        until: Option<NaiveDate>,
        reasons: Vec<Reason>,
    ) -> Item {
        Item {
            material: choice.material.clone(),
            name: choice.name.clone(),
            status,
            until,
            before: None,
            class: requirement.class,
            needed_by: vec![self.matter.code.clone()],
            reasons,
            alternatives: Vec::new(),
        }
    }
}
