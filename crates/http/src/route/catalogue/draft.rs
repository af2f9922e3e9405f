//! Drafts of matters, bundles and the zone's profile.

use crate::AppState;
use crate::etag::{Caching, changed, tagged};
use crate::extract::{Caller, IdempotencyKey, IfMatch, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::draft::{DraftSummary, DraftView, Retired};
use crate::view::page::{Page, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use chrono::NaiveDate;
use domain::catalogue::DraftState;
use domain::local_time::date_of;
use persistence::Tx;
use persistence::catalogue::{DocumentKind, Draft, find_draft, list_drafts as drafts_in};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::catalogue::{
    DraftRevision, Editing, NewDraft, begin_draft, discard_draft as discard, publish_draft as publish, retire, return_draft as hand_back,
    revise_draft as revise, submit_draft as hand_in,
};
use workflow::{Error, ZoneSnapshot};

/// What a draft is begun with.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginDraft {
    /// The document; absent = that of the newest version.
    #[schema(value_type = Option<Object>)]
    document: Option<Value>,
    /// Why it is made.
    #[schema(example = "压缩承诺时限")]
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    reason: String,
}

/// What changes in a draft.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviseDraft {
    /// JSON merge patch (RFC 7396) of the document: entries are set, `null` takes one out, lists are replaced whole.
    #[schema(value_type = Option<Object>, example = json!({"consult_phone": "0734-8800000"}))]
    document: Option<Value>,
    /// Why it is made.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    reason: Option<String>,
}

/// Nothing to say.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoWords {}

/// Why a draft goes back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnDraft {
    /// What has to change.
    #[schema(example = "请补充审查要点")]
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    note: String,
}

/// From when it holds.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishDraft {
    /// First day; today if absent.
    effective_from: Option<NaiveDate>,
}

/// From when it no longer holds.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retire {
    /// First day on which it no longer holds; today if absent.
    effective_to: Option<NaiveDate>,
    /// Why.
    #[schema(example = "上级取消该事项")]
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    reason: String,
}

/// What any work on the catalogue needs to know of its caller.
pub(crate) fn editing<P: may::Permission>(
    caller: &Caller<P>,
    zone: &InZone,
    state: &AppState,
    key: IdempotencyKey,
    digest: Vec<u8>,
) -> Editing {
    Editing {
        snapshots: state.snapshots.clone(),
        known: zone.0.clone(),
        account: caller.account,
        actor: caller.acting().actor,
        request: key.0.map(|key| caller.once(zone.zone, &key, digest)),
    }
}

/// Does something to a draft, shows what was published at once, and answers with the draft.
async fn work<F>(state: &AppState, zone: &InZone, status: StatusCode, act: F) -> Result<HttpResponse, Problem>
where
    F: FnOnce(&mut Tx<'_>) -> Result<Draft, Error> + Send + 'static,
{
    let draft = state.db.write(act).await?;
    state.snapshots.poll(&state.db).await?;
    let snapshot = state.snapshots.zone(&zone.catalogue.zone.slug).unwrap_or_else(|| zone.0.clone());
    Ok(answer(state, &snapshot, status, draft))
}

fn answer(state: &AppState, zone: &ZoneSnapshot, status: StatusCode, draft: Draft) -> HttpResponse {
    let version = draft.version;
    changed(status, &DraftView::new(draft, &zone.catalogue, date_of(state.db.clock().now())), version, false)
}

async fn begin<P: may::Permission>(
    caller: Caller<P>,
    zone: InZone,
    (kind, code): (DocumentKind, String),
    key: IdempotencyKey,
    body: Valid<BeginDraft>,
    state: &AppState,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, state, key, body.digest);
    let new = NewDraft { kind, code, document: body.value.document, reason: body.value.reason };
    work(state, &zone, StatusCode::CREATED, move |tx| begin_draft(tx, &editing, new)).await
}

