//! Accounts of clerks in the systems of delegating bodies (业务系统账号).

use crate::AppState;
use crate::extract::{Caller, IdempotencyKey, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use crate::view::Moment;
use crate::view::page::{Page, PageQuery, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use domain::catalogue::SystemAccountState;
use persistence::delegation::{self, SystemAccount};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
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

/// 业务系统账号
#[utoipa::path(tag = "赋权", params(ZonePath, PageQuery), responses((status = 200, description = "一页账号", body = Page<SystemAccountView>)))]
#[get("/api/v1/zones/{zone}/system-accounts")]
pub(crate) async fn list_system_accounts(
    _: Caller<may::ListSystemAccounts>,
    zone: InZone,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<SystemAccountView>>, Problem> {
    let paging = Paging::new(&state, format!("system-accounts/{}", zone.zone), query.0.limit, query.0.cursor)?;
    let (number, (after, wanted)) = (zone.zone, paging.wanted());
    let found = state.db.read(move |tx| delegation::list_accounts(tx, number, after, wanted)).await?;
    Ok(Json(paging.page(found, |a| a.id, SystemAccountView::from)))
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
