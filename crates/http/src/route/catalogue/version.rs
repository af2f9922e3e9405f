//! Versions of matters and bundles: who made them, when and why, and what changed.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, InZone, Params, Segment, Segments, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::draft::{VersionDiff, VersionDocument, VersionSummary};
use crate::view::page::{Page, PageQuery, Paging};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get};
use persistence::catalogue::{DocumentKind, find_document, history};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use validator::Validate;

/// Which two versions.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// 旧版本号
    #[param(example = 1)]
    from: i32,
    /// 新版本号
    #[param(example = 2)]
    to: i32,
}

async fn versions(
    zone: &InZone,
    (kind, code): (DocumentKind, String),
    query: PageQuery,
    state: &AppState,
) -> Result<Json<Page<VersionSummary>>, Problem> {
    let paging = Paging::new(state, format!("versions/{}/{kind}/{code}", zone.zone), query.limit, query.cursor)?;
    let (number, (before, wanted)) = (zone.zone, paging.wanted());
    let found = state.db.read(move |tx| history(tx, number, kind, &code, before, wanted)).await?;
    if found.is_empty() && before.is_none() {
        return Err(Problem::new(ErrorCode::NotFound));
    }
    Ok(Json(paging.page(found, |v| i32::try_from(v.number).unwrap_or(i32::MAX), VersionSummary::from)))
}

async fn document(state: &AppState, zone: &InZone, kind: DocumentKind, code: &str, version: i32) -> Result<Value, Problem> {
    let (number, code) = (zone.zone, code.to_owned());
    let found = state.db.read(move |tx| find_document(tx, number, kind, &code, version)).await?;
    let text = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    serde_json::from_str(&text).map_err(|_| Problem::new(ErrorCode::Internal))
}

async fn one(
    request: &HttpRequest,
    state: &AppState,
    zone: &InZone,
    kind: DocumentKind,
    path: Segments<String, i32>,
) -> Result<HttpResponse, Problem> {
    let document = document(state, zone, kind, &path.0, path.1).await?;
    Ok(tagged(request, &VersionDocument { version: path.1, document }, None, Caching::Public))
}

async fn diff(state: &AppState, zone: &InZone, kind: DocumentKind, code: String, query: DiffQuery) -> Result<Json<VersionDiff>, Problem> {
    let (before, after) = (document(state, zone, kind, &code, query.from).await?, document(state, zone, kind, &code, query.to).await?);
    Ok(Json(VersionDiff::new((query.from, &before), (query.to, &after))))
}

/// 事项的历次版本
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), PageQuery), responses((status = 200, description = "一页版本", body = Page<VersionSummary>)))]
#[get("/api/v1/zones/{zone}/matters/{code}/versions")]
pub(crate) async fn list_matter_versions(
    _: Anyone<may::ListMatterVersions>,
    zone: InZone,
    code: Segment<String>,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<VersionSummary>>, Problem> {
    versions(&zone, (DocumentKind::Matter, code.0), query.0, &state).await
}

/// 事项的一个版本
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), ("version" = i32, Path, description = "版本号", example = 1)), responses((status = 200, description = "该版本", body = VersionDocument)))]
#[get("/api/v1/zones/{zone}/matters/{code}/versions/{version}")]
pub(crate) async fn get_matter_version(
    _: Anyone<may::GetMatterVersion>,
    zone: InZone,
    path: Segments<String, i32>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    one(&request, &state, &zone, DocumentKind::Matter, path).await
}

/// 事项两个版本的差异
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), DiffQuery), responses((status = 200, description = "差异", body = VersionDiff)))]
#[get("/api/v1/zones/{zone}/matters/{code}/diff")]
pub(crate) async fn diff_matter_versions(
    _: Anyone<may::DiffMatterVersions>,
    zone: InZone,
    code: Segment<String>,
    query: Params<DiffQuery>,
    state: Data<AppState>,
) -> Result<Json<VersionDiff>, Problem> {
    diff(&state, &zone, DocumentKind::Matter, code.0, query.0).await
}

/// 一件事的历次版本
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), PageQuery), responses((status = 200, description = "一页版本", body = Page<VersionSummary>)))]
#[get("/api/v1/zones/{zone}/bundles/{code}/versions")]
pub(crate) async fn list_bundle_versions(
    _: Anyone<may::ListBundleVersions>,
    zone: InZone,
    code: Segment<String>,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<VersionSummary>>, Problem> {
    versions(&zone, (DocumentKind::Bundle, code.0), query.0, &state).await
}

/// 一件事的一个版本
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), ("version" = i32, Path, description = "版本号", example = 1)), responses((status = 200, description = "该版本", body = VersionDocument)))]
#[get("/api/v1/zones/{zone}/bundles/{code}/versions/{version}")]
pub(crate) async fn get_bundle_version(
    _: Anyone<may::GetBundleVersion>,
    zone: InZone,
    path: Segments<String, i32>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    one(&request, &state, &zone, DocumentKind::Bundle, path).await
}

/// 一件事两个版本的差异
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), DiffQuery), responses((status = 200, description = "差异", body = VersionDiff)))]
#[get("/api/v1/zones/{zone}/bundles/{code}/diff")]
pub(crate) async fn diff_bundle_versions(
    _: Anyone<may::DiffBundleVersions>,
    zone: InZone,
    code: Segment<String>,
    query: Params<DiffQuery>,
    state: Data<AppState>,
) -> Result<Json<VersionDiff>, Problem> {
    diff(&state, &zone, DocumentKind::Bundle, code.0, query.0).await
}
