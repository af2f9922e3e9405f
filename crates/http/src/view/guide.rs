//! The guide (办事指南) of a matter or bundle on the answers given: one source for the app, the window and paper.

use chrono::NaiveDate;
use domain::assessment::{Assessment, Facts, MaterialCount, Plan, Schedule, assess, count_materials, schedule_of};
use domain::calendar::{HallHours, Limit};
use domain::catalogue::{
    Attachment, Channel, Charge, Convenience, IntermediaryService, LaterService, LegalBasis, Limits, MaterialDetail, Matter, OnlineAccess,
    OnlineDepth, Place, ResultType, Shared, Situation, Source, SpecialProcedure, Stage, StatedFigures, Step, Version, Way, Zone,
    count_steps,
};
use domain::flow::remedies;
use domain::local_time::date_of;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use workflow::ZoneSnapshot;

/// A guide, computed for the answers given.
#[derive(Debug, Serialize, ToSchema)]
pub struct Guide {
    /// Code of the matter or bundle.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Its name.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）")]
    pub name: String,
    /// Number of its version.
    pub version: u32,
    /// Every question, once.
    pub situations: Vec<Situation>,
    /// Materials, limit and due date on these answers, with nothing handed in.
    pub assessment: Assessment,
    /// Every material that may be asked for: form, copies, blank form, sample, what to mind.
    pub material_details: Vec<MaterialDetail>,
    /// How many materials are asked for.
    pub materials: MaterialCount,
    /// How long it takes, matter by matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// The one form: JSON Schema 2020-12.
    #[schema(value_type = Object)]
    pub form: Value,
    /// What each matter asks and gives.
    pub matters: Vec<GuideMatter>,
    /// Services of agencies that these matters may need (中介服务清单).
    pub intermediary_services: Vec<IntermediaryService>,
    /// What is special to the bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<GuideBundle>,
}

/// What is special to a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuideBundle {
    /// What it brings.
    pub summary: String,
    /// Name of the leading department.
    #[schema(example = "建设局")]
    pub lead_department_name: String,
    /// Stage of a construction project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The ways it supports.
    pub ways: Vec<Way>,
    /// The bundle's own promise in Chinese; absent = that of its schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0.5个工作日")]
    pub promised_text: Option<String>,
    /// Visits the applicant must make for the whole thing.
    pub visits: u8,
    /// Steps of the flow made anew, with what became of the old ones.
    pub steps: Vec<Step>,
    /// How many steps there were, and are.
    pub step_count: StepCount,
    /// What comes with it, and what runs beside its clock.
    pub extras: Vec<String>,
    /// What the zone states about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<StatedFigures>,
    /// Consult phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consult_phone: Option<String>,
}

/// Steps before and after.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepCount {
    /// Before.
    pub before: usize,
    /// After.
    pub after: usize,
}

/// Where a matter is handled.
#[derive(Debug, Serialize, ToSchema)]
pub struct GuidePlace {
    /// Name of the place.
    #[schema(example = "衡阳高新区政务服务大厅")]
    pub name: String,
    /// Address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its windows that take the matter.
    pub windows: Vec<String>,
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
    /// Number of its version.
    pub version: u32,
    /// Name of the department.
    #[schema(example = "建设局")]
    pub department_name: String,
    /// Legal basis.
    #[schema(value_type = Vec<LegalBasis>)]
    pub legal_basis: Shared<LegalBasis>,
    /// Conditions.
    #[schema(value_type = Vec<String>)]
    pub conditions: Shared<String>,
    /// Steps of the flow that stand.
    pub flow: Vec<String>,
    /// Statutory limit in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "7日")]
    pub statutory_text: Option<String>,
    /// The promise in Chinese.
    #[schema(example = "3日")]
    pub promised_text: String,
    /// What has to be known about the statutory limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statutory_note: Option<String>,
    /// What has to be known about the promise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised_note: Option<String>,
    /// The flow as a chart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_chart: Option<Attachment>,
    /// What may take time outside of the limit.
    #[schema(value_type = Vec<SpecialProcedure>)]
    pub special_procedures: Shared<SpecialProcedure>,
    /// Name of the result.
    #[schema(example = "建筑工程施工许可证")]
    pub result_name: String,
    /// What the result is.
    pub result_type: ResultType,
    /// What the result looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_sample: Option<Attachment>,
    /// Fee in words; absent = free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// What sets the fee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee_basis: Option<String>,
    /// The charges one by one.
    pub charges: Vec<Charge>,
    /// What the law lets the applicant have.
    pub rights: String,
    /// What the law asks of him.
    pub duties: String,
    /// Visits the applicant must make.
    pub visits: u8,
    /// Why he must come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit_reason: Option<String>,
    /// How it may be filed.
    pub channels: Vec<Channel>,
    /// How much of it can be done online.
    pub online_depth: OnlineDepth,
    /// Where else it can be applied for online.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_access: Option<OnlineAccess>,
    /// When it is handled.
    #[schema(example = "工作日 09:00-12:00，13:00-17:00")]
    pub service_hours: String,
    /// Conveniences on offer.
    pub conveniences: Vec<Convenience>,
    /// Where it is handled.
    pub places: Vec<GuidePlace>,
    /// Consult phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "0734-8800000")]
    pub consult_phone: Option<String>,
    /// Phone for complaints.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "12345")]
    pub complaint_phone: Option<String>,
    /// How a certificate is later changed, renewed, replaced or cancelled.
    #[schema(value_type = Vec<LaterService>)]
    pub later: Shared<LaterService>,
    /// How to seek remedy.
    pub remedies: String,
    /// How sure the entry is.
    pub source: Source,
}

