//! Delegated matters (赋权事项): the register, what goes in and out, accounts in the systems of delegating bodies.

use crate::AppState;
use crate::cursor;
use crate::extract::{Anyone, Caller, IdempotencyKey, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use crate::view::Moment;
use crate::view::page::{Page, page};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use domain::catalogue::{AdjustmentKind, DelegatedState, SystemAccountState};
use persistence::delegation::{self, Adjustment, DelegatedMatter, SystemAccount};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::catalogue::{Adjusting, AdjustmentLine, adjust, change_account, move_matter, request_account};

/// A delegated matter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DelegatedMatter)]
pub(crate) struct DelegatedView {
    /// Code.
    #[schema(example = "dm-001")]
    code: String,
    /// Name.
    name: String,
    /// The body that hands it over.
    #[schema(example = "衡阳市住房和城乡建设局")]
    delegating_body: String,
    /// Code of the department that takes it.
    #[schema(example = "HUC")]
    department: String,
    /// The system it is handled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    /// Where it stands.
    state: DelegatedState,
    /// The same in Chinese.
    #[schema(example = "已承接")]
    state_text: &'static str,
    /// First day it is handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_from: Option<NaiveDate>,
    /// First day it no longer is.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_to: Option<NaiveDate>,
    /// The document it rests on.
    basis: String,
}

impl From<DelegatedMatter> for DelegatedView {
    fn from(m: DelegatedMatter) -> Self {
        Self {
            code: m.code,
            name: m.name,
            delegating_body: m.delegating_body,
            department: m.department,
            system: m.system,
            state: m.state,
            state_text: m.state.label(),
            effective_from: m.effective_from,
            effective_to: m.effective_to,
            basis: m.basis,
        }
    }
}

/// Which delegated matters.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DelegatedQuery {
    /// 承接部门代码
    #[validate(length(max = 50, message = "最多50个字符"))]
    department: Option<String>,
    /// 状态
    state: Option<DelegatedState>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 赋权事项清单
#[utoipa::path(tag = "赋权", params(ZonePath, DelegatedQuery), responses((status = 200, description = "一页赋权事项", body = Page<DelegatedView>)))]
#[get("/api/v1/zones/{zone}/delegated-matters")]
pub(crate) async fn list_delegated_matters(
    _: Anyone<may::ListDelegatedMatters>,
    zone: InZone,
    query: Params<DelegatedQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<DelegatedView>>, Problem> {
    let DelegatedQuery { department, state: wanted, limit, cursor } = query.0;
    let (number, limit, keys) = (zone.zone, limit.unwrap_or(20), state.db.keys());
    let name = format!("delegated/{number}/{department:?}/{wanted:?}");
    let after: Option<String> = cursor.as_deref().map(|c| cursor::read(keys, &name, c)).transpose()?;
    let read = state.db.read(move |tx| delegation::list(tx, number, department.as_deref(), wanted, after.as_deref(), i64::from(limit) + 1));
    let lines = read.await?.into_iter().map(DelegatedView::from).collect();
    Ok(Json(page(lines, usize::from(limit), |m: &DelegatedView| cursor::write(keys, &name, &m.code))))
}

/// Counts of one department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegatedOfDepartment {
    /// Code of the department.
    #[schema(example = "HUC")]
    department: String,
    /// Its name.
    #[schema(example = "建设局")]
    name: String,
    /// Matters that are not cancelled.
    total: i64,
    /// By state.
    states: BTreeMap<DelegatedState, i64>,
}

/// Counts of the register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegatedSummary {
    /// Matters that are not cancelled.
    #[schema(example = 346)]
    total: i64,
    /// Handled by the zone.
    in_force: i64,
    /// Taken out.
    cancelled: i64,
    /// Departments that take them.
    #[schema(example = 12)]
    departments: usize,
    /// Department by department.
    items: Vec<DelegatedOfDepartment>,
}

