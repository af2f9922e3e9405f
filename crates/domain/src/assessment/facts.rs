//! What is known about one errand.

use super::Plan;
use crate::catalogue::{Audience, ConditionFacts, Zone};
use crate::local_time::{Instant, date_of};
use crate::reason::Reason;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

codes! {
    /// What the applicant is.
    pub enum ApplicantKind {
        /// A natural person (自然人).
        Person = "person", "自然人";
        /// A firm or other organisation (法人、其他组织).
        Organisation = "organisation", "企业或其他组织";
        /// An organisation that the errand itself founds (拟设立主体).
        OrganisationToBe = "organisation_to_be", "拟设立的企业";
        /// A sole trader (个体工商户).
        SoleTrader = "sole_trader", "个体工商户";
    }
}

impl ApplicantKind {
    /// Whether a matter for `audiences` serves this kind.
    #[must_use]
    pub fn fits(self, audiences: &[Audience]) -> bool {
        let accepted: &[Audience] = match self {
            Self::Person => &[Audience::Person],
            Self::Organisation => {
                &[Audience::Enterprise, Audience::Institution, Audience::SocialOrganisation, Audience::Agency, Audience::Organisation]
            }
            Self::OrganisationToBe => &[Audience::Enterprise, Audience::Institution, Audience::SocialOrganisation, Audience::Organisation],
            Self::SoleTrader => &[Audience::SoleTrader],
        };
        audiences.iter().any(|a| accepted.contains(a))
    }
}

/// The applicant as far as rules ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantFacts {
    /// What the applicant is.
    pub kind: ApplicantKind,
}

/// What is known about one errand; unknown parts stay empty and never lose a requirement.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The instant of the assessment.
    pub at: Instant,
    /// Answers by situation code.
    pub answers: BTreeMap<String, String>,
    /// The filled-in form; `None` while it is not the form's turn yet.
    pub form: Option<Map<String, Value>>,
    /// The applicant, if known.
    pub applicant: Option<ApplicantFacts>,
    /// The project, if any.
    pub project: Value,
    /// Codes of the materials handed in or at hand.
    pub held: BTreeSet<String>,
    /// Codes of the materials that an e-licence or another body's data brought.
    pub shared: BTreeSet<String>,
    /// Codes of the materials a commitment shall replace (告知承诺).
    pub commit: BTreeSet<String>,
    /// Codes of the materials to hand in later (容缺).
    pub defer: BTreeSet<String>,
    /// Matters that an area's assessment stands for (区域评估, F47), each with why.
    pub exempt: BTreeMap<String, Reason>,
    /// What bars the applicant from applying (行政许可法 78, 79).
    pub bars: Vec<Reason>,
    /// Unrepaired breaches: they bar commitments and deferrals only (R4.11).
    pub breaches: Vec<Reason>,
}

impl Facts {
    /// Facts of nothing but a moment.
    #[must_use]
    pub fn at(at: Instant) -> Self {
        Self {
            at,
            answers: BTreeMap::new(),
            form: None,
            applicant: None,
            project: Value::Null,
            held: BTreeSet::new(),
            shared: BTreeSet::new(),
            commit: BTreeSet::new(),
            defer: BTreeSet::new(),
            exempt: BTreeMap::new(),
            bars: Vec::new(),
            breaches: Vec::new(),
        }
    }

    /// The same for a project in a zone: what was assessed for its whole area is not asked of it (优化营商环境条例 42).
    #[must_use]
    pub fn in_zone(mut self, zone: &Zone) -> Self {
        let Some(area) = self.project.get("area").and_then(Value::as_str).map(str::to_owned) else { return self };
        for found in zone.assessed(&area, date_of(self.at)) {
            let text = format!("「{}」已作区域评估（{}，有效期至{}），结果：{}", found.name, found.document, found.valid_to, found.result);
            self.exempt.insert(found.matter.clone(), Reason::new("exempt_by_area", text, "优化营商环境条例 42"));
        }
        self
    }

    /// Whether the applicant may commit or defer.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.bars.is_empty() && self.breaches.is_empty()
    }

    /// What conditions see: an unanswered situation is the empty text.
    #[must_use]
    pub fn for_conditions(&self, plan: &Plan) -> ConditionFacts {
        let mut answers: BTreeMap<&str, &str> = plan.situations.iter().map(|s| (s.code.as_str(), "")).collect();
        answers.extend(self.answers.iter().map(|(k, v)| (k.as_str(), v.as_str())));
        let form = self.form.clone().map_or_else(|| json!({}), Value::Object);
        ConditionFacts::new(&json!(answers), &form, &json!(self.applicant), &self.project).without(self.exempt.keys().cloned())
    }
}
