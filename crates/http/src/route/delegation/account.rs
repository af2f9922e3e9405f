//! Accounts of clerks in the systems of delegating bodies (业务系统账号).

use crate::AppState;
use crate::cursor;
use crate::extract::{Caller, IdempotencyKey, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use crate::view::Moment;
use crate::view::page::{Page, page};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use domain::catalogue::SystemAccountState;
use persistence::delegation::{self, SystemAccount};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::catalogue::{change_account, request_account};

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
