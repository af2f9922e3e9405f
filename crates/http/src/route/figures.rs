//! Figures about how cases are handled, counted with what they count.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, InZone, Params, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::{Datelike, Days, NaiveDate};
use domain::figure::{average, percent, reduction_percent};
use domain::flow::JointKind;
use domain::local_time::date_of;
use persistence::joint_review;
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

/// The longest time that is counted at once, days: ten years.
const LONGEST: i64 = 3660;

/// First and last day, when they are days to count.
fn in_order(from: NaiveDate, to: NaiveDate) -> Result<(NaiveDate, NaiveDate), Problem> {
    let sound = from <= to && (to - from).num_days() <= LONGEST;
    if sound {
        Ok((from, to))
    } else {
        Err(Problem::at(ErrorCode::InvalidQuery, "/from", "range", "首日应不晚于末日，最长十年"))
    }
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
    /// Share of applications filed over the network (网上申报比例), per cent, of the days that are over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "80.00")]
    online_filing_percent: Option<String>,
    /// Share of cases decided here under an electronic seal (网上审批比例), per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "100.00")]
    electronic_decision_percent: Option<String>,
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
    let (from, to) = in_order(from, to)?;
    let number = zone.zone;
    let found = state.db.read(move |tx| read(tx, number, (from, to))).await?;
    let of = |t: Tally| found.get(&t).copied().unwrap_or(0);
    let share = |part: Tally, rest: Tally| percent(of(part), of(part) + of(rest));
    let figures = HandlingFigures {
        from,
        to,
        items: Tally::ALL.iter().map(|t| HandlingFigure { code: *t, name: t.label(), count: of(*t) }).collect(),
        online_filing_percent: share(Tally::FiledOnline, Tally::FiledAtWindow),
        electronic_decision_percent: share(Tally::DecidedHere, Tally::DecidedElsewhere),
    };
    Ok(tagged(&request, &figures, None, Caching::Public))
}

/// Which joint looks are counted.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JointFiguresQuery {
    /// 种类；不填为联合验收
    kind: Option<JointKind>,
    /// 首日；不填为末日前一年
    #[param(example = "2024-01-01")]
    from: Option<NaiveDate>,
    /// 末日；不填为今日
    #[param(example = "2024-12-31")]
    to: Option<NaiveDate>,
}

/// Figures about joint looks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JointFigures)]
pub(crate) struct JointFiguresView {
    /// What was looked at.
    kind: JointKind,
    /// First day.
    from: NaiveDate,
    /// Last day.
    to: NaiveDate,
    /// Concluded.
    #[schema(example = 20)]
    concluded: i64,
    /// Passed in the first round.
    #[schema(example = 20)]
    passed_at_first: i64,
    /// Share of them (一次性验收通过率), per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "100.00")]
    first_pass_rate: Option<String>,
    /// Working days taken, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5.0")]
    average_working_days: Option<String>,
    /// Share of the promised time that was saved (提速率), per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "50.00")]
    saved_rate: Option<String>,
}

/// 联合验收等的一次通过率、平均用时、提速率
#[utoipa::path(tag = "公开", params(ZonePath, JointFiguresQuery), responses((status = 200, description = "指标", body = JointFiguresView)))]
#[get("/api/v1/zones/{zone}/joint-review-figures")]
pub(crate) async fn get_joint_figures(
    _: Anyone<may::GetJointFigures>,
    zone: InZone,
    query: Params<JointFiguresQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let JointFiguresQuery { kind, from, to } = query.0;
    let kind = kind.unwrap_or(JointKind::Acceptance);
    let to = to.unwrap_or_else(|| date_of(state.db.clock().now()));
    let from = from.or_else(|| to.checked_sub_days(Days::new(365))).unwrap_or(to);
    let (from, to) = in_order(from, to)?;
    let number = zone.zone;
    let sums = state.db.read(move |tx| joint_review::figures(tx, number, kind, (from, to))).await?;
    let n = |value: i64| value.unsigned_abs();
    let view = JointFiguresView {
        kind,
        from,
        to,
        concluded: sums.concluded,
        passed_at_first: sums.at_first,
        first_pass_rate: percent(n(sums.at_first), n(sums.concluded)),
        average_working_days: average(n(sums.days), n(sums.concluded)),
        saved_rate: reduction_percent(n(sums.promised), n(sums.days)),
    };
    Ok(tagged(&request, &view, None, Caching::Public))
}
