//! A bundle (一件事): what the applicant sees as one thing.

use super::{Audience, Condition, PlaceKind, Situation, Source, Step, Zone};
use crate::calendar::Limit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// How strictly one matter waits for another.
    pub enum EdgeKind {
        /// Decided only after the other is closed.
        Hard = "hard", "前置办结";
        /// Pre-examined before, issued after.
        Soft = "soft", "预审衔接";
    }
}

crate::codes! {
    /// The four ways of handling (四个办).
    pub enum Way {
        /// 网上办.
        Online = "online", "网上办";
        /// 就近办: at stations and supermarkets.
        Nearby = "nearby", "就近办";
        /// 减证办.
        FewerCertificates = "fewer_certificates", "减证办";
        /// 帮代办.
        Assisted = "assisted", "帮代办";
    }
}

crate::codes! {
    /// Stage of a construction project (工程建设项目审批阶段, 国办发〔2019〕11号).
    pub enum Stage {
        /// 立项用地规划许可.
        InitiationAndLand = "initiation_and_land", "立项用地规划许可";
        /// 工程建设许可.
        ConstructionPlanning = "construction_planning", "工程建设许可";
        /// 施工许可.
        ConstructionPermit = "construction_permit", "施工许可";
        /// 竣工验收.
        CompletionAcceptance = "completion_acceptance", "竣工验收";
    }
}

/// One matter of a bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleMember {
    /// Code of the matter.
    #[schema(example = "birth-certificate")]
    pub matter: String,
    /// Part of the bundle only when this holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The applicant may leave it out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// 后置审批: it may be decided after the rest, but before this matter of the same project is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "joint-acceptance")]
    pub deferred_until: Option<String>,
}

/// `after` waits for `before`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The matter decided first.
    pub before: String,
    /// The matter that waits.
    pub after: String,
    /// How strictly.
    pub kind: EdgeKind,
}

/// Figures that the zone states about a bundle, with their source; what can be computed is computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatedFigures {
    /// Materials before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub materials_before: Option<u32>,
    /// Materials now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub materials_after: Option<u32>,
    /// What they rest on.
    #[schema(example = "华声在线2023-11-15")]
    pub basis: String,
    /// How sure they are.
    pub source: Source,
}

/// The document of one bundle version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Stable code.
    #[schema(example = "newborn")]
    pub code: String,
    /// Chinese name.
    #[schema(example = "新生儿出生一件事")]
    pub name: String,
    /// Department that leads: exactly one (一家牵头).
    #[schema(example = "HEA")]
    pub lead_department: String,
    /// Whom it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audiences: Vec<Audience>,
    /// Stage of a construction project, if it is one (一阶段一件事).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The ways it supports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Way>,
    /// Places where it is handled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
    /// The matters, in the order in which they are shown.
    pub members: Vec<BundleMember>,
    /// Who waits for whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edges: Vec<Edge>,
    /// Matters whose results go out together (统一出件); absent = all of them, empty = each as soon as it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_together: Option<Vec<String>>,
    /// Every matter is accepted at one moment or none is; otherwise one that is incomplete does not hold back the rest (F27).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepts_together: bool,
    /// Steps of the flow made anew, with what became of the old ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// The bundle's own promise; absent = the critical path of its matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Limit>,
    /// Where the promise comes from.
    pub promised_source: Source,
    /// Visits the applicant must make for the whole thing.
    #[serde(default)]
    #[schema(maximum = 9)]
    pub visits: u8,
    /// Questions of the bundle itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Situation>,
    /// What comes with it, and what runs beside its clock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<String>,
    /// What the zone states about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedFigures>,
    /// Consult phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consult_phone: Option<String>,
    /// Words citizens use for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<String>,
    /// What it brings, in one sentence.
    #[schema(example = "出生医学证明、户口登记、医保参保一次申报")]
    pub summary: String,
    /// How sure the entry as a whole is.
    pub source: Source,
}

impl Bundle {
    /// The matter before whose grant this member has to be decided, where it may come later (后置审批, F36).
    #[must_use]
    pub fn deferred_until(&self, matter: &str) -> Option<&str> {
        self.members.iter().find(|m| m.matter == matter)?.deferred_until.as_deref()
    }

    /// Whether the result of `matter` goes out together with the others.
    #[must_use]
    pub fn issues_together(&self, matter: &str) -> bool {
        let named = self.issue_together.as_ref().is_none_or(|set| set.iter().any(|m| m == matter));
        named && self.deferred_until(matter).is_none()
    }

    /// Whether it is really handled in this way: 就近办 is what a station or supermarket offers, whatever was declared.
    #[must_use]
    pub fn supports(&self, way: Way, zone: &Zone) -> bool {
        let outside = |code: &String| zone.place(code).is_some_and(|p| p.kind != PlaceKind::Hall);
        self.ways.contains(&way) && (way != Way::Nearby || self.places.iter().any(outside))
    }
}
