//! What is made public about cases, and the objections to it.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Anyone, Caller, InZone, Params, Segment, Target, Valid, ZonePath, may, read_phone};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::case::CaseView;
use crate::view::page::{Page, PageQuery, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::flow::{ObjectionState, is_public};
use domain::identity::{mask_name, mask_phone};
use domain::local_time::date_of;
use persistence::application::find_application_of;
use persistence::publicity::{self, Grounds, Objection, Publicity};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{Acting, NewPublicity, answer_objection as answer, file_objection as file, publish};
use workflow::{Dossier, Error};

/// Something to make public.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishCase {
    /// Title.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "建设用地规划许可批前公示")]
    title: String,
    /// What is made public; no personal data.
    #[validate(length(min = 1, max = 5000, message = "应为1至5000个字"))]
    #[schema(example = "用地位置、面积、用途和规划条件")]
    body: String,
    /// The rule it rests on.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "城乡规划法 40")]
    basis: String,
    /// First day; today or later.
    starts_on: NaiveDate,
    /// Last day.
    ends_on: NaiveDate,
}

/// 公示办件（公示期不计入承诺时限，期满前不作决定）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = PublishCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/publish")]
pub(crate) async fn publish_case(on: Target<may::PublishCase>, body: Valid<PublishCase>) -> Result<HttpResponse, Problem> {
    let PublishCase { title, body: text, basis, starts_on, ends_on } = body.value;
    on.case(body.digest, move |work, id| publish(work, id, NewPublicity { title, body: text, basis, starts_on, ends_on })).await
}

/// Something made public.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Publicity)]
pub(crate) struct PublicityView {
    /// Identity.
    id: Uuid,
    /// Code of the matter.
    #[schema(example = "land-planning-permit")]
    matter: String,
    /// Name of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "天嘉·上河九章")]
    project_name: Option<String>,
    /// Title.
    #[schema(example = "建设用地规划许可批前公示")]
    title: String,
    /// What is made public.
    body: String,
    /// The rule it rests on.
    #[schema(example = "城乡规划法 40")]
    basis: String,
    /// First day.
    starts_on: NaiveDate,
    /// Last day.
    ends_on: NaiveDate,
    /// Objections are taken in today.
    running: bool,
}

impl PublicityView {
    fn new(p: Publicity, today: NaiveDate) -> Self {
        let running = is_public(p.starts_on, p.ends_on, today);
        let Publicity { id, matter, project_name, title, body, basis, starts_on, ends_on, .. } = p;
        Self { id, matter, project_name, title, body, basis, starts_on, ends_on, running }
    }
}

/// 公示
#[utoipa::path(tag = "公开", params(ZonePath, PageQuery), responses((status = 200, description = "一页公示", body = Page<PublicityView>)))]
#[get("/api/v1/zones/{zone}/publicities")]
pub(crate) async fn list_publicities(
    _: Anyone<may::ListPublicities>,
    zone: InZone,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<PublicityView>>, Problem> {
    let (number, today) = (zone.zone, date_of(state.db.clock().now()));
    let paging = Paging::new(&state, format!("publicities/{number}"), query.0.limit, query.0.cursor)?;
    let (before, wanted) = paging.wanted();
    let found = state.db.read(move |tx| publicity::list(tx, number, before, wanted)).await?;
    Ok(Json(paging.page(found, |p| p.id, |p| PublicityView::new(p, today))))
}

/// An objection.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileObjection {
    /// Who objects.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "李四")]
    name: String,
    /// How to reach him.
    #[schema(example = "13800003210")]
    phone: String,
    /// What he objects to, and why.
    #[validate(length(min = 1, max = 5000, message = "应为1至5000个字"))]
    #[schema(example = "规划道路占用相邻宅基地")]
    text: String,
}

