//! Appointments: booked, cancelled, kept or missed.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Caller, IdempotencyKey, InZone, Params, Segment, Valid, ZonePath, may, read_phone};
use crate::problem::Problem;
use crate::view::Moment;
use crate::view::page::{Page, PageQuery, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use domain::hall::BookingState;
use domain::identity::{mask_name, mask_phone};
use persistence::appointment::{self, BookedBy, Booking, Visitor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::appointment::{book, cancel, settle};

/// Who comes.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookSlot {
    /// Name.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "张三")]
    name: String,
    /// Phone.
    #[schema(example = "13800003210")]
    phone: String,
    /// What for.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "咨询施工许可")]
    purpose: Option<String>,
}

/// An appointment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Booking)]
pub(crate) struct BookingView {
    /// Identity.
    id: Uuid,
    /// Its slot.
    slot: Uuid,
    /// Where it stands.
    state: BookingState,
    /// In Chinese.
    #[schema(example = "已预约")]
    state_name: &'static str,
    /// Beginning.
    starts_at: Moment,
    /// End.
    ends_at: Moment,
    /// Name; masked to others.
    #[schema(example = "张三")]
    name: String,
    /// Phone; masked to others.
    #[schema(example = "13800003210")]
    phone: String,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
}

impl BookingView {
    fn new(b: Booking, own: bool) -> Self {
        let Visitor { name, phone, purpose } = b.visitor;
        Self {
            id: b.id,
            slot: b.slot,
            state: b.state,
            state_name: b.state.label(),
            starts_at: b.starts_at.into(),
            ends_at: b.ends_at.into(),
            name: if own { name } else { mask_name(&name) },
            phone: if own { phone } else { mask_phone(&phone) },
            purpose,
        }
    }
}

/// 预约
#[utoipa::path(
    tag = "大厅",
    params(ZonePath, ("id" = Uuid, Path, description = "时段标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = BookSlot,
    responses((status = 201, description = "预约", body = BookingView))
)]
#[post("/api/v1/zones/{zone}/slots/{id}/bookings")]
pub(crate) async fn book_slot(
    caller: Caller<may::BookSlot>,
    zone: InZone,
    id: Segment<Uuid>,
    key: IdempotencyKey,
    body: Valid<BookSlot>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let BookSlot { name, phone, purpose } = body.value;
    let phone = read_phone(&phone)?;
    let (number, account) = (zone.zone, caller.account);
    let request = key.0.map(|key| caller.once(number, &key, body.digest));
    let visitor = Visitor { name, phone, purpose };
    let (booking, replayed) = state.db.write(move |tx| book(tx, number, id.0, account, visitor, request.as_ref())).await?;
    Ok(changed(StatusCode::CREATED, &BookingView::new(booking, true), 1, replayed))
}

/// 我的预约
#[utoipa::path(tag = "大厅", params(ZonePath, PageQuery), responses((status = 200, description = "一页预约", body = Page<BookingView>)))]
#[get("/api/v1/zones/{zone}/bookings")]
pub(crate) async fn list_bookings(
    caller: Caller<may::ListBookings>,
    zone: InZone,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<BookingView>>, Problem> {
    let (number, account) = (zone.zone, caller.account);
    let paging = Paging::new(&state, format!("bookings/{number}/{account}"), query.0.limit, query.0.cursor)?;
    let (before, wanted) = paging.wanted();
    let found = state.db.read(move |tx| appointment::list(tx, number, BookedBy::Account(account), before, wanted)).await?;
    Ok(Json(paging.page(found, |b| b.id, |b| BookingView::new(b, true))))
}

/// 某时段的预约（窗口，脱敏）
#[utoipa::path(tag = "大厅", params(ZonePath, PageQuery, ("id" = Uuid, Path, description = "时段标识")), responses((status = 200, description = "一页预约", body = Page<BookingView>)))]
#[get("/api/v1/zones/{zone}/slots/{id}/bookings")]
pub(crate) async fn list_slot_bookings(
    _: Caller<may::ListSlotBookings>,
    zone: InZone,
    id: Segment<Uuid>,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<BookingView>>, Problem> {
    let number = zone.zone;
    let paging = Paging::new(&state, format!("slot-bookings/{number}/{}", id.0), query.0.limit, query.0.cursor)?;
    let (before, wanted) = paging.wanted();
    let found = state.db.read(move |tx| appointment::list(tx, number, BookedBy::Slot(id.0), before, wanted)).await?;
    Ok(Json(paging.page(found, |b| b.id, |b| BookingView::new(b, false))))
}

/// Nothing more is to be said.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelBooking {}

/// 取消预约
#[utoipa::path(tag = "大厅", params(ZonePath, ("id" = Uuid, Path, description = "预约标识")), request_body = CancelBooking, responses((status = 200, description = "预约", body = BookingView)))]
#[post("/api/v1/zones/{zone}/bookings/{id}/cancel")]
pub(crate) async fn cancel_booking(
    caller: Caller<may::CancelBooking>,
    zone: InZone,
    id: Segment<Uuid>,
    body: Valid<CancelBooking>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let CancelBooking {} = body.value;
    let (number, account) = (zone.zone, caller.account);
    let booking = state.db.write(move |tx| cancel(tx, number, id.0, account)).await?;
    Ok(changed(StatusCode::OK, &BookingView::new(booking, true), 2, false))
}

/// Whether somebody came.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettleBooking {
    /// He did.
    kept: bool,
}

/// 登记到场、未到场
#[utoipa::path(tag = "大厅", params(ZonePath, ("id" = Uuid, Path, description = "预约标识")), request_body = SettleBooking, responses((status = 200, description = "预约", body = BookingView)))]
#[post("/api/v1/zones/{zone}/bookings/{id}/settle")]
pub(crate) async fn settle_booking(
    _: Caller<may::SettleBooking>,
    zone: InZone,
    id: Segment<Uuid>,
    body: Valid<SettleBooking>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (number, kept) = (zone.zone, body.value.kept);
    let booking = state.db.write(move |tx| settle(tx, number, id.0, kept)).await?;
    Ok(changed(StatusCode::OK, &BookingView::new(booking, false), 2, false))
}
