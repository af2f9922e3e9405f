//! Zones, matters, bundles and their guides.

use chrono::NaiveDate;
use domain::calendar::Limit;
use domain::catalogue::{
    Audience, Bundle, CaseKind, Catalogue, Channel, Department, IntermediaryService, Matter, MatterType, OnlineDepth, Place, Procedure,
    Stage, Version, Way, Zone,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct ZoneView {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// Legal texts shown to applicants, by title.
    pub legal_texts: BTreeMap<String, String>,
    /// Area code.
    #[schema(example = "430476")]
    pub area_code: String,
    /// Hall hours, dated.
    pub hours: Vec<domain::calendar::HallHours>,
}

impl From<&Zone> for ZoneView {
    fn from(z: &Zone) -> Self {
        Self {
            slug: z.slug.clone(),
            name: z.name.clone(),
            slogan: z.slogan.clone(),
            hotline: z.hotline.clone(),
            logo: z.logo.clone(),
            legal_texts: z.legal_texts.clone(),
            area_code: z.area_code.clone(),
            hours: z.hours.clone(),
        }
    }
}

/// Departments of a zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Departments {
    /// The departments.
    pub items: Vec<Department>,
}

/// Places of a zone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Places {
    /// The places.
    pub items: Vec<Place>,
}

/// Zones of the installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Zones {
    /// The zones.
    pub items: Vec<ZoneView>,
}

/// A department with what it handles.
#[derive(Debug, Serialize, ToSchema)]
pub struct DepartmentView {
    /// The department.
    pub department: Department,
    /// How it is present, in Chinese.
    #[schema(example = "服务前移")]
    pub presence_text: &'static str,
    /// Its matters in force.
    pub matters: Vec<MatterSummary>,
}

/// Services of agencies (中介服务清单).
#[derive(Debug, Serialize, ToSchema)]
pub struct IntermediaryServices {
    /// The services.
    pub items: Vec<IntermediaryService>,
}

/// A matter in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatterSummary {
    /// Code.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Name.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）")]
    pub name: String,
    /// Kind of power.
    pub matter_type: MatterType,
    /// Procedure.
    pub procedure: Procedure,
    /// On the spot or within the promise.
    pub case_kind: CaseKind,
    /// Whom it serves.
    pub audiences: Vec<Audience>,
    /// Code of the department.
    #[schema(example = "HUC")]
    pub department: String,
    /// Name of the department.
    #[schema(example = "建设局")]
    pub department_name: String,
    /// How it may be filed.
    pub channels: Vec<Channel>,
    /// The promise.
    pub promised: Limit,
    /// The promise in Chinese.
    #[schema(example = "5个工作日")]
    pub promised_text: String,
    /// Visits the applicant must make.
    pub visits: u8,
    /// Some material may follow later (容缺).
    pub deferral: bool,
    /// A commitment may replace proofs (告知承诺).
    pub commitment: bool,
    /// How much of it can be done online.
    pub online_depth: OnlineDepth,
    /// Codes of the places where it is handled.
    pub places: Vec<String>,
}

impl MatterSummary {
    /// One line.
    #[must_use]
    pub fn new(matter: &Matter, zone: &Zone) -> Self {
        Self {
            code: matter.code.clone(),
            name: matter.name.clone(),
            matter_type: matter.matter_type,
            procedure: matter.procedure,
            case_kind: matter.case_kind,
            audiences: matter.audiences.clone(),
            department: matter.department.clone(),
            department_name: zone.department(&matter.department).map_or_else(String::new, |d| d.name.clone()),
            channels: matter.channels.clone(),
            promised: matter.limits.promised,
            promised_text: matter.limits.promised.text(),
            visits: matter.visits,
            deferral: matter.deferral.is_some(),
            commitment: matter.commitment.is_some(),
            online_depth: matter.online_depth,
            places: matter.handled_at.iter().map(|at| at.place.clone()).collect(),
        }
    }
}

/// A version of a matter.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatterView {
    /// Number of the version.
    pub version: u32,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// The document.
    pub matter: Matter,
}

impl From<&Version<Matter>> for MatterView {
    fn from(v: &Version<Matter>) -> Self {
        Self { version: v.number, effective_from: v.effective_from, matter: v.document.as_ref().clone() }
    }
}

/// A bundle in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct BundleSummary {
    /// Code.
    #[schema(example = "newborn")]
    pub code: String,
    /// Name.
    #[schema(example = "新生儿出生一件事")]
    pub name: String,
    /// What it brings.
    pub summary: String,
    /// Code of the leading department.
    #[schema(example = "HEA")]
    pub lead_department: String,
    /// Whom it serves.
    pub audiences: Vec<Audience>,
    /// Stage of a construction project, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The ways it supports.
    pub ways: Vec<Way>,
    /// Codes of the places where it is handled.
    pub places: Vec<String>,
    /// Its matters.
    pub matters: Vec<String>,
    /// Visits the applicant must make for the whole thing.
    pub visits: u8,
}

impl From<&Bundle> for BundleSummary {
    fn from(b: &Bundle) -> Self {
        Self {
            code: b.code.clone(),
            name: b.name.clone(),
            summary: b.summary.clone(),
            lead_department: b.lead_department.clone(),
            audiences: b.audiences.clone(),
            stage: b.stage,
            ways: b.ways.clone(),
            places: b.places.clone(),
            matters: b.members.iter().map(|m| m.matter.clone()).collect(),
            visits: b.visits,
        }
    }
}

/// A version of a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub struct BundleView {
    /// Number of the version.
    pub version: u32,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// The document.
    pub bundle: Bundle,
    /// Its matters.
    pub matters: Vec<MatterSummary>,
}

impl BundleView {
    /// The bundle with its matters as of `day`.
    #[must_use]
    pub fn new(version: &Version<Bundle>, catalogue: &Catalogue, day: NaiveDate) -> Self {
        let matters = version.document.members.iter().filter_map(|m| catalogue.matter(&m.matter, day));
        Self {
            version: version.number,
            effective_from: version.effective_from,
            matters: matters.map(|m| MatterSummary::new(&m.document, &catalogue.zone)).collect(),
            bundle: version.document.as_ref().clone(),
        }
    }
}