/// 起草事项
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = BeginDraft,
    responses((status = 201, description = "草稿", body = DraftView))
)]
#[post("/api/v1/zones/{zone}/matters/{code}/drafts")]
pub(crate) async fn begin_matter_draft(
    caller: Caller<may::BeginMatterDraft>,
    zone: InZone,
    code: Segment<String>,
    key: IdempotencyKey,
    body: Valid<BeginDraft>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    begin(caller, zone, (DocumentKind::Matter, code.0), key, body, &state).await
}

/// 起草一件事
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = BeginDraft,
    responses((status = 201, description = "草稿", body = DraftView))
)]
#[post("/api/v1/zones/{zone}/bundles/{code}/drafts")]
pub(crate) async fn begin_bundle_draft(
    caller: Caller<may::BeginBundleDraft>,
    zone: InZone,
    code: Segment<String>,
    key: IdempotencyKey,
    body: Valid<BeginDraft>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    begin(caller, zone, (DocumentKind::Bundle, code.0), key, body, &state).await
}

/// 起草园区信息：名称、口号、部门、场所、中介服务、规则取值
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = BeginDraft,
    responses((status = 201, description = "草稿", body = DraftView))
)]
#[post("/api/v1/zones/{zone}/profile/drafts")]
pub(crate) async fn begin_profile_draft(
    caller: Caller<may::BeginProfileDraft>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<BeginDraft>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let slug = zone.catalogue.zone.slug.clone();
    begin(caller, zone, (DocumentKind::Zone, slug), key, body, &state).await
}

/// Which drafts.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DraftQuery {
    /// 状态，默认草稿
    state: Option<DraftState>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 目录稿列表
#[utoipa::path(tag = "目录管理", params(ZonePath, DraftQuery), responses((status = 200, description = "一页目录稿", body = Page<DraftSummary>)))]
#[get("/api/v1/zones/{zone}/drafts")]
pub(crate) async fn list_drafts(
    _: Caller<may::ListDrafts>,
    zone: InZone,
    query: Params<DraftQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<DraftSummary>>, Problem> {
    let standing = query.0.state.unwrap_or(DraftState::Draft);
    let paging = Paging::new(&state, format!("drafts/{}/{standing}", zone.zone), query.0.limit, query.0.cursor)?;
    let (number, (after, wanted)) = (zone.zone, paging.wanted());
    let found = state.db.read(move |tx| drafts_in(tx, number, standing, after, wanted)).await?;
    Ok(Json(paging.page(found, |d| d.id, DraftSummary::from)))
}

/// 目录稿及其全部问题
#[utoipa::path(tag = "目录管理", params(ZonePath, ("id" = Uuid, Path, description = "目录稿标识")), responses((status = 200, description = "目录稿", body = DraftView)))]
#[get("/api/v1/zones/{zone}/drafts/{id}")]
pub(crate) async fn get_draft(
    _: Caller<may::GetDraft>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let number = zone.zone;
    let draft = state.db.read(move |tx| find_draft(tx, number, id.0)).await?.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let version = draft.version;
    let view = DraftView::new(draft, &zone.catalogue, date_of(state.db.clock().now()));
    Ok(tagged(&request, &view, Some(version), Caching::Private))
}

/// 修改目录稿
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("id" = Uuid, Path, description = "目录稿标识"), ("If-Match" = String, Header, description = "所依据版本的ETag")),
    request_body = ReviseDraft,
    responses((status = 200, description = "修改后的目录稿", body = DraftView))
)]
#[patch("/api/v1/zones/{zone}/drafts/{id}")]
pub(crate) async fn revise_draft(
    caller: Caller<may::ReviseDraft>,
    zone: InZone,
    id: Segment<Uuid>,
    expected: IfMatch,
    body: Valid<ReviseDraft>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), body.digest);
    let revision = DraftRevision { document: body.value.document, reason: body.value.reason };
    work(&state, &zone, StatusCode::OK, move |tx| revise(tx, &editing, id.0, expected.0, revision)).await
}

