//! Sessions.

use crate::AppState;
use crate::extract::{Anyone, Caller, Valid, may};
use crate::problem::{ErrorCode, Problem};
use crate::request_id::RequestId;
use crate::view::session::SessionView;
use actix_web::web::{Data, Json};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, delete, post};
use integrations::wechat::WechatError;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::Error;
use workflow::session::{self, Refreshed};

/// Login name and password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// Login name.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "hengyang-gaoxin.window_clerk.1")]
    username: String,
    /// Password.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "示例口令")]
    password: String,
    /// One-time code, for accounts with a second factor.
    #[validate(length(equal = 6, message = "应为6位数字"))]
    #[schema(example = "123456")]
    totp: Option<String>,
}

/// Failed logins from one place and hour; known and unknown names count alike.
const MOST_FROM_ONE_PLACE: u32 = 200;
/// Failed logins for one name from one place and hour, whether or not the name is known.
const MOST_FOR_ONE_NAME: u32 = 5;

/// 用户名、口令登录
#[utoipa::path(tag = "会话", request_body = Credentials, responses((status = 200, description = "会话", body = SessionView)))]
#[post("/api/v1/sessions/password")]
pub(crate) async fn create_password_session(
    _: Anyone<may::CreateSession>,
    body: Valid<Credentials>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<Json<SessionView>, Problem> {
    let from = format!("login/{}", request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default());
    let per_name = format!("{from}/{}", body.value.username);
    if state.throttle.is_blocked(&from, MOST_FROM_ONE_PLACE) {
        return Err(Problem::new(ErrorCode::TooManyRequests));
    }
    if state.throttle.is_blocked(&per_name, MOST_FOR_ONE_NAME) {
        return Err(Problem::new(ErrorCode::AccountLocked));
    }
    let Credentials { username, password, totp: _ } = body.value;
    let session = match session::begin(&state.db, username, password, request_id(&request)).await {
        Err(error @ Error::CredentialsRefused) => {
            state.throttle.note(&per_name);
            state.throttle.note(&from);
            return Err(error.into());
        }
        other => other?,
    };
    Ok(Json(SessionView::sign(&state.tokens, session)?))
}

/// A login code of the mini-program.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WechatLogin {
    /// What `wx.login` gave.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字符"))]
    #[schema(example = "test-li")]
    code: String,
}

/// 微信小程序登录
#[utoipa::path(tag = "会话", request_body = WechatLogin, responses((status = 200, description = "会话", body = SessionView)))]
#[post("/api/v1/sessions/wechat")]
pub(crate) async fn create_wechat_session(
    _: Anyone<may::CreateWechatSession>,
    body: Valid<WechatLogin>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<Json<SessionView>, Problem> {
    let from = format!("wechat/{}", request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default());
    if state.throttle.is_blocked(&from, MOST_FROM_ONE_PLACE) {
        return Err(Problem::new(ErrorCode::TooManyRequests));
    }
    let identity = state.ports.wechat.identify(&body.value.code).await.map_err(|error| {
        // An outage of the service is nobody's failed try.
        if matches!(error, WechatError::CodeInvalid | WechatError::Blocked) {
            state.throttle.note(&from);
        }
        Problem::new(match error {
            WechatError::CodeInvalid => ErrorCode::LoginCodeInvalid,
            WechatError::Blocked => ErrorCode::LoginBlocked,
            WechatError::Busy | WechatError::NotSetUp => ErrorCode::PortUnavailable,
        })
    })?;
    let id = request_id(&request);
    let session = state.db.write(move |tx| session::start_linked(tx, "wechat", &identity.openid, id)).await?;
    Ok(Json(SessionView::sign(&state.tokens, session)?))
}

/// A refresh token.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refresh {
    /// The token last given.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    refresh_token: String,
}

/// 轮换刷新令牌
#[utoipa::path(tag = "会话", request_body = Refresh, responses((status = 200, description = "会话", body = SessionView)))]
#[post("/api/v1/sessions/refresh")]
pub(crate) async fn refresh_session(
    _: Anyone<may::RefreshSession>,
    body: Valid<Refresh>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<Json<SessionView>, Problem> {
    let (token, id) = (body.value.refresh_token, request_id(&request));
    match state.db.write(move |tx| session::refresh(tx, &token, id)).await? {
        Refreshed::Goes(session) => Ok(Json(SessionView::sign(&state.tokens, session)?)),
        Refreshed::Reused(session) => {
            state.tokens.revoke(session);
            Err(Problem::new(ErrorCode::CredentialsRefused).detail("刷新令牌已被使用过，会话已终止，请重新登录"))
        }
    }
}

/// 退出登录
#[utoipa::path(tag = "会话", responses((status = 204, description = "已退出")))]
#[delete("/api/v1/sessions/current")]
pub(crate) async fn delete_current_session(caller: Caller<may::DeleteSession>, state: Data<AppState>) -> Result<HttpResponse, Problem> {
    let (account, session, id) = (caller.account, caller.session, caller.request_id);
    state.db.write(move |tx| session::end(tx, account, session, id)).await?;
    state.tokens.revoke(session);
    Ok(HttpResponse::NoContent().finish())
}

fn request_id(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(|r| r.0.clone())
}