/// 赋权事项汇总：按部门、按状态
#[utoipa::path(tag = "赋权", params(ZonePath), responses((status = 200, description = "汇总", body = DelegatedSummary)))]
#[get("/api/v1/zones/{zone}/delegated-matters/summary")]
pub(crate) async fn get_delegated_summary(
    _: Anyone<may::GetDelegatedSummary>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<DelegatedSummary>, Problem> {
    let number = zone.zone;
    let counted = state.db.read(move |tx| delegation::count(tx, number)).await?;
    let mut by_department: BTreeMap<String, BTreeMap<DelegatedState, i64>> = BTreeMap::new();
    for (department, standing, n) in &counted {
        by_department.entry(department.clone()).or_default().insert(*standing, *n);
    }
    let live =
        |states: &BTreeMap<DelegatedState, i64>| states.iter().filter(|(s, _)| **s != DelegatedState::Cancelled).map(|(_, n)| n).sum();
    let of = |wanted: DelegatedState| counted.iter().filter(|(_, s, _)| *s == wanted).map(|(_, _, n)| n).sum();
    let name = |code: &str| zone.catalogue.zone.department(code).map_or_else(String::new, |d| d.name.clone());
    let items: Vec<DelegatedOfDepartment> = by_department
        .into_iter()
        .map(|(department, states)| DelegatedOfDepartment { name: name(&department), total: live(&states), department, states })
        .collect();
    Ok(Json(DelegatedSummary {
        total: items.iter().map(|i| i.total).sum(),
        in_force: of(DelegatedState::InForce),
        cancelled: of(DelegatedState::Cancelled),
        departments: items.iter().filter(|i| i.total > 0).count(),
        items,
    }))
}

/// A matter as it is to stand.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentInput {
    /// What happens to it.
    kind: AdjustmentKind,
    /// Code.
    #[schema(example = "dm-347")]
    #[validate(length(min = 1, max = 80, message = "应为1至80个字符"))]
    code: String,
    /// Name; needed unless it is taken out.
    #[serde(default)]
    #[validate(length(max = 200, message = "最多200个字"))]
    name: String,
    /// The body that hands it over; needed unless it is taken out.
    #[serde(default)]
    #[validate(length(max = 200, message = "最多200个字"))]
    delegating_body: String,
    /// Code of the department that takes it; needed unless it is taken out.
    #[serde(default)]
    department: String,
    /// The system it is handled in.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    system: Option<String>,
    /// Where a new one begins; in force if absent.
    state: Option<DelegatedState>,
    /// Why.
    #[schema(example = "无实质意义，予以取消")]
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    reason: String,
}

/// A batch of adjustments.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustDelegation {
    /// The document behind it.
    #[schema(example = "衡行审函〔2024〕1号（示例）")]
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    document: String,
    /// First day it holds.
    effective_on: NaiveDate,
    /// What changes.
    #[validate(nested, length(min = 1, max = 1000, message = "应为1至1000项"))]
    lines: Vec<AdjustmentInput>,
}

/// What went in or out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DelegationAdjustment)]
pub(crate) struct AdjustmentView {
    /// Identity.
    id: Uuid,
    /// Its batch.
    batch: Uuid,
    /// What happened.
    kind: AdjustmentKind,
    /// Code of the matter.
    #[schema(example = "dm-012")]
    code: String,
    /// Its name.
    name: String,
    /// Why.
    reason: String,
    /// The document behind it.
    document: String,
    /// First day it holds.
    effective_on: NaiveDate,
    /// When it was entered.
    entered_at: Moment,
}

impl From<Adjustment> for AdjustmentView {
    fn from(a: Adjustment) -> Self {
        Self {
            id: a.id,
            batch: a.batch,
            kind: a.kind,
            code: a.code,
            name: a.name,
            reason: a.reason,
            document: a.document,
            effective_on: a.effective_on,
            entered_at: a.created_at.into(),
        }
    }
}

/// What a batch did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdjustmentBatch {
    /// Its lines.
    items: Vec<AdjustmentView>,
}

/// 动态调整：新增、取消、变更，整批生效
#[utoipa::path(tag = "赋权", params(ZonePath, ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")), request_body = AdjustDelegation, responses((status = 201, description = "已调整", body = AdjustmentBatch)))]
#[post("/api/v1/zones/{zone}/delegated-matters/adjustments")]
pub(crate) async fn adjust_delegation(
    caller: Caller<may::AdjustDelegation>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<AdjustDelegation>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, key, body.digest);
    let line = |l: AdjustmentInput| AdjustmentLine {
        kind: l.kind,
        reason: l.reason,
        matter: DelegatedMatter {
            code: l.code,
            name: l.name,
            delegating_body: l.delegating_body,
            department: l.department,
            system: l.system,
            state: l.state.unwrap_or(DelegatedState::InForce),
            effective_from: None,
            effective_to: None,
            basis: body.value.document.clone(),
        },
    };
    let lines = body.value.lines.into_iter().map(line).collect();
    let batch = Adjusting { document: body.value.document.clone(), effective_on: body.value.effective_on, lines };
    let made = state.db.write(move |tx| adjust(tx, &editing, batch)).await?;
    state.snapshots.poll(&state.db).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(AdjustmentBatch { items: made.into_iter().map(AdjustmentView::from).collect() }))
}

/// Which adjustments.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AdjustmentQuery {
    /// 新增、取消或者变更
    kind: Option<AdjustmentKind>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 调整记录，每项都有理由和文件
#[utoipa::path(tag = "赋权", params(ZonePath, AdjustmentQuery), responses((status = 200, description = "一页调整记录", body = Page<AdjustmentView>)))]
#[get("/api/v1/zones/{zone}/delegated-matters/adjustments")]
pub(crate) async fn list_delegation_adjustments(
    _: Anyone<may::ListDelegationAdjustments>,
    zone: InZone,
    query: Params<AdjustmentQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<AdjustmentView>>, Problem> {
    let AdjustmentQuery { kind, limit, cursor } = query.0;
    let (number, limit, keys) = (zone.zone, limit.unwrap_or(20), state.db.keys());
    let name = format!("adjustments/{number}/{kind:?}");
    let before: Option<Uuid> = cursor.as_deref().map(|c| cursor::read(keys, &name, c)).transpose()?;
    let found = state.db.read(move |tx| delegation::list_adjustments(tx, number, kind, before, i64::from(limit) + 1)).await?;
    let lines = found.into_iter().map(AdjustmentView::from).collect();
    Ok(Json(page(lines, usize::from(limit), |a: &AdjustmentView| cursor::write(keys, &name, &a.id))))
}

/// Where a matter goes.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveDelegated {
    /// The next state.
    state: DelegatedState,
}

