//! Health, metrics and public keys.

use crate::AppState;
use crate::extract::{Anyone, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use persistence::{DbError, zone};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// 进程存活
#[utoipa::path(tag = "平台", responses((status = 200, description = "进程在运行", body = Health)))]
#[get("/healthz")]
pub(crate) async fn get_healthz(_: Anyone<may::Healthz>) -> Json<Health> {
    Json(Health { status: "ok" })
}

/// 服务就绪：数据库可用且已导入目录
#[utoipa::path(tag = "平台", responses((status = 200, description = "可以接受请求", body = Health)))]
#[get("/readyz")]
pub(crate) async fn get_readyz(_: Anyone<may::Readyz>, state: Data<AppState>) -> Result<Json<Health>, Problem> {
    let zones = state.db.read(|tx| Ok::<_, DbError>(zone::list(tx)?.len())).await?;
    if zones == 0 { Err(Problem::new(ErrorCode::Unavailable).detail("尚未导入目录")) } else { Ok(Json(Health { status: "ok" })) }
}

/// 运行指标（Prometheus文本格式）
#[utoipa::path(tag = "平台", responses((status = 200, description = "运行指标", body = String, content_type = "text/plain")))]
#[get("/metrics")]
pub(crate) async fn get_metrics(_: Anyone<may::Metrics>, state: Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(state.metrics.render())
}

/// 访问令牌的公钥（JWKS）
#[utoipa::path(tag = "平台", responses((status = 200, description = "公钥集", body = Object)))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn get_jwks(_: Anyone<may::Jwks>, state: Data<AppState>) -> Json<Value> {
    Json(state.tokens.jwks())
}
