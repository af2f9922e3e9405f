//! The zone of the path.

use crate::AppState;
use crate::problem::{ErrorCode, Problem};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use std::ops::Deref;
use utoipa::IntoParams;
use workflow::ZoneSnapshot;

/// The zone of the path, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes the path parameter")]
pub(crate) struct ZonePath {
    /// 园区标识
    #[param(example = "hengyang-gaoxin")]
    zone: String,
}

/// The zone of the path with its catalogue and calendar; 404 for an unknown one.
pub(crate) struct InZone(pub(crate) ZoneSnapshot);

impl Deref for InZone {
    type Target = ZoneSnapshot;
    fn deref(&self) -> &ZoneSnapshot {
        &self.0
    }
}

impl FromRequest for InZone {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let slug = request.match_info().get("zone").unwrap_or_default();
        let known = request.app_data::<Data<AppState>>().and_then(|state| state.snapshots.zone(slug));
        ready(known.map(Self).ok_or_else(|| Problem::new(ErrorCode::NotFound).detail("没有这个园区")))
    }
}