/// 推进承接：拟承接→申请账号→已培训→已承接
#[utoipa::path(tag = "赋权", params(ZonePath, ("code" = String, Path, description = "赋权事项代码", example = "dm-001")), request_body = MoveDelegated, responses((status = 200, description = "赋权事项", body = DelegatedView)))]
#[patch("/api/v1/zones/{zone}/delegated-matters/{code}")]
pub(crate) async fn move_delegated_matter(
    caller: Caller<may::MoveDelegatedMatter>,
    zone: InZone,
    code: Segment<String>,
    body: Valid<MoveDelegated>,
    state: Data<AppState>,
) -> Result<Json<DelegatedView>, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let moved = state.db.write(move |tx| move_matter(tx, &editing, &code.0, body.value.state)).await?;
    Ok(Json(moved.into()))
}

/// A clerk's account in an outside system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemAccount)]
pub(crate) struct SystemAccountView {
    /// Identity.
    id: Uuid,
    /// The clerk's account here.
    account: Uuid,
    /// The system.
    #[schema(example = "湖南省施工许可管理系统")]
    system: String,
    /// Where it stands.
    state: SystemAccountState,
    /// The same in Chinese.
    #[schema(example = "已开通")]
    state_text: &'static str,
    /// When its clerk was trained.
    #[serde(skip_serializing_if = "Option::is_none")]
    trained_on: Option<NaiveDate>,
    /// When it was asked for.
    requested_at: Moment,
}

impl From<SystemAccount> for SystemAccountView {
    fn from(a: SystemAccount) -> Self {
        Self {
            id: a.id,
            account: a.account,
            system: a.system,
            state: a.state,
            state_text: a.state.label(),
            trained_on: a.trained_on,
            requested_at: a.created_at.into(),
        }
    }
}

/// For whom and where.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestSystemAccount {
    /// The clerk's account here.
    account: Uuid,
    /// The system.
    #[schema(example = "湖南省施工许可管理系统")]
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    system: String,
}

/// 申请业务系统账号
#[utoipa::path(tag = "赋权", params(ZonePath), request_body = RequestSystemAccount, responses((status = 201, description = "账号申请", body = SystemAccountView)))]
#[post("/api/v1/zones/{zone}/system-accounts")]
pub(crate) async fn request_system_account(
    caller: Caller<may::RequestSystemAccount>,
    zone: InZone,
    body: Valid<RequestSystemAccount>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let account = state.db.write(move |tx| request_account(tx, &editing, body.value.account, body.value.system)).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(SystemAccountView::from(account)))
}

/// Which page of accounts.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SystemAccountQuery {
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 业务系统账号
#[utoipa::path(tag = "赋权", params(ZonePath, SystemAccountQuery), responses((status = 200, description = "一页账号", body = Page<SystemAccountView>)))]
#[get("/api/v1/zones/{zone}/system-accounts")]
pub(crate) async fn list_system_accounts(
    _: Caller<may::ListSystemAccounts>,
    zone: InZone,
    query: Params<SystemAccountQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<SystemAccountView>>, Problem> {
    let (number, limit, keys) = (zone.zone, query.0.limit.unwrap_or(20), state.db.keys());
    let name = format!("system-accounts/{number}");
    let after: Option<Uuid> = query.0.cursor.as_deref().map(|c| cursor::read(keys, &name, c)).transpose()?;
    let found = state.db.read(move |tx| delegation::list_accounts(tx, number, after, i64::from(limit) + 1)).await?;
    let lines = found.into_iter().map(SystemAccountView::from).collect();
    Ok(Json(page(lines, usize::from(limit), |a: &SystemAccountView| cursor::write(keys, &name, &a.id))))
}

/// What became of an account.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeSystemAccount {
    /// Given or taken back.
    state: Option<SystemAccountState>,
    /// When its clerk was trained.
    trained_on: Option<NaiveDate>,
}

/// 账号开通、收回，登记培训
#[utoipa::path(tag = "赋权", params(ZonePath, ("id" = Uuid, Path, description = "账号标识")), request_body = ChangeSystemAccount, responses((status = 200, description = "账号", body = SystemAccountView)))]
#[patch("/api/v1/zones/{zone}/system-accounts/{id}")]
pub(crate) async fn change_system_account(
    caller: Caller<may::ChangeSystemAccount>,
    zone: InZone,
    id: Segment<Uuid>,
    body: Valid<ChangeSystemAccount>,
    state: Data<AppState>,
) -> Result<Json<SystemAccountView>, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let changed = state.db.write(move |tx| change_account(tx, &editing, id.0, body.value.state, body.value.trained_on)).await?;
    Ok(Json(changed.into()))
}