/// 对公示提出异议（公示期内，每人一次）
#[utoipa::path(
    tag = "公开",
    params(ZonePath, ("id" = Uuid, Path, description = "公示标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = FileObjection,
    responses((status = 201, description = "公示", body = PublicityView))
)]
#[post("/api/v1/zones/{zone}/publicities/{id}/objections")]
pub(crate) async fn file_objection(on: Target<may::FileObjection>, body: Valid<FileObjection>) -> Result<HttpResponse, Problem> {
    let FileObjection { name, phone, text } = body.value;
    let phone = read_phone(&phone)?;
    let (number, id) = (on.zone.zone, on.id);
    let found = on.state.db.read(move |tx| publicity::find(tx, number, id)).await?;
    let publicity = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let (about, grounds) = (publicity.clone(), Grounds { name, phone, text, answer: None });
    let acting = Acting::anybody(on.caller.account, on.caller.request_id.clone());
    let done = on.perform_as(acting, publicity.application, body.digest, move |work| file(work, &about, grounds)).await?;
    let view = PublicityView::new(publicity, date_of(on.state.db.clock().now()));
    Ok(changed(StatusCode::CREATED, &view, 1, done.replayed))
}

/// An objection as the department reads it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Objection)]
pub(crate) struct ObjectionView {
    /// Identity.
    id: Uuid,
    /// What it objects to.
    publicity: Uuid,
    /// Who, masked.
    #[schema(example = "李*")]
    name: String,
    /// How to reach him, masked.
    #[schema(example = "138****3210")]
    phone: String,
    /// What he objects to, and why.
    text: String,
    /// Where it stands.
    state: ObjectionState,
    /// When it came.
    filed_at: Moment,
    /// The answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Moment>,
}

impl From<Objection> for ObjectionView {
    fn from(o: Objection) -> Self {
        Self {
            id: o.id,
            publicity: o.publicity,
            name: mask_name(&o.grounds.name),
            phone: mask_phone(&o.grounds.phone),
            text: o.grounds.text,
            state: o.state,
            filed_at: o.filed_at.into(),
            answer: o.grounds.answer,
            answered_at: o.answered_at.map(Moment::from),
        }
    }
}

/// 办件公示期间的异议
#[utoipa::path(tag = "审批", params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), PageQuery), responses((status = 200, description = "一页异议", body = Page<ObjectionView>)))]
#[get("/api/v1/zones/{zone}/cases/{id}/objections")]
pub(crate) async fn list_objections(
    caller: Caller<may::ListObjections>,
    zone: InZone,
    id: Segment<Uuid>,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<ObjectionView>>, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let paging = Paging::new(&state, format!("objections/{}/{}", zone.zone, id.0), query.0.limit, query.0.cursor)?;
    let (after, wanted) = paging.wanted();
    let read = state.db.read(move |tx| {
        let application = find_application_of(tx, snapshot.zone, id.0)?.ok_or(Error::NotFound)?;
        let dossier = Dossier::read(tx, &snapshot, application, &scope)?;
        let own = dossier.cases.iter().any(|c| c.id == id.0 && scope.departments.contains(&c.department));
        if own { Ok(publicity::list_objections(tx, snapshot.zone, id.0, after, wanted)?) } else { Err(Error::NotFound) }
    });
    Ok(Json(paging.page(read.await?, |o| o.id, ObjectionView::from)))
}

/// The answer to an objection.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerObjection {
    /// It is right.
    upheld: bool,
    /// Answer.
    #[validate(length(min = 1, max = 2000, message = "应为1至2000个字"))]
    #[schema(example = "经核实，规划道路与相邻宅基地无重叠")]
    answer: String,
}

/// 处理异议
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "异议标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = AnswerObjection,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/objections/{id}/answer")]
pub(crate) async fn answer_objection(on: Target<may::AnswerObjection>, body: Valid<AnswerObjection>) -> Result<HttpResponse, Problem> {
    let AnswerObjection { upheld, answer: text } = body.value;
    let (number, id) = (on.zone.zone, on.id);
    let case = on.state.db.read(move |tx| publicity::find_case_of_objection(tx, number, id)).await?;
    let case = case.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    on.of_case(case, body.digest, move |work, case| answer(work, case, id, upheld, text)).await
}