/// 送审
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("id" = Uuid, Path, description = "目录稿标识"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = NoWords,
    responses((status = 200, description = "待审的目录稿", body = DraftView))
)]
#[post("/api/v1/zones/{zone}/drafts/{id}/submit")]
pub(crate) async fn submit_draft(
    caller: Caller<may::SubmitDraft>,
    zone: InZone,
    id: Segment<Uuid>,
    key: IdempotencyKey,
    body: Valid<NoWords>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, key, body.digest);
    work(&state, &zone, StatusCode::OK, move |tx| hand_in(tx, &editing, id.0)).await
}

/// 退回修改
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("id" = Uuid, Path, description = "目录稿标识"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = ReturnDraft,
    responses((status = 200, description = "退回的目录稿", body = DraftView))
)]
#[post("/api/v1/zones/{zone}/drafts/{id}/return")]
pub(crate) async fn return_draft(
    caller: Caller<may::ReturnDraft>,
    zone: InZone,
    id: Segment<Uuid>,
    key: IdempotencyKey,
    body: Valid<ReturnDraft>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, key, body.digest);
    work(&state, &zone, StatusCode::OK, move |tx| hand_back(tx, &editing, id.0, body.value.note)).await
}

/// 发布：编辑与发布由两人办理
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("id" = Uuid, Path, description = "目录稿标识"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = PublishDraft,
    responses((status = 200, description = "已发布的目录稿", body = DraftView))
)]
#[post("/api/v1/zones/{zone}/drafts/{id}/publish")]
pub(crate) async fn publish_draft(
    caller: Caller<may::PublishDraft>,
    zone: InZone,
    id: Segment<Uuid>,
    key: IdempotencyKey,
    body: Valid<PublishDraft>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, key, body.digest);
    work(&state, &zone, StatusCode::OK, move |tx| publish(tx, &editing, id.0, body.value.effective_from)).await
}

/// 删除草稿
#[utoipa::path(tag = "目录管理", params(ZonePath, ("id" = Uuid, Path, description = "目录稿标识")), responses((status = 204, description = "已删除")))]
#[delete("/api/v1/zones/{zone}/drafts/{id}")]
pub(crate) async fn discard_draft(
    caller: Caller<may::DiscardDraft>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    state.db.write(move |tx| discard(tx, &editing, id.0)).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn end<P: may::Permission>(
    caller: Caller<P>,
    zone: InZone,
    (kind, code): (DocumentKind, String),
    key: IdempotencyKey,
    body: Valid<Retire>,
    state: &AppState,
) -> Result<Json<Retired>, Problem> {
    let (editing, named) = (editing(&caller, &zone, state, key, body.digest), code.clone());
    let Retire { effective_to, reason } = body.value;
    let on = state.db.write(move |tx| retire(tx, &editing, kind, &named, effective_to, &reason)).await?;
    state.snapshots.poll(&state.db).await?;
    Ok(Json(Retired { kind, code, effective_to: on }))
}

/// 停用事项
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = Retire,
    responses((status = 200, description = "停用日期", body = Retired))
)]
#[post("/api/v1/zones/{zone}/matters/{code}/retire")]
pub(crate) async fn retire_matter(
    caller: Caller<may::RetireMatter>,
    zone: InZone,
    code: Segment<String>,
    key: IdempotencyKey,
    body: Valid<Retire>,
    state: Data<AppState>,
) -> Result<Json<Retired>, Problem> {
    end(caller, zone, (DocumentKind::Matter, code.0), key, body, &state).await
}

/// 停用一件事
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")),
    request_body = Retire,
    responses((status = 200, description = "停用日期", body = Retired))
)]
#[post("/api/v1/zones/{zone}/bundles/{code}/retire")]
pub(crate) async fn retire_bundle(
    caller: Caller<may::RetireBundle>,
    zone: InZone,
    code: Segment<String>,
    key: IdempotencyKey,
    body: Valid<Retire>,
    state: Data<AppState>,
) -> Result<Json<Retired>, Problem> {
    end(caller, zone, (DocumentKind::Bundle, code.0), key, body, &state).await
}
