//! What is read on paper: the notice of everything needed, and the handbook.

use super::GuideQuery;
use crate::AppState;
use crate::etag::remembered;
use crate::extract::{Anyone, InZone, Params, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::guide::Guide;
use crate::view::paper;
use crate::view::sheet::Sheet;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, X_CONTENT_TYPE_OPTIONS};
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

async fn written<T: Serialize>(
    format: SheetFormat,
    name: &str,
    make: impl FnOnce() -> Result<(Sheet, T), Problem>,
    json: impl FnOnce(Sheet, T) -> Result<HttpResponse, Problem>,
) -> Result<HttpResponse, Problem> {
    let (sheet, rest) = make()?;
    match format {
        SheetFormat::Json => json(sheet, rest),
        SheetFormat::Html => {
            let mut response = HttpResponse::Ok();
            response.insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"));
            Ok(response.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff")).content_type("text/html; charset=utf-8").body(sheet.html()))
        }
        SheetFormat::Pdf => {
            let drawn = actix_web::web::block(move || paper::sheet(&sheet)).await.map_err(|_| Problem::new(ErrorCode::Internal))?;
            let bytes = drawn.map_err(|error| {
                tracing::error!(error, "a sheet could not be drawn");
                Problem::new(ErrorCode::Internal)
            })?;
            let mut response = HttpResponse::Ok();
            response.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.pdf\"")));
            Ok(response.insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff")).content_type("application/pdf").body(bytes))
        }
    }
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
        let guide = Guide::new(&plan, &Facts::at(now), &zone);
        let profile = &zone.catalogue.zone;
        Ok((Sheet::handbook(&guide, edition.number, &profile.name, &profile.hotline), (edition.number, all.len(), guide)))
    };
    let json = |sheet, (edition, editions, guide)| remembered(&request, &state, &zone, || Ok(Handbook { edition, editions, sheet, guide }));
    written(query.0.format.unwrap_or_default(), "handbook", make, json).await
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
    let json = |sheet, ()| remembered(request, state, zone, || Ok(RequirementNotice { sheet }));
    written(query.format.unwrap_or_default(), "notice", make, json).await
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
