//! How many materials the applicant is asked for, here and matter by matter (减材料).

use super::{Assessment, Item, ItemStatus, Plan};
use crate::catalogue::{ConditionFacts, MaterialSource, Requirement};
use crate::figure::reduction_percent;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// How many materials one set spares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaterialCount {
    /// Asked of the applicant here: what e-licences, data sharing and the errand itself bring is not.
    #[schema(example = 4)]
    pub asked: usize,
    /// Asked if every matter were applied for by itself, each with its own form.
    #[schema(example = 6)]
    pub separately: usize,
    /// By how many per cent that is fewer; of bundles alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "33.33")]
    pub reduction_percent: Option<String>,
}

/// What is asked with nothing handed in yet, and what would be asked of each matter alone: its own form counts there as
/// one each, here as one.
#[must_use]
pub fn count_materials(plan: &Plan, facts: &ConditionFacts, assessment: &Assessment) -> MaterialCount {
    let active = plan.active(facts);
    let requirements = || active.iter().flat_map(|m| &m.document.requirements);
    let shared = |source| matches!(source, MaterialSource::ELicence | MaterialSource::DataShare);
    let brought: BTreeSet<&str> =
        requirements().flat_map(|r| &r.choices).filter(|c| shared(c.source)).map(|c| c.material.as_str()).collect();
    let is_brought = |material: &str| brought.contains(material);
    let asked_for = |item: &&Item| {
        let by_any = || item.alternatives.iter().any(|a| is_brought(&a.material));
        item.status == ItemStatus::Missing && !is_brought(&item.material) && !by_any()
    };
    let applies = |r: &&Requirement| r.when.as_ref().is_none_or(|c| c.holds(facts));
    let asked = assessment.items.iter().filter(asked_for).count() + 1;
    let separately = requirements().filter(applies).map(Requirement::asked_for_alone).sum::<usize>() + active.len();
    let (before, now) = (u64::try_from(separately).unwrap_or(u64::MAX), u64::try_from(asked).unwrap_or(u64::MAX));
    MaterialCount { asked, separately, reduction_percent: reduction_percent(before, now).filter(|_| plan.bundle.is_some()) }
}
