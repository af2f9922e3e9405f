//! Take a case on, hand it over.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::case::CaseView;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{claim, hand_over};

/// The caller takes the case on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimCase {}

/// The case goes to a colleague.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandOverCase {
    /// His account.
    to: Uuid,
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "岗位调整")]
    reason: String,
}

/// 领办
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ClaimCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/claim")]
pub(crate) async fn claim_case(on: Target<may::ClaimCase>, body: Valid<ClaimCase>) -> Result<HttpResponse, Problem> {
    let ClaimCase {} = body.value;
    on.case(body.digest, claim).await
}

/// 移交
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = HandOverCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/hand-over")]
pub(crate) async fn hand_over_case(on: Target<may::HandOverCase>, body: Valid<HandOverCase>) -> Result<HttpResponse, Problem> {
    let HandOverCase { to, reason } = body.value;
    on.case(body.digest, move |work, id| hand_over(work, id, to, &reason)).await
}
