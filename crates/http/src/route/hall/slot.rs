//! Slots for appointments, outside office hours too (错时、延时).

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Anyone, Caller, IdempotencyKey, InZone, Params, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::page::{Page, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::hall::{SlotKind, not_openable};
use domain::local_time::date_of;
use persistence::appointment::{self, Slot};
use persistence::ids;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::appointment::open_slot as open;

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
    let now = state.db.clock().now();
    if let Some((member, reason)) = not_openable(starts_at, ends_at, now) {
        return wrong(&format!("/{member}"), &reason.code, &reason.text);
    }
    let today = date_of(now);
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
    let paging = Paging::new(&state, format!("slots/{}", zone.zone), limit, cursor)?;
    let (number, (after, wanted)) = (zone.zone, paging.wanted());
    let from = from.unwrap_or_else(|| state.db.clock().now());
    let found = state.db.read(move |tx| appointment::list_slots(tx, number, from, after, wanted)).await?;
    Ok(Json(paging.page(found, |s| (s.starts_at, s.id), SlotView::from)))
}
