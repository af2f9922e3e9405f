//! Situations (情形): questions whose answers select materials, matters and limits.

use super::{Condition, ConditionFacts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// Code, unique in its matter; a bundle asks a code shared by several matters once.
    #[schema(example = "permit_stage")]
    pub code: String,
    /// The question as put to the applicant.
    #[schema(example = "本次申请哪一阶段的施工许可？")]
    pub question: String,
    /// The answers to choose from.
    pub answers: Vec<Answer>,
    /// Whether submission needs an answer.
    #[serde(default = "yes")]
    pub required: bool,
    /// Asked only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
}

/// One possible answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Code of the answer.
    #[schema(example = "excavation")]
    pub code: String,
    /// Text of the answer.
    #[schema(example = "基坑支护和土方开挖阶段")]
    pub text: String,
}

const fn yes() -> bool {
    true
}

impl Situation {
    /// Whether `answer` is one of the answers.
    #[must_use]
    pub fn offers(&self, answer: &str) -> bool {
        self.answers.iter().any(|a| a.code == answer)
    }
}

/// The questions that must be answered and are not.
pub fn unanswered<'a>(
    situations: &'a [Situation],
    answers: &'a BTreeMap<String, String>,
    facts: &'a ConditionFacts,
) -> impl Iterator<Item = &'a Situation> {
    situations.iter().filter(move |s| s.required && !answers.contains_key(&s.code) && s.when.as_ref().is_none_or(|c| c.holds(facts)))
}
