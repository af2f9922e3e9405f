//! The hall: appointments and free printing.

use crate::AppState;
use crate::cursor;
use crate::etag::changed;
use crate::extract::{Anyone, Caller, IdempotencyKey, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::page::{Page, page};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::hall::{BookingState, SlotKind};
use domain::identity::{Phone, mask_name, mask_phone};
use domain::local_time::{Instant, date_of};
use persistence::appointment::{self, Booking, Slot, Visitor};
use persistence::idempotency::{self, Outcome};
use persistence::ids;
use persistence::tally::{self, Tally};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::Error;
use workflow::appointment::{book, cancel, open_slot as open, settle};

/// A slot to open.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenSlot {
    /// Code of the place.
    #[schema(example = "hall")]
    place: String,
    /// Name of the window.
    #[validate(length(min = 1, max = 50, message = "应为1至50个字"))]
    window: Option<String>,
    /// Code of the matter it is for; absent = any.
    #[schema(example = "construction-permit")]
    matter: Option<String>,
    /// When it lies.
    kind: SlotKind,
    /// Beginning.
    #[schema(example = "2024-09-28T09:00:00+08:00")]
    starts_at: DateTime<Utc>,
    /// End.
    #[schema(example = "2024-09-28T10:00:00+08:00")]
    ends_at: DateTime<Utc>,
    /// How many may come.
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    #[schema(example = 5)]
    capacity: i32,
}

/// A slot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Slot)]
pub(crate) struct SlotView {
    /// Identity.
    id: Uuid,
    /// Code of the place.
    #[schema(example = "hall")]
    place: String,
    /// Name of the window.
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<String>,
    /// Code of the matter it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    matter: Option<String>,
    /// When it lies.
    kind: SlotKind,
    /// In Chinese.
    #[schema(example = "延时")]
    kind_name: &'static str,
    /// Beginning.
    starts_at: Moment,
    /// End.
    ends_at: Moment,
    /// How many may come.
    #[schema(example = 5)]
    capacity: i32,
    /// How many more may book.
    #[schema(example = 3)]
    free: i32,
}

impl From<Slot> for SlotView {
    fn from(s: Slot) -> Self {
        Self {
            id: s.id,
            place: s.place,
            window: s.window,
            matter: s.matter,
            kind: s.kind,
            kind_name: s.kind.label(),
            starts_at: s.starts_at.into(),
            ends_at: s.ends_at.into(),
            capacity: s.capacity,
            free: (s.capacity - s.booked).max(0),
        }
    }
}

/// 开放预约时段
#[utoipa::path(tag = "大厅", params(ZonePath, ("Idempotency-Key" = String, Header, description = "幂等键")), request_body = OpenSlot, responses((status = 201, description = "时段", body = SlotView)))]
#[post("/api/v1/zones/{zone}/slots")]
pub(crate) async fn open_slot(
    caller: Caller<may::OpenSlot>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<OpenSlot>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let OpenSlot { place, window, matter, kind, starts_at, ends_at, capacity } = body.value;
    let wrong = |pointer: &str, code: &str, text: &str| Err(Problem::at(ErrorCode::InvalidBody, pointer, code, text));
    if zone.catalogue.zone.place(&place).is_none() {
        return wrong("/place", "unknown", "园区没有这个场所");
    }
    if ends_at <= starts_at {
        return wrong("/ends_at", "wrong_order", "结束应晚于开始");
    }
    let today = date_of(state.db.clock().now());
    if matter.as_deref().is_some_and(|code| zone.catalogue.matter(code, today).is_none()) {
        return wrong("/matter", "unknown", "没有这个事项");
    }
    let (number, booked, id) = (zone.zone, 0, ids::new_id());
    let slot = Slot { id, place, window, matter, kind, starts_at, ends_at, capacity, booked };
    let request = caller.once(number, &key.required()?, body.digest);
    let (slot, replayed) = state.db.write(move |tx| open(tx, number, slot, &request)).await?;
    Ok(changed(StatusCode::CREATED, &SlotView::from(slot), 1, replayed))
}

/// Which slots.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SlotQuery {
    /// 从何时起；不填为现在
    from: Option<DateTime<Utc>>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 可预约时段（含错时、延时）
