//! A zone (高新区、新区): the tenant, its departments and places.

use super::{Authority, BodyNature, Matter, Source};
use crate::calendar::{HallHours, Limit, WARNING_SHARE_PERCENT};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

crate::codes! {
    /// How a department is present in the hall.
    pub enum Presence {
        /// A department of the zone.
        Local = "local", "本级部门";
        /// A body of the city that sits in the hall (服务前移).
        FrontMoved = "front_moved", "服务前移";
        /// A body that sits in the hall as a whole (成建制进驻).
        Full = "full", "成建制进驻";
    }
}

/// A department (部门) of the zone or one that serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Code, the same function in every zone.
    #[schema(example = "HUC")]
    pub code: String,
    /// Name in this zone.
    #[schema(example = "建设局")]
    pub name: String,
    /// Function in words.
    #[schema(example = "住房和城乡建设、质量安全监督")]
    pub function: String,
    /// How it is present in the hall.
    #[serde(default = "local")]
    pub presence: Presence,
    /// Its windows in the halls, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<String>,
    /// 实施主体编码: its unified social credit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// 实施主体性质.
    #[serde(default = "statutory")]
    pub nature: BodyNature,
    /// How sure the name is.
    pub source: Source,
}

const fn local() -> Presence {
    Presence::Local
}

const fn statutory() -> BodyNature {
    BodyNature::Statutory
}

crate::codes! {
    /// Kind of place.
    pub enum PlaceKind {
        /// 政务服务大厅.
        Hall = "hall", "政务服务大厅";
        /// 服务驿站.
        Station = "station", "服务驿站";
        /// 政务超市.
        Supermarket = "supermarket", "政务超市";
    }
}

/// A place where people are served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Code.
    #[schema(example = "hall")]
    pub code: String,
    /// Name.
    #[schema(example = "衡阳高新区政务服务大厅")]
    pub name: String,
    /// Kind.
    pub kind: PlaceKind,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "衡阳市蒸湘区芙蓉路")]
    pub address: Option<String>,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Areas of a hall (功能区).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    /// Windows by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<String>,
    /// How sure the entry is.
    pub source: Source,
}

/// A service of agencies that a matter may need (中介服务, 优化营商环境条例 43): only with a legal basis, and any listed
/// agency may be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntermediaryService {
    /// Code.
    #[schema(example = "drawing-review")]
    pub code: String,
    /// Name.
    #[schema(example = "施工图设计文件审查")]
    pub name: String,
    /// The law that asks for it.
    #[schema(example = "建设工程勘察设计管理条例 33")]
    pub basis: String,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// What it may cost.
    #[schema(example = "合同约定")]
    pub fee_standard: String,
    /// Codes of the matters that need it.
    pub matters: Vec<String>,
    /// Agencies to choose from; empty = any qualified one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agencies: Vec<String>,
    /// How sure the entry is.
    pub source: Source,
}

/// An assessment made once for a whole area (区域评估, 优化营商环境条例 42): a project there takes its result, at no cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AreaAssessment {
    /// Code of the area.
    #[schema(example = "east-block")]
    pub area: String,
    /// Name of the area.
    #[schema(example = "东片区")]
    pub name: String,
    /// The matter it stands for.
    #[schema(example = "geological-hazard-assessment")]
    pub matter: String,
    /// The result in words.
    #[schema(example = "地质灾害危险性小，适宜建设")]
    pub result: String,
    /// The document that holds it.
    #[schema(example = "衡高新评〔2024〕1号（示例）")]
    pub document: String,
    /// First day.
    pub valid_from: NaiveDate,
    /// Last day.
    pub valid_to: NaiveDate,
    /// How sure the entry is.
    pub source: Source,
}

/// A body's data that may bring materials (数据共享), as approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// Code.
    #[schema(example = "firm-registry")]
    pub code: String,
    /// Name.
    #[schema(example = "市场主体登记信息")]
    pub name: String,
    /// The body that provides it.
    #[schema(example = "市场监督管理部门")]
    pub provider: String,
    /// Document of the approval.
    #[schema(example = "数据共享授权（示例）")]
    pub approval: String,
    /// Which fields may bring which material.
    pub grants: Vec<DataGrant>,
    /// How sure the entry is.
    pub source: Source,
}

/// The fields approved for one material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataGrant {
    /// Code of the material.
    #[schema(example = "business-licence")]
    pub material: String,
    /// Fields.
    #[schema(example = json!(["name", "uscc", "state"]))]
    pub fields: Vec<String>,
}

