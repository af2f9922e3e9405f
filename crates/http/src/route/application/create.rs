//! Begin a draft.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Caller, IdempotencyKey, InZone, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::precheck::one_subject;
use crate::view::application::ApplicationView;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use domain::access::Role;
use domain::application::{FilingChannel, Party, SubjectKind, Target};
use domain::catalogue::Subject;
use domain::flow::Mandate;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;
use workflow::application::{NewApplication, NewProject, create};

/// A project.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Project {
    /// Investment project code.
    #[schema(example = "2309-430400-04-01-123456")]
    code: Option<String>,
    /// Name.
    #[validate(length(min = 2, max = 200, message = "应为2至200个字"))]
    #[schema(example = "天嘉·上河九章")]
    name: String,
    /// Code of the area it lies in, for what was assessed there.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字符"))]
    #[schema(example = "east-block")]
    area: Option<String>,
}

/// A new draft.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApplication {
    /// Code of a matter; either this or `bundle`.
    #[schema(example = "construction-permit")]
    matter: Option<String>,
    /// Code of a bundle.
    bundle: Option<String>,
    /// Parties; exactly one applicant.
    #[validate(length(min = 1, max = 50, message = "应有1至50个当事人"))]
    parties: Vec<Party>,
    /// Form so far.
    #[serde(default)]
    #[schema(value_type = Object)]
    form: Map<String, Value>,
    /// Answers so far.
    #[serde(default)]
    #[schema(example = json!({"permit_stage": "excavation", "expropriation": "no"}))]
    answers: BTreeMap<String, String>,
    /// Project.
    #[validate(nested)]
    project: Option<Project>,
    /// What of the project it covers.
    #[serde(default)]
    #[validate(length(max = 500, message = "最多500项"))]
    #[schema(example = json!(["10#", "16#地下室"]))]
    scope: Vec<String>,
    /// Legal moment of receipt of paper, by a clerk only.
    #[schema(value_type = Option<String>, format = DateTime, example = "2024-09-27T10:00:00+08:00")]
    received_at: Option<DateTime<FixedOffset>>,
    /// Why paper was keyed on a later day than it arrived.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "当日系统停电")]
    late_entry_reason: Option<String>,
    /// What the agent may do; required with an agent.
    mandate: Option<Mandate>,
    /// The earlier result it is about.
    target: Option<Target>,
}

/// 新建申请（草稿）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = CreateApplication,
    responses((status = 201, description = "草稿", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications")]
pub(crate) async fn create_application(
    caller: Caller<may::CreateApplication>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<CreateApplication>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let once = key.0.map(|k| caller.once(zone.zone, &k, body.digest));
    let window = caller.roles.contains(&Role::WindowClerk);
    let new = body.value.into_new(if window { FilingChannel::Window } else { FilingChannel::Online })?;
    let (snapshot, snapshots, acting) = (zone.0.clone(), state.snapshots.clone(), caller.acting());
    let done = state.db.write(move |tx| create(tx, &snapshots, snapshot, new, &acting, once.as_ref())).await?;
    let view = ApplicationView::new(done.dossier, &zone, state.db.keys(), &caller.scope(), &caller.seat());
    Ok(changed(StatusCode::CREATED, &view, view.version(), done.replayed))
}

impl CreateApplication {
    fn into_new(self, channel: FilingChannel) -> Result<NewApplication, Problem> {
        let (subject_kind, subject_code) = match one_subject(self.matter.as_deref(), self.bundle.as_deref())? {
            Subject::Matter(code) => (SubjectKind::Matter, code.to_owned()),
            Subject::Bundle(code) => (SubjectKind::Bundle, code.to_owned()),
        };
        Ok(NewApplication {
            subject_kind,
            subject_code,
            channel,
            parties: self.parties,
            form: self.form,
            answers: self.answers,
            project: self.project.map(|p| NewProject { code: p.code, name: p.name, area: p.area }),
            scope: self.scope,
            received_at: self.received_at.map(|at| at.to_utc()),
            late_entry: self.late_entry_reason,
            mandate: self.mandate,
            target: self.target,
        })
    }
}