impl Guide {
    /// The guide of a plan on some answers.
    #[must_use]
    pub fn new(plan: &Plan, facts: &Facts, snapshot: &ZoneSnapshot) -> Self {
        Self::under(plan, facts, snapshot, &snapshot.catalogue.zone)
    }

    /// The same under an earlier profile of the zone.
    #[must_use]
    pub fn under(plan: &Plan, facts: &Facts, snapshot: &ZoneSnapshot, zone: &Zone) -> Self {
        let conditions = facts.for_conditions(plan);
        let active = plan.active(&conditions);
        let assessment = assess(plan, facts, &snapshot.calendar, &zone.hours);
        let codes: BTreeSet<&str> = active.iter().map(|v| v.document.code.as_str()).collect();
        let needed = |s: &&IntermediaryService| s.matters.iter().any(|m| codes.contains(m.as_str()));
        Self {
            code: plan.code.clone(),
            name: plan.name.clone(),
            version: plan.bundle.as_ref().map(|b| b.number).or_else(|| plan.matters.first().map(|m| m.number)).unwrap_or_default(),
            situations: plan.situations.clone(),
            material_details: plan.materials(&conditions),
            materials: count_materials(plan, &conditions, &assessment),
            schedule: schedule_of(plan, facts),
            form: plan.form.schema().clone(),
            intermediary_services: zone.intermediary_services.iter().filter(needed).cloned().collect(),
            bundle: plan.bundle.as_ref().map(|v| bundle(v, zone)),
            matters: active.into_iter().map(|v| matter(v, v.document.limits_on(&conditions), zone, date_of(facts.at))).collect(),
            assessment,
        }
    }
}

fn bundle(version: &Version<domain::catalogue::Bundle>, zone: &Zone) -> GuideBundle {
    let b = version.document.as_ref();
    let (before, after) = count_steps(&b.steps);
    GuideBundle {
        summary: b.summary.clone(),
        lead_department_name: zone.department(&b.lead_department).map_or_else(String::new, |d| d.name.clone()),
        stage: b.stage,
        ways: b.ways.clone(),
        promised_text: b.promised.map(Limit::text),
        visits: b.visits,
        steps: b.steps.clone(),
        step_count: StepCount { before, after },
        extras: b.extras.clone(),
        stated: b.stated.clone(),
        consult_phone: b.consult_phone.clone(),
    }
}

fn matter(version: &Version<Matter>, limits: &Limits, zone: &Zone, day: NaiveDate) -> GuideMatter {
    let m = version.document.as_ref();
    let department_name = zone.department(&m.department).map_or_else(String::new, |d| d.name.clone());
    let place = |(place, windows): (&Place, Vec<&str>)| GuidePlace {
        name: place.name.clone(),
        address: place.address.clone(),
        windows: windows.into_iter().map(str::to_owned).collect(),
    };
    GuideMatter {
        code: m.code.clone(),
        name: m.name.clone(),
        version: version.number,
        legal_basis: m.legal_basis.clone(),
        conditions: m.conditions.clone(),
        flow: m.flow.iter().filter(|s| s.origin.stands()).map(|s| s.name.clone()).collect(),
        statutory_text: limits.statutory.map(Limit::text),
        promised_text: limits.promised.text(),
        special_procedures: m.special_procedures.clone(),
        result_name: m.result_name.clone(),
        result_type: m.result_type,
        result_sample: m.result_sample.clone(),
        statutory_note: limits.statutory_note.clone(),
        promised_note: limits.promised_note.clone(),
        flow_chart: m.flow_chart.clone(),
        charges: m.charges.clone(),
        rights: m.rights_text().to_owned(),
        duties: m.duties_text().to_owned(),
        online_access: m.online_access.clone(),
        service_hours: m.service_hours.clone().or_else(|| HallHours::text(&zone.hours, day)).unwrap_or_default(),
        fee: m.fee.clone(),
        fee_basis: m.fee_basis.clone(),
        visits: m.visits,
        visit_reason: m.visit_reason.clone(),
        channels: m.channels.clone(),
        online_depth: m.online_depth,
        conveniences: m.conveniences.clone(),
        places: zone.windows_of(m).map(place).collect(),
        consult_phone: m.consult_phone.clone(),
        complaint_phone: m.complaint_phone.clone(),
        later: m.later.clone(),
        remedies: remedies(m, zone),
        source: m.source,
        department_name,
    }
}
