//! Results by courier: one parcel, followed to the end.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, InZone, Segment, Target, Valid, ZonePath, may, read_phone};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::application::ApplicationView;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use domain::access::Reach;
use domain::hall::ParcelState;
use domain::identity::{mask_address, mask_name, mask_phone};
use persistence::parcel::{self, Parcel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::send_parcel as send;
use workflow::{Dossier, Error};

/// Where a parcel goes.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendParcel {
    /// To whom.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "张三")]
    recipient: String,
    /// Where to.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "湖南省衡阳市蒸湘区示例路1号")]
    address: String,
    /// How to reach him.
    #[schema(example = "13800003210")]
    phone: String,
}

/// 一次寄出全部结果（免费邮寄，由快递接口下单并跟踪）
#[utoipa::path(
    tag = "出件",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = SendParcel,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/parcels")]
pub(crate) async fn send_parcel(on: Target<may::SendParcel>, body: Valid<SendParcel>) -> Result<HttpResponse, Problem> {
    let SendParcel { recipient, address, phone } = body.value;
    let phone = read_phone(&phone)?;
    if !on.state.ports.courier.is_set_up() {
        return Err(Problem::new(ErrorCode::PortUnavailable).detail("尚未接入快递，请自行寄出后在送达时填写运单号"));
    }
    on.application(body.digest, move |work| send(work, recipient, address, phone)).await
}

/// A parcel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
pub(crate) struct ParcelView {
    /// Identity.
    id: Uuid,
    /// Where it is.
    state: ParcelState,
    /// In Chinese.
    #[schema(example = "运输中")]
    state_name: &'static str,
    /// Number of the courier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "EB123456789CN")]
    tracking_no: Option<String>,
    /// To whom; masked to others than the owner.
    recipient: String,
    /// Where to; masked to others than the owner.
    address: String,
    /// Phone; masked to others than the owner.
    phone: String,
    /// The cases whose results are in it.
    cases: Vec<Uuid>,
    /// What the applicant pays, fen: nothing.
    #[schema(example = 0)]
    fee_fen: u32,
    /// When it was ordered.
    ordered_at: Moment,
    /// Since when it is there.
    state_at: Moment,
}

impl ParcelView {
    fn new(p: Parcel, own: bool) -> Self {
        let c = p.consignment;
        Self {
            id: p.id,
            state: p.state,
            state_name: p.state.label(),
            tracking_no: p.tracking_no,
            recipient: if own { c.recipient } else { mask_name(&c.recipient) },
            address: if own { c.address } else { mask_address(&c.address) },
            phone: if own { c.phone } else { mask_phone(&c.phone) },
            cases: c.cases,
            fee_fen: 0,
            ordered_at: p.ordered_at.into(),
            state_at: p.state_at.into(),
        }
    }
}

/// Parcels of one application.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Parcels {
    /// Oldest first.
    items: Vec<ParcelView>,
}

/// 邮件及物流
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "邮件", body = Parcels)))]
#[get("/api/v1/zones/{zone}/applications/{id}/parcels")]
pub(crate) async fn list_parcels(
    caller: Caller<may::ListParcels>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read(tx, &snapshot, id.0, &scope)?;
        let own = scope.reach == Reach::Own || dossier.application.filed_by == scope.account;
        Ok::<_, Error>((parcel::list(tx, snapshot.zone, id.0)?, own))
    });
    let (found, own) = read.await?;
    let view = Parcels { items: found.into_iter().map(|p| ParcelView::new(p, own)).collect() };
    Ok(tagged(&request, &view, None, Caching::Private))
}
