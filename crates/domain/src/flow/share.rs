//! Data instead of paper (减证办): what an e-licence or another body's data may bring, and what may be asked of them
//! (在线政务服务若干规定 7、10; 个人信息保护法 6、34).

use crate::assessment::{Item, ItemStatus, Plan};
use crate::catalogue::{DataSource, MaterialSource, RequirementChoice, Zone};
use crate::local_time::Instant;
use crate::reason::Reason;
use serde::{Deserialize, Serialize};

codes! {
    /// What came of asking.
    pub enum ShareOutcome {
        /// 查得.
        Found = "found", "已查得";
        /// 查得部分字段: a look, it brings no material.
        Partial = "partial", "已查得部分字段";
        /// 未查得.
        NotFound = "not_found", "未查得";
        /// 不一致: what is known differs from what the applicant says.
        Mismatch = "mismatch", "信息不一致";
        /// 暂不可用: not reached, too slow, or the breaker is open.
        Unavailable = "unavailable", "暂不可用";
    }
}

impl ShareOutcome {
    /// What a source's fields are worth: all that were approved bring the material, a part of them is a look.
    #[must_use]
    pub const fn of_fields(told: usize, approved: usize) -> Self {
        if told == approved { Self::Found } else { Self::Partial }
    }

    /// What the applicant reads: what came, or what he is to do instead.
    #[must_use]
    pub fn advice(self) -> String {
        match self {
            Self::Found | Self::Partial => self.label().to_owned(),
            Self::NotFound | Self::Mismatch | Self::Unavailable => format!("{}，请上传材料", self.label()),
        }
    }
}

/// A material that was brought without the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedMaterial {
    /// Code of the material.
    pub material: String,
    /// Code of the source; `licences` for the zone's own store.
    pub source: String,
    /// Number of the certificate, or the evidence of the other system.
    pub reference: String,
    /// When it was brought.
    pub at: Instant,
}

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A certificate of the zone's own store, granted by one of these matters.
    Licence {
        /// Code of the material.
        material: String,
        /// Codes of the matters.
        matters: Vec<String>,
    },
    /// Another body's data.
    Data {
        /// Code of the material.
        material: String,
        /// Code of the source.
        source: String,
        /// The fields approved for this material.
        fields: Vec<String>,
    },
}

/// What may be asked for to bring what is missing; nothing that was handed in, and nothing beyond what was approved.
#[must_use]
pub fn to_ask(plan: &Plan, items: &[Item], zone: &Zone) -> Vec<Ask> {
    let missing = |material: &str| {
        let open = |i: &&Item| i.status == ItemStatus::Missing;
        items.iter().filter(open).any(|i| i.material == material || i.alternatives.iter().any(|a| a.material == material))
    };
    let mut asks: Vec<Ask> = Vec::new();
    let choices = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices);
    for choice in choices.filter(|c| c.source != MaterialSource::Applicant && missing(&c.material)) {
        for ask in asks_for(plan, choice, zone) {
            if !asks.contains(&ask) {
                asks.push(ask);
            }
        }
    }
    asks
}

/// The zone's own store first, by the matters that issue the material (a certificate is often named like its matter),
/// then the body that was approved for it.
fn asks_for(plan: &Plan, choice: &RequirementChoice, zone: &Zone) -> Vec<Ask> {
    let material = &choice.material;
    let choices = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices);
    let mut matters: Vec<String> = choices.filter(|c| c.material == *material).filter_map(|c| c.issued_by.clone()).collect();
    matters.push(material.clone());
    matters.sort();
    matters.dedup();
    let data =
        approved(zone, material).map(|(source, fields)| Ask::Data { material: material.clone(), source: source.code.clone(), fields });
    std::iter::once(Ask::Licence { material: material.clone(), matters }).chain(data).collect()
}

/// The source that may bring a material, and the fields approved for it.
#[must_use]
pub fn approved<'a>(zone: &'a Zone, material: &str) -> Option<(&'a DataSource, Vec<String>)> {
    zone.data_sources.iter().find_map(|s| Some((s, s.grants.iter().find(|g| g.material == material)?.fields.clone())))
}

/// Why fields may not be asked for: they were not approved for this material.
#[must_use]
pub fn beyond_approval(zone: &Zone, material: &str, fields: &[String]) -> Option<Reason> {
    let basis = "在线政务服务若干规定 7";
    let Some((source, granted)) = approved(zone, material) else {
        return Some(Reason::new("source_unknown", format!("没有数据源获准提供材料「{material}」"), basis));
    };
    let beyond: Vec<&str> = fields.iter().filter(|f| !granted.contains(f)).map(String::as_str).collect();
    let text = format!("数据源「{}」未获准提供字段：{}", source.name, beyond.join("、"));
    (!beyond.is_empty()).then(|| Reason::new("field_not_approved", text, basis))
}