/// Policy values a zone may set (the configurable values of the rules).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneSettings {
    /// Days an unfinished draft is kept.
    #[schema(example = 90)]
    pub draft_kept_days: u32,
    /// Term for supplements; no law sets one.
    pub supplement_term: Limit,
    /// Legal basis for treating missing supplements as withdrawal; absent = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treats_as_withdrawn_by: Option<String>,
    /// Term of an order to rectify.
    pub rectification_term: Limit,
    /// Term for statement and defence, and for objections.
    pub statement_term: Limit,
    /// Within which a bad review is contacted and answered.
    pub review_term: Limit,
    /// Within which a department answers when it is urged (督办).
    pub urge_answer_term: Limit,
    /// Within which a department gives its opinion after a joint look.
    pub joint_opinion_term: Limit,
    /// Within which a department looks again at what rests on a result that was taken back.
    pub dependent_review_term: Limit,
    /// The share of a limit, per cent, with which left its light turns yellow (预警); of limits set from then on.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub warning_share_percent: u32,
    /// A bundle may hold only matters that the base catalogue has (先梳理，后整合); otherwise a matter it does not have is
    /// the zone's own and may be in a bundle.
    pub bundles_only_from_base: bool,
    /// A delegated matter is put in force only when somebody has an account in its system, and only clerks who have one take it
    /// at the window.
    pub delegation_needs_account: bool,
}

impl Default for ZoneSettings {
    fn default() -> Self {
        Self {
            draft_kept_days: 90,
            supplement_term: Limit::working_days(30),
            treats_as_withdrawn_by: None,
            rectification_term: Limit::working_days(10),
            statement_term: Limit::working_days(5),
            review_term: Limit::working_days(5),
            urge_answer_term: Limit::working_days(1),
            joint_opinion_term: Limit::working_days(1),
            dependent_review_term: Limit::working_days(5),
            warning_share_percent: WARNING_SHARE_PERCENT,
            bundles_only_from_base: false,
            delegation_needs_account: true,
        }
    }
}

/// The document of a zone's profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Slug used in addresses.
    #[schema(example = "hengyang-gaoxin")]
    pub slug: String,
    /// Name.
    #[schema(example = "衡阳高新区")]
    pub name: String,
    /// Slogan.
    #[schema(example = "高新区事、高兴办")]
    pub slogan: String,
    /// Hotline.
    #[schema(example = "12345")]
    pub hotline: String,
    /// Address of the logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Legal texts shown to applicants, by title.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub legal_texts: BTreeMap<String, String>,
    /// Six-digit area code, first part of every number issued.
    #[schema(example = "430476")]
    pub area_code: String,
    /// Hall hours, dated.
    pub hours: Vec<HallHours>,
    /// Policy values.
    #[serde(default)]
    pub settings: ZoneSettings,
    /// Departments.
    pub departments: Vec<Department>,
    /// Places.
    pub places: Vec<Place>,
    /// Services of agencies (中介服务清单).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermediary_services: Vec<IntermediaryService>,
    /// Assessments made for whole areas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub area_assessments: Vec<AreaAssessment>,
    /// Where one may turn against decisions made in the zone's name (行政复议机关).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "衡阳市人民政府")]
    pub review_body: Option<String>,
    /// Other bodies' data that may bring materials, as approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_sources: Vec<DataSource>,
    /// Unified social credit code of the body that signs in the zone's name: it issues the e-licences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "1143040000TE00049W")]
    pub uscc: Option<String>,
    /// How sure the entry as a whole is.
    pub source: Source,
}

impl Zone {
    /// The department with `code`.
    #[must_use]
    pub fn department(&self, code: &str) -> Option<&Department> {
        self.departments.iter().find(|d| d.code == code)
    }

    /// The body in whose name a matter is decided: an entrusted power in that of the entrusting body (行政许可法 24), a body of
    /// the city that sits in the hall in its own, everything else in the zone's.
    #[must_use]
    pub fn deciding_body(&self, matter: &Matter) -> String {
        match (matter.authority, &matter.delegated_by, self.department(&matter.department)) {
            (Authority::Entrusted, Some(body), _) => body.clone(),
            (_, _, Some(d)) if d.presence == Presence::FrontMoved => d.name.clone(),
            (_, _, Some(d)) => format!("{}{}", self.name, d.name),
            (_, _, None) => self.name.clone(),
        }
    }

    /// The assessments that hold for a project in `area` on `day`.
    pub fn assessed<'a>(&'a self, area: &'a str, day: NaiveDate) -> impl Iterator<Item = &'a AreaAssessment> {
        self.area_assessments.iter().filter(move |a| a.area == area && a.valid_from <= day && day <= a.valid_to)
    }

    /// The place with `code`.
    #[must_use]
    pub fn place(&self, code: &str) -> Option<&Place> {
        self.places.iter().find(|p| p.code == code)
    }
}
