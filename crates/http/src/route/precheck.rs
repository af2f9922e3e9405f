//! Precheck: how an errand would stand, without login and without a trace.

use crate::AppState;
use crate::extract::{Anyone, InZone, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::post;
use actix_web::web::{Data, Json};
use chrono::{NaiveDate, TimeDelta};
use domain::assessment::{ApplicantFacts, Assessment, Facts, assess};
use domain::catalogue::Subject;
use domain::local_time::{date_of, start_of};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use validator::Validate;

/// What is known so far; everything but the subject may stay out.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Precheck {
    /// Code of a matter; either this or `bundle`.
    #[schema(example = "construction-permit")]
    matter: Option<String>,
    /// Code of a bundle.
    #[schema(example = "newborn")]
    bundle: Option<String>,
    /// Day of filing; today if absent.
    on: Option<NaiveDate>,
    /// Answers by situation.
    #[serde(default)]
    #[schema(example = json!({"permit_stage": "excavation", "expropriation": "no"}))]
    answers: BTreeMap<String, String>,
    /// Form by data element.
    #[schema(value_type = Option<Object>)]
    form: Option<Map<String, Value>>,
    /// The applicant.
    applicant: Option<ApplicantFacts>,
    /// The project, as conditions may ask about it.
    #[schema(value_type = Option<Object>)]
    project: Option<Map<String, Value>>,
    /// Codes of the materials at hand.
    #[serde(default)]
    #[validate(length(max = 500, message = "最多500项"))]
    #[schema(example = json!(["planning-conditions-approval"]))]
    held: BTreeSet<String>,
    /// Codes of the materials a commitment shall replace (告知承诺).
    #[serde(default)]
    #[validate(length(max = 500, message = "最多500项"))]
    commit: BTreeSet<String>,
    /// Codes of the materials to hand in later (容缺).
    #[serde(default)]
    #[validate(length(max = 500, message = "最多500项"))]
    defer: BTreeSet<String>,
}

/// The one thing named: a matter or a bundle.
pub(super) fn one_subject<'a>(matter: Option<&'a str>, bundle: Option<&'a str>) -> Result<Subject<'a>, Problem> {
    match (matter, bundle) {
        (Some(code), None) => Ok(Subject::Matter(code)),
        (None, Some(code)) => Ok(Subject::Bundle(code)),
        (None, None) | (Some(_), Some(_)) => {
            Err(Problem::at(ErrorCode::InvalidBody, "/matter", "one_subject", "应填写matter或者bundle其中一项"))
        }
    }
}

/// 预检：材料是否齐全、能否容缺或承诺、预计何时办结
#[utoipa::path(tag = "申报", params(ZonePath), request_body = Precheck, responses((status = 200, description = "预检结果", body = Assessment)))]
#[post("/api/v1/zones/{zone}/precheck")]
pub(crate) async fn precheck(
    _: Anyone<may::Precheck>,
    zone: InZone,
    body: Valid<Precheck>,
    state: Data<AppState>,
) -> Result<Json<Assessment>, Problem> {
    let asked = body.value;
    let now = state.db.clock().now();
    let sensible = NaiveDate::from_ymd_opt(2019, 1, 1)..=NaiveDate::from_ymd_opt(2099, 12, 31);
    if asked.on.is_some_and(|on| !sensible.contains(&Some(on))) {
        return Err(Problem::at(ErrorCode::InvalidBody, "/on", "out_of_range", "应在2019年至2099年之间"));
    }
    let at = asked.on.filter(|on| *on != date_of(now)).map_or(now, |on| start_of(on) + TimeDelta::hours(9));
    let subject = one_subject(asked.matter.as_deref(), asked.bundle.as_deref())?;
    let plan = zone.plan(subject, date_of(at)).ok_or_else(|| Problem::new(ErrorCode::SubjectNotInForce))?;
    let facts = Facts {
        answers: asked.answers,
        form: asked.form,
        applicant: asked.applicant,
        project: asked.project.map_or(Value::Null, Value::Object),
        held: asked.held,
        commit: asked.commit,
        defer: asked.defer,
        ..Facts::at(at)
    };
    let facts = facts.in_zone(&zone.catalogue.zone);
    Ok(Json(assess(&plan, &facts, &zone.calendar, &zone.catalogue.zone.hours)))
}
