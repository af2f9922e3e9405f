//! Figures about how cases are handled, counted with what they count.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, InZone, Params, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{Datelike, NaiveDate};
use domain::local_time::date_of;
use persistence::tally::{Tally, read};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// Which days.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// 首日；不填为末日当年元旦
    #[param(example = "2024-01-01")]
    from: Option<NaiveDate>,
    /// 末日；不填为今日
    #[param(example = "2024-12-31")]
    to: Option<NaiveDate>,
}

/// One figure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlingFigure {
    /// Code.
    #[schema(example = "commitment_cases")]
    code: Tally,
    /// Name.
    #[schema(example = "告知承诺办结件")]
    name: &'static str,
    /// How many.
    #[schema(example = 67)]
    count: u64,
}

/// Figures of some days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HandlingFigures {
    /// First day.
    from: NaiveDate,
    /// Last day.
    to: NaiveDate,
    /// Every figure, also those that are nought.
    items: Vec<HandlingFigure>,
}

/// 办理指标：容缺、告知承诺、邮寄、文印、预约、数据共享
#[utoipa::path(tag = "公开", params(ZonePath, FiguresQuery), responses((status = 200, description = "指标", body = HandlingFigures)))]
#[get("/api/v1/zones/{zone}/handling-figures")]
pub(crate) async fn get_handling_figures(
    _: Anyone<may::GetHandlingFigures>,
    zone: InZone,
    query: Params<FiguresQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let to = query.0.to.unwrap_or_else(|| date_of(state.db.clock().now()));
    let from = query.0.from.or_else(|| NaiveDate::from_ymd_opt(to.year(), 1, 1)).unwrap_or(to);
    if from > to || (to - from).num_days() > 3660 {
        return Err(Problem::at(ErrorCode::InvalidQuery, "/from", "range", "首日应不晚于末日，最长十年"));
    }
    let number = zone.zone;
    let found = state.db.read(move |tx| read(tx, number, (from, to))).await?;
    let items = Tally::ALL.iter().map(|t| HandlingFigure { code: *t, name: t.label(), count: found.get(t).copied().unwrap_or(0) });
    Ok(tagged(&request, &HandlingFigures { from, to, items: items.collect() }, None, Caching::Public))
}
