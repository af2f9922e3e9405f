//! The base catalogue of the installation.

use crate::AppState;
use crate::etag::{Caching, changed, tagged};
use crate::extract::{Anyone, Caller, IfMatch, Valid, may};
use crate::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, put};
use domain::catalogue::BaseCatalogue;
use persistence::catalogue::load_base;
use persistence::event::Actor;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::Validate;
use workflow::catalogue::{Importing, publish_base};

/// The base catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BaseView {
    /// Number of its version; 0 before there is one.
    #[schema(example = 1)]
    version: i64,
    /// The document.
    document: BaseCatalogue,
}

/// 基本目录：各园区事项的名称、类型、编码、依据以此为准
#[utoipa::path(tag = "目录", responses((status = 200, description = "基本目录", body = BaseView)))]
#[get("/api/v1/base-catalogue")]
pub(crate) async fn get_base_catalogue(
    _: Anyone<may::GetBaseCatalogue>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let view = read(&state).await?;
    Ok(tagged(&request, &view, Some(view.version), Caching::Public))
}

async fn read(state: &AppState) -> Result<BaseView, Problem> {
    let (number, document) = state.db.read(load_base).await?;
    Ok(BaseView { version: i64::from(number), document })
}

/// What takes the place of the base catalogue.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishBase {
    /// The whole document.
    #[schema(value_type = BaseCatalogue)]
    document: Value,
    /// Why.
    #[schema(example = "省级基本目录2024年版")]
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    reason: String,
}

/// 发布基本目录
#[utoipa::path(
    tag = "目录管理",
    params(("If-Match" = String, Header, description = "所依据版本的ETag")),
    request_body = PublishBase,
    responses((status = 200, description = "已发布的基本目录", body = BaseView))
)]
#[put("/api/v1/base-catalogue")]
pub(crate) async fn publish_base_catalogue(
    caller: Caller<may::PublishBaseCatalogue>,
    expected: IfMatch,
    body: Valid<PublishBase>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let actor = Actor::account(caller.account, caller.request_id.clone());
    let by = Importing { actor, account: Some(caller.account), reason: body.value.reason };
    let document = body.value.document;
    state.db.write(move |tx| publish_base(tx, &document, expected.0, &by)).await?;
    state.snapshots.poll(&state.db).await?;
    let view = read(&state).await?;
    Ok(changed(StatusCode::OK, &view, view.version, false))
}
