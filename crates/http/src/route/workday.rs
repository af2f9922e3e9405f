//! The public calculator of working days.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, InZone, Params, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{DateTime, NaiveDate};
use domain::calendar::{Limit, LimitUnit, due};
use domain::local_time::{Instant, date_of, rfc3339, start_of};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// A limit and its start.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DueQuery {
    /// 起算日（第0日），或者带时区的时刻
    #[param(example = "2024-09-27")]
    from: String,
    /// 期限数；半个工作日以半天为单位
    #[validate(range(max = 3650, message = "应为0至3650"))]
    #[param(example = 5)]
    n: u32,
    /// 计量单位，默认工作日
    unit: Option<LimitUnit>,
    /// 该年度日历未发布时是否接受暂定结果
    provisional: Option<bool>,
}

/// The end of a limit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DueView {
    /// Start as given.
    #[schema(example = "2024-09-27")]
    from: String,
    /// How many.
    #[schema(example = 5)]
    n: u32,
    /// Of what.
    unit: LimitUnit,
    /// Last day.
    #[schema(example = "2024-10-10")]
    due_on: NaiveDate,
    /// The minute, for half working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-09-30T14:30:00+08:00")]
    due_at: Option<String>,
    /// The calendar of some day is not published yet; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    provisional: Option<bool>,
}

/// 计算期限届满日
#[utoipa::path(tag = "工作日", params(ZonePath, DueQuery), responses((status = 200, description = "届满日", body = DueView)))]
#[get("/api/v1/zones/{zone}/workdays/due")]
pub(crate) async fn compute_due(
    _: Anyone<may::ComputeDue>,
    zone: InZone,
    query: Params<DueQuery>,
    _state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let from = query.from.trim().replace(' ', "+");
    let (start, unit) = (start(&from)?, query.unit.unwrap_or(LimitUnit::WorkingDay));
    let due = due(&zone.calendar, &zone.catalogue.zone.hours, start, Limit { n: query.n, unit });
    let allowed = query.provisional == Some(true);
    if due.provisional && !allowed {
        let year = due.certain().err().map(|e| e.to_string()).unwrap_or_default();
        return Err(Problem::new(ErrorCode::CalendarMissing).detail(format!(
            "{}至{}之间有年度的工作日历尚未发布（{year}）",
            date_of(start),
            due.on
        )));
    }
    let half = unit == LimitUnit::HalfWorkingDay;
    let view = DueView {
        from,
        n: query.n,
        unit,
        due_on: due.on,
        due_at: half.then(|| rfc3339(due.at)),
        provisional: allowed.then_some(due.provisional),
    };
    Ok(tagged(&request, &view, None, Caching::Public))
}

/// A date, or an instant with offset; a space where `+` should be is what a browser makes of it.
fn start(from: &str) -> Result<Instant, Problem> {
    let text = from;
    let wrong = || {
        Problem::at(ErrorCode::InvalidQuery, "/from", "wrong_format", "应为日期（2024-09-27）或者带时区的时刻（2024-09-30T10:00:00+08:00）")
    };
    let start = match text.parse::<NaiveDate>() {
        Ok(date) => start_of(date),
        Err(_) => DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?.to_utc(),
    };
    let sensible = NaiveDate::from_ymd_opt(1990, 1, 1)..=NaiveDate::from_ymd_opt(2099, 12, 31);
    if sensible.contains(&Some(date_of(start))) {
        Ok(start)
    } else {
        Err(Problem::at(ErrorCode::InvalidQuery, "/from", "out_of_range", "应在1990年至2099年之间"))
    }
}
