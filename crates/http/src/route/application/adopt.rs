//! The applicant takes over what was filed for him on paper.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Caller, InZone, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::route::flow::constant_time_eq;
use crate::view::application::ApplicationView;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use domain::number::read_number;
use persistence::application::{Scope, find_tracked};
use persistence::number::Stock;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::Error;
use workflow::application::{Order, adopt};

/// What shows that the caller is the applicant: number and code from the receipt, and the whole identifier.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdoptApplication {
    /// 申办流水号.
    #[validate(length(equal = 22, message = "应为22位数字"))]
    #[schema(example = "4304762024092710000015")]
    number: String,
    /// 查询码.
    #[validate(length(min = 10, max = 20, message = "应为10位字母或数字"))]
    #[schema(example = "7K3M9QXT2B")]
    track_code: String,
    /// The applicant's identity number or credit code.
    #[validate(length(min = 5, max = 64, message = "应为5至64位"))]
    #[schema(example = "430400190001010019")]
    identifier: String,
}

/// Wrong tries for a number and hour.
const MOST_FAILURES: u32 = 10;

/// 关联窗口代为申报的申请到本人账户
#[utoipa::path(tag = "申报", params(ZonePath), request_body = AdoptApplication, responses((status = 200, description = "申请", body = ApplicationView)))]
#[post("/api/v1/zones/{zone}/applications/adopt")]
pub(crate) async fn adopt_application(
    caller: Caller<may::AdoptApplication>,
    zone: InZone,
    body: Valid<AdoptApplication>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let AdoptApplication { number, track_code, identifier } = body.value;
    let key = format!("{}/{number}", zone.zone);
    if state.throttle.is_blocked(&key, MOST_FAILURES) {
        return Err(Problem::new(ErrorCode::TooManyRequests));
    }
    let refused = || {
        state.throttle.note(&key);
        Problem::new(ErrorCode::TrackRefused)
    };
    let series = read_number(&number).ok_or_else(refused)?;
    let in_zone = zone.zone;
    let found = state.db.read(move |tx| Ok::<_, Error>(find_tracked(tx, in_zone, series, &number)?)).await?;
    let code = |a: &persistence::application::Application| state.db.keys().track_code(a.id, a.track_counter);
    let (application, _) = found.filter(|(a, _)| constant_time_eq(&code(a), &track_code.to_uppercase())).ok_or_else(refused)?;
    // Number and code have opened it; the identifier is compared inside.
    let mut acting = caller.acting();
    acting.may = Scope { reach: domain::access::Reach::Zone, ..acting.may };
    state.worker().settle(&zone, application.id).await?;
    let stock = Stock::default();
    let order = Order { snapshots: state.snapshots.clone(), known: zone.0.clone(), id: application.id, acting, request: None, stock };
    let done = state.db.write(move |tx| adopt(tx, order, &identifier)).await;
    let done = done.map_err(|e| if matches!(e, Error::NotFound) { refused() } else { e.into() })?;
    let view = ApplicationView::new(done.dossier, &zone, state.db.keys(), &caller.scope(), &caller.seat());
    Ok(changed(StatusCode::OK, &view, view.version(), done.replayed))
}
