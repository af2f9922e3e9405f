//! Figures about the catalogue, computed from what is in force on a day, beside another day where asked.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, Caller, InZone, Params, ZonePath, may};
use crate::problem::Problem;
use crate::view::catalogue::MatterSummary;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::NaiveDate;
use domain::catalogue::{Difference, Figures, Reduction};
use domain::local_time::date_of;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// On which day.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// 日期，默认今天
    on: Option<NaiveDate>,
    /// 与哪一天比较
    compared_to: Option<NaiveDate>,
}

/// Figures of a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CatalogueFigures {
    /// The day.
    on: NaiveDate,
    /// The figures.
    figures: Figures,
    /// The day compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared_to: Option<NaiveDate>,
    /// Its figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Figures>,
    /// What went down since.
    #[serde(skip_serializing_if = "Option::is_none")]
    reduction: Option<Reduction>,
}

/// 目录指标：进驻率、网办率、平均材料、时限压缩、跑动次数
#[utoipa::path(tag = "目录", params(ZonePath, FiguresQuery), responses((status = 200, description = "指标", body = CatalogueFigures)))]
#[get("/api/v1/zones/{zone}/catalogue/figures")]
pub(crate) async fn get_catalogue_figures(
    _: Anyone<may::GetCatalogueFigures>,
    zone: InZone,
    query: Params<FiguresQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> HttpResponse {
    let on = query.0.on.unwrap_or_else(|| date_of(state.db.clock().now()));
    let of = |day: NaiveDate| Figures::of(zone.catalogue.current_matters(day).map(|m| m.document.as_ref()), &zone.catalogue.zone);
    let (figures, compared_to) = (of(on), query.0.compared_to);
    let before = compared_to.map(of);
    let reduction = before.as_ref().map(|b| figures.reduction_since(b));
    tagged(&request, &CatalogueFigures { on, figures, compared_to, before, reduction }, None, Caching::Public)
}

/// A matter that differs from the base catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Differing {
    /// The matter.
    matter: MatterSummary,
    /// Where it differs.
    differences: Vec<Difference>,
}

/// How the zone's matters stand beside the base catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnifyReport {
    /// Matters that agree with it.
    unified: usize,
    /// Matters it does not have.
    local: usize,
    /// Matters that differ, each with the fields.
    items: Vec<Differing>,
}

/// 要素统一核对：名称、类型、编码、依据与基本目录一致
#[utoipa::path(tag = "目录管理", params(ZonePath), responses((status = 200, description = "核对结果", body = UnifyReport)))]
#[get("/api/v1/zones/{zone}/catalogue/unify-check")]
pub(crate) async fn check_unified_elements(
    _: Caller<may::UnifyCheck>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<UnifyReport>, Problem> {
    let (catalogue, today) = (&zone.catalogue, date_of(state.db.clock().now()));
    let mut report = UnifyReport { unified: 0, local: 0, items: Vec::new() };
    let known: BTreeSet<&str> = catalogue.base.entries.iter().map(|e| e.code.as_str()).collect();
    for version in catalogue.current_matters(today) {
        let in_base = known.contains(version.document.code.as_str());
        let differences = if in_base { catalogue.base.differences(&version.document) } else { Vec::new() };
        match (in_base, differences.is_empty()) {
            (false, _) => report.local += 1,
            (true, true) => report.unified += 1,
            (true, false) => {
                report.items.push(Differing { matter: MatterSummary::new(&version.document, &catalogue.zone), differences });
            }
        }
    }
    Ok(Json(report))
}
