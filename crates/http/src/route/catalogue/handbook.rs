//! What is read on paper: the notice of everything needed, and the handbook.

use super::GuideQuery;
use crate::AppState;
use crate::etag::{known_bytes, remember, remembered_key};
use crate::extract::{Anyone, InZone, Params, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::guide::Guide;
use crate::view::paper;
use crate::view::sheet::Sheet;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::assessment::{Facts, Plan};
use domain::catalogue::{Edition, Subject, edition_on, editions};
use domain::local_time::date_of;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SheetFormat {
    /// For programs.
    #[default]
    Json,
    /// To read and print.
    Html,
    /// To keep and print.
    Pdf,
}

/// Which edition, and how.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HandbookQuery {
    /// 版次，默认现行版
    #[param(example = 1)]
    edition: Option<usize>,
    /// 格式：json、html、pdf
    #[param(inline)]
    format: Option<SheetFormat>,
}

/// On which answers, and how.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NoticeQuery {
    /// 已选情形：`情形:选项`，多个以逗号分隔
    #[param(example = "permit_stage:excavation,expropriation:no")]
    #[validate(length(max = 2000, message = "最多2000个字"))]
    answers: Option<String>,
    /// 格式：json、html、pdf
    #[param(inline)]
    format: Option<SheetFormat>,
}

/// The handbook of a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Handbook {
    /// Its edition: every publication of the bundle or of one of its matters makes the next one.
    #[schema(example = 1)]
    edition: usize,
    /// How many editions there are.
    #[schema(example = 1)]
    editions: usize,
    /// The edition to read and print.
    sheet: Sheet,
    /// The guide it was made from.
    guide: Guide,
}

/// The notice of everything needed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequirementNotice {
    /// To read and print.
    sheet: Sheet,
}

/// Answers with what `make` makes, in the form asked for; kept like other public answers, for drawing is dear.
async fn written<T: Serialize>(
    (request, state, zone): (&HttpRequest, &AppState, &InZone),
    format: SheetFormat,
    name: &str,
    make: impl FnOnce() -> Result<(Sheet, T), Problem>,
    whole: impl FnOnce(Sheet, T) -> Vec<u8>,
) -> Result<HttpResponse, Problem> {
    let key = remembered_key(request, state, zone);
    let (etag, bytes) = if let Some(known) = state.remembered.get(&key) {
        known
    } else {
        let (sheet, rest) = make()?;
        let bytes = match format {
            SheetFormat::Json => whole(sheet, rest),
            SheetFormat::Html => sheet.html().into_bytes(),
            SheetFormat::Pdf => draw(sheet).await?,
        };
        remember(state, key, bytes)
    };
    let (content_type, policy) = match format {
        SheetFormat::Json => ("application/json", None),
        SheetFormat::Html => ("text/html; charset=utf-8", Some("default-src 'none'; style-src 'unsafe-inline'; sandbox")),
        SheetFormat::Pdf => ("application/pdf", None),
    };
    let mut response = known_bytes(request, etag, bytes, content_type);
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(policy) = policy {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    if format == SheetFormat::Pdf
        && let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.pdf\""))
    {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

async fn draw(sheet: Sheet) -> Result<Vec<u8>, Problem> {
    let drawn = actix_web::web::block(move || paper::sheet(&sheet)).await.map_err(|_| Problem::new(ErrorCode::Internal))?;
    drawn.map_err(|error| {
        tracing::error!(error, "a sheet could not be drawn");
        Problem::new(ErrorCode::Internal)
    })
}

/// 一件事全链条服务手册
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), HandbookQuery), responses((status = 200, description = "手册", body = Handbook)))]
#[get("/api/v1/zones/{zone}/bundles/{code}/handbook")]
pub(crate) async fn get_bundle_handbook(
    _: Anyone<may::GetBundleHandbook>,
    zone: InZone,
    code: Segment<String>,
    query: Params<HandbookQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (now, missing) = (state.db.clock().now(), || Problem::new(ErrorCode::NotFound));
    let make = || {
        let all = editions(&zone.catalogue, &code.0);
        let found: Option<Edition> = match query.0.edition {
            Some(number) => all.iter().find(|e| e.number == number).cloned(),
            None => edition_on(&zone.catalogue, &code.0, date_of(now)),
        };
        let edition = found.ok_or_else(missing)?;
        let matters: Vec<Uuid> = edition.matters.iter().map(|m| m.id).collect();
        let plan = Plan::of_pinned(&zone.catalogue, Some(edition.bundle.id), &matters).ok_or_else(missing)?;
        let profile = edition.profile(&zone.catalogue);
        let guide = Guide::under(&plan, &Facts::at(now), &zone, &profile);
        Ok((Sheet::handbook(&guide, edition.number, &profile.name, &profile.hotline), (edition.number, all.len(), guide)))
    };
    let whole = |sheet, (edition, editions, guide)| serde_json::to_vec(&Handbook { edition, editions, sheet, guide }).unwrap_or_default();
    written((&request, &state, &zone), query.0.format.unwrap_or_default(), "handbook", make, whole).await
}

async fn notice(
    request: &HttpRequest,
    state: &AppState,
    zone: &InZone,
    subject: Subject<'_>,
    query: NoticeQuery,
) -> Result<HttpResponse, Problem> {
    let now = state.db.clock().now();
    let facts = GuideQuery::of(query.answers).facts(now)?;
    let make = || {
        let plan = zone.plan(subject, date_of(now)).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
        let profile = &zone.catalogue.zone;
        Ok((Sheet::notice(&Guide::new(&plan, &facts, zone), &profile.name, &profile.hotline), ()))
    };
    let whole = |sheet, ()| serde_json::to_vec(&RequirementNotice { sheet }).unwrap_or_default();
    written((request, state, zone), query.format.unwrap_or_default(), "notice", make, whole).await
}

/// 事项一次性告知单
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), NoticeQuery), responses((status = 200, description = "告知单", body = RequirementNotice)))]
#[get("/api/v1/zones/{zone}/matters/{code}/notice")]
pub(crate) async fn get_matter_notice(
    _: Anyone<may::GetMatterNotice>,
    zone: InZone,
    code: Segment<String>,
    query: Params<NoticeQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    notice(&request, &state, &zone, Subject::Matter(&code.0), query.0).await
}

/// 一件事一次性告知单
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), NoticeQuery), responses((status = 200, description = "告知单", body = RequirementNotice)))]
#[get("/api/v1/zones/{zone}/bundles/{code}/notice")]
pub(crate) async fn get_bundle_notice(
    _: Anyone<may::GetBundleNotice>,
    zone: InZone,
    code: Segment<String>,
    query: Params<NoticeQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    notice(&request, &state, &zone, Subject::Bundle(&code.0), query.0).await
}
