//! Zones, matters, bundles and their guides.

use chrono::NaiveDate;
use domain::assessment::{ApplicantFacts, Assessment, Facts, Plan, assess};
use domain::calendar::Limit;
use domain::catalogue::{
    Audience, Bundle, CaseKind, Catalogue, Channel, Department, LegalBasis, Matter, MatterType, Place, Procedure, Situation, Source,
    Version, Zone,
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use workflow::ZoneSnapshot;

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
    /// Its matters.
    pub matters: Vec<String>,
}

impl From<&Bundle> for BundleSummary {
    fn from(b: &Bundle) -> Self {
        Self {
            code: b.code.clone(),
            name: b.name.clone(),
            summary: b.summary.clone(),
            lead_department: b.lead_department.clone(),
            matters: b.members.iter().map(|m| m.matter.clone()).collect(),
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

/// A guide (办事指南), computed for the answers given.
#[derive(Debug, Serialize, ToSchema)]
pub struct Guide {
    /// Code of the matter or bundle.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Its name.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）")]
    pub name: String,
    /// Every question, once.
    pub situations: Vec<Situation>,
    /// Materials, limit and due date on these answers, with nothing handed in.
    pub assessment: Assessment,
    /// The one form: JSON Schema 2020-12.
    #[schema(value_type = Object)]
    pub form: Value,
    /// What each matter asks and gives.
    pub matters: Vec<GuideMatter>,
}

/// What one matter asks and gives.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuideMatter {
    /// Code.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Name.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）")]
    pub name: String,
    /// Name of the department.
    #[schema(example = "建设局")]
    pub department_name: String,
    /// Legal basis.
    pub legal_basis: Vec<LegalBasis>,
    /// Conditions.
    pub conditions: Vec<String>,
    /// Statutory limit in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "7日")]
    pub statutory_text: Option<String>,
    /// The promise in Chinese.
    #[schema(example = "3日")]
    pub promised_text: String,
    /// Name of the result.
    #[schema(example = "建筑工程施工许可证")]
    pub result_name: String,
    /// Fee in words; absent = free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// Visits the applicant must make.
    pub visits: u8,
    /// How sure the entry is.
    pub source: Source,
}

impl Guide {
    /// The guide of a plan on some answers.
    #[must_use]
    pub fn new(plan: &Plan, mut facts: Facts, snapshot: &ZoneSnapshot) -> Self {
        facts.applicant = None::<ApplicantFacts>;
        let conditions = facts.for_conditions(plan);
        let zone = &snapshot.catalogue.zone;
        let matters = plan.active(&conditions).into_iter().map(|v| {
            let (m, limits) = (&v.document, v.document.limits_on(&conditions));
            GuideMatter {
                code: m.code.clone(),
                name: m.name.clone(),
                department_name: zone.department(&m.department).map_or_else(String::new, |d| d.name.clone()),
                legal_basis: m.legal_basis.clone(),
                conditions: m.conditions.clone(),
                statutory_text: limits.statutory.map(Limit::text),
                promised_text: limits.promised.text(),
                result_name: m.result_name.clone(),
                fee: m.fee.clone(),
                visits: m.visits,
                source: m.source,
            }
        });
        Self {
            code: plan.code.clone(),
            name: plan.name.clone(),
            situations: plan.situations.clone(),
            matters: matters.collect(),
            form: plan.form.schema().clone(),
            assessment: assess(plan, &facts, &snapshot.calendar, &zone.hours),
        }
    }
}