#[utoipa::path(tag = "大厅", params(ZonePath, SlotQuery), responses((status = 200, description = "一页时段", body = Page<SlotView>)))]
#[get("/api/v1/zones/{zone}/slots")]
pub(crate) async fn list_slots(
    _: Anyone<may::ListSlots>,
    zone: InZone,
    query: Params<SlotQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<SlotView>>, Problem> {
    let SlotQuery { from, limit, cursor } = query.0;
    let (name, keys, limit) = (format!("slots/{}", zone.zone), state.db.keys(), usize::from(limit.unwrap_or(20)));
    let after: Option<(Instant, Uuid)> = cursor.as_deref().map(|c| cursor::read(keys, &name, c)).transpose()?;
    let (number, wanted) = (zone.zone, i64::try_from(limit).unwrap_or(20) + 1);
    let from = from.unwrap_or_else(|| state.db.clock().now());
    let found = state.db.read(move |tx| appointment::list_slots(tx, number, from, after, wanted)).await?;
    let found = page(found, limit, |s| cursor::write(keys, &name, &(s.starts_at, s.id)));
    Ok(Json(Page { items: found.items.into_iter().map(SlotView::from).collect(), next: found.next, count: None }))
}

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

/// Appointments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bookings {
    /// Newest first, at most 100.
    items: Vec<BookingView>,
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
    let wrong = |e: domain::identity::IdentityError| Problem::at(ErrorCode::InvalidBody, "/phone", "phone_invalid", e.to_string());
    let phone = Phone::parse(&phone).map_err(wrong)?.to_string();
    let (number, account) = (zone.zone, caller.account);
    let request = key.0.map(|key| caller.once(number, &key, body.digest));
    let visitor = Visitor { name, phone, purpose };
    let (booking, replayed) = state.db.write(move |tx| book(tx, number, id.0, account, visitor, request.as_ref())).await?;
    Ok(changed(StatusCode::CREATED, &BookingView::new(booking, true), 1, replayed))
}

/// 我的预约
#[utoipa::path(tag = "大厅", params(ZonePath), responses((status = 200, description = "预约", body = Bookings)))]
#[get("/api/v1/zones/{zone}/bookings")]
pub(crate) async fn list_bookings(
    caller: Caller<may::ListBookings>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<Bookings>, Problem> {
    let (number, account) = (zone.zone, caller.account);
    let found = state.db.read(move |tx| appointment::list(tx, number, Some(account), None)).await?;
    Ok(Json(Bookings { items: found.into_iter().map(|b| BookingView::new(b, true)).collect() }))
}

/// 某时段的预约（窗口，脱敏）
#[utoipa::path(tag = "大厅", params(ZonePath, ("id" = Uuid, Path, description = "时段标识")), responses((status = 200, description = "预约", body = Bookings)))]
#[get("/api/v1/zones/{zone}/slots/{id}/bookings")]
pub(crate) async fn list_slot_bookings(
    _: Caller<may::ListSlotBookings>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<Bookings>, Problem> {
    let number = zone.zone;
    let found = state.db.read(move |tx| appointment::list(tx, number, None, Some(id.0))).await?;
    Ok(Json(Bookings { items: found.into_iter().map(|b| BookingView::new(b, false)).collect() }))
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

/// A use of the free printer.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountPrint {
    /// Pages.
    #[validate(range(min = 1, max = 1000, message = "应为1至1000"))]
    #[schema(example = 5)]
    pages: u32,
}

/// Free printing today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintsToday {
    /// Uses.
    #[schema(example = 3)]
    uses: u64,
    /// Pages.
    #[schema(example = 8)]
    pages: u64,
    /// What it cost the people, fen: nothing.
    #[schema(example = 0)]
    charge_fen: u64,
}

/// 免费文印登记
#[utoipa::path(
    tag = "大厅",
    params(ZonePath, ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body = CountPrint,
    responses((status = 200, description = "今日文印", body = PrintsToday))
)]
#[post("/api/v1/zones/{zone}/print-jobs")]
pub(crate) async fn count_print(
    caller: Caller<may::CountPrint>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<CountPrint>,
    state: Data<AppState>,
) -> Result<Json<PrintsToday>, Problem> {
    let (number, pages) = (zone.zone, body.value.pages);
    let request = caller.once(number, &key.required()?, body.digest);
    let counted = state.db.write(move |tx| {
        match idempotency::claim(tx, &request, 200, ids::new_id(), 1)? {
            Outcome::First => {
                tally::add(tx, number, Tally::PrintPages, pages)?;
                tally::add(tx, number, Tally::PrintUses, 1)?;
            }
            Outcome::Mismatch => return Err(Error::KeyReused),
            Outcome::Replay { .. } => {}
        }
        let today = date_of(tx.now());
        Ok::<_, Error>(tally::read(tx, number, (today, today))?)
    });
    let counted = counted.await?;
    let of = |t: Tally| counted.get(&t).copied().unwrap_or(0);
    Ok(Json(PrintsToday { uses: of(Tally::PrintUses), pages: of(Tally::PrintPages), charge_fen: 0 }))
}
