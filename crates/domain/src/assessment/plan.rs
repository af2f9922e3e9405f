//! What is assessed: the matters of one errand, their order, their one form and one set of questions.

use crate::calendar::Limit;
use crate::catalogue::{
    Bundle, Catalogue, Condition, ConditionFacts, Edge, Form, FormProblem, MaterialDetail, Matter, Situation, Subject, Version, merge_forms,
};
use chrono::{Months, NaiveDate};
use std::sync::Arc;
use uuid::Uuid;

/// One matter, or the matters of a bundle, as of one day.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Code of the matter or bundle.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// The bundle, if it is one.
    pub bundle: Option<Version<Bundle>>,
    /// The matters, in the bundle's order.
    pub matters: Vec<Version<Matter>>,
    /// Membership conditions, one per matter.
    pub members_when: Vec<Option<Condition>>,
    /// Who waits for whom.
    pub edges: Vec<Edge>,
    /// The bundle's own promise.
    pub promised: Option<Limit>,
    /// Every question once.
    pub situations: Vec<Situation>,
    /// One form.
    pub form: Arc<Form>,
}

impl Plan {
    /// How often the applicant has to come, as promised (最多跑几次, F12): of the bundle, or of its one matter.
    #[must_use]
    pub fn visits(&self) -> u8 {
        let own = || self.matters.first().map_or(0, |m| m.document.visits);
        self.bundle.as_ref().map_or_else(own, |b| b.document.visits)
    }

    /// The plan of `subject` as in force on `day`; `None` when it, or one of its matters, is not.
    #[must_use]
    pub fn of(catalogue: &Catalogue, subject: Subject<'_>, day: NaiveDate) -> Option<Self> {
        match subject {
            Subject::Matter(code) => Some(Self::of_matter(catalogue.matter(code, day)?.clone())),
            Subject::Bundle(code) => {
                let bundle = catalogue.bundle(code, day)?.clone();
                let matters = bundle.document.members.iter().map(|m| catalogue.matter(&m.matter, day).cloned()).collect::<Option<_>>()?;
                Self::of_bundle(bundle, matters)
            }
        }
    }

    /// The plan of pinned versions: `bundle` and its members' versions in the bundle's order.
    #[must_use]
    pub fn of_pinned(catalogue: &Catalogue, bundle: Option<Uuid>, matters: &[Uuid]) -> Option<Self> {
        let mut versions: Vec<Version<Matter>> =
            matters.iter().map(|id| catalogue.matters.values().flatten().find(|v| v.id == *id).cloned()).collect::<Option<_>>()?;
        match bundle {
            None => Some(Self::of_matter(versions.pop()?)),
            Some(id) => Self::of_bundle(catalogue.bundles.values().flatten().find(|v| v.id == id)?.clone(), versions),
        }
    }

    fn of_matter(version: Version<Matter>) -> Self {
        let matter = &version.document;
        Self {
            code: matter.code.clone(),
            name: matter.name.clone(),
            bundle: None,
            members_when: vec![None],
            edges: Vec::new(),
            promised: None,
            situations: matter.situations.to_vec(),
            form: Arc::new(matter.form.clone()),
            matters: vec![version],
        }
    }

    fn of_bundle(version: Version<Bundle>, matters: Vec<Version<Matter>>) -> Option<Self> {
        let bundle = &version.document;
        let mut situations = bundle.situations.clone();
        for situation in matters.iter().flat_map(|m| &m.document.situations) {
            if situations.iter().all(|s| s.code != situation.code) {
                situations.push(situation.clone());
            }
        }
        let when = |code: &str| bundle.members.iter().find(|m| m.matter == code).and_then(|m| m.when.clone());
        Some(Self {
            code: bundle.code.clone(),
            name: bundle.name.clone(),
            members_when: matters.iter().map(|m| when(&m.document.code)).collect(),
            edges: bundle.edges.clone(),
            promised: bundle.promised,
            situations,
            form: Arc::new(merge_forms(matters.iter().map(|m| &m.document.form)).ok()?),
            matters,
            bundle: Some(version),
        })
    }

    /// The matters that take part on these facts.
    #[must_use]
    pub fn active(&self, facts: &ConditionFacts) -> Vec<&Version<Matter>> {
        let taking_part = |when: &Option<Condition>| when.as_ref().is_none_or(|c| c.holds(facts));
        let members = self.matters.iter().zip(&self.members_when);
        members.filter(|(m, when)| taking_part(when) && !facts.leaves_out(&m.document.code)).map(|(m, _)| m).collect()
    }

    /// The matter before whose grant `matter` has to be decided, where it may come later (后置审批).
    #[must_use]
    pub fn deferred_until(&self, matter: &str) -> Option<&str> {
        self.bundle.as_ref()?.document.deferred_until(matter)
    }

    /// Whether the result of `matter` goes out together with the others.
    #[must_use]
    pub fn issues_together(&self, matter: &str) -> bool {
        self.bundle.as_ref().is_some_and(|b| b.document.issues_together(matter))
    }

    /// The questions of the bundle itself and of the matters that take part, each once.
    #[must_use]
    pub fn situations_of(&self, active: &[&Version<Matter>]) -> Vec<Situation> {
        let own = self.bundle.iter().flat_map(|b| &b.document.situations);
        let mut asked: Vec<Situation> = Vec::new();
        for situation in own.chain(active.iter().flat_map(|m| &m.document.situations)) {
            if asked.iter().all(|s| s.code != situation.code) {
                asked.push(situation.clone());
            }
        }
        asked
    }

    /// What is known of each material that the matters taking part may ask for, once.
    #[must_use]
    pub fn materials(&self, facts: &ConditionFacts) -> Vec<MaterialDetail> {
        let mut known: Vec<MaterialDetail> = Vec::new();
        let requirements = self.active(facts).into_iter().flat_map(|m| &m.document.requirements);
        for requirement in requirements.filter(|r| r.when.as_ref().is_none_or(|c| c.holds(facts))) {
            for choice in &requirement.choices {
                match known.iter_mut().find(|k| k.choice.material == choice.material) {
                    Some(same) => same.choice.add(choice),
                    None => known.push(MaterialDetail { choice: choice.clone(), in_cases: requirement.in_cases.clone() }),
                }
            }
        }
        known
    }

    /// Whether a document handed in on `handed_in` can still be used for `code` on `today`, as every matter that asks
    /// for it has it.
    #[must_use]
    pub fn is_reusable(&self, code: &str, handed_in: NaiveDate, today: NaiveDate) -> bool {
        let choices = self.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices);
        let months = choices.into_iter().filter(|c| c.material == code).filter_map(|c| c.reusable_months).min();
        months.is_none_or(|n| handed_in.checked_add_months(Months::new(n)).is_none_or(|until| today <= until))
    }

    /// What people call a material or an element of the form; its code where nothing is known of it.
    #[must_use]
    pub fn name_of(&self, code: &str) -> String {
        let choices = self.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices);
        let material = choices.into_iter().find(|c| c.material == code).map(|c| c.name.as_str());
        let element = || self.form.elements()?.get(code)?.get("title")?.as_str();
        material.or_else(element).unwrap_or(code).to_owned()
    }

    /// Whether a missing entry is required by a matter that takes part: an entry inside an element always is,
    /// an element when one of their forms requires it (行政许可法 29: no unrelated fields).
    #[must_use]
    pub fn requires(&self, active: &[&Version<Matter>], missing: &FormProblem) -> bool {
        let mut path = missing.pointer.split('/').skip(1);
        let (element, inside) = (path.next().unwrap_or_default(), path.next().is_some());
        let required = |m: &&Version<Matter>| m.document.form.required().any(|name| name == element);
        inside || active.iter().any(required)
    }
}
