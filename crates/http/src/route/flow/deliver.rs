//! Make out results together, and hand them over.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::{HttpResponse, post};
use domain::flow::DeliveryWay;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{NewDelivery, deliver, issue};

/// Results to make out.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueApplication {
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
    /// Why the applicant asks for a part before the rest is decided; without it results go out together.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "急需营业执照办理开户")]
    part_asked_for: Option<String>,
}

/// How results are handed over.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliverApplication {
    /// How.
    way: DeliveryWay,
    /// To whom.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "张三")]
    recipient: Option<String>,
    /// Where to.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "衡阳市示例路1号")]
    address: Option<String>,
    /// Number of the parcel.
    #[validate(length(min = 1, max = 50, message = "应为1至50个字"))]
    #[schema(example = "EB123456789CN")]
    tracking_no: Option<String>,
    /// What the applicant pays, fen; nothing where the matter is free.
    #[serde(default)]
    #[validate(range(min = 0, message = "不能为负"))]
    #[schema(example = 0)]
    fee_fen: i64,
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
}

/// 统一出件
#[utoipa::path(
    tag = "出件",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body = IssueApplication,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/issue")]
pub(crate) async fn issue_application(on: Target<may::IssueApplication>, body: Valid<IssueApplication>) -> Result<HttpResponse, Problem> {
    let IssueApplication { cases, part_asked_for } = body.value;
    on.keyed()?.application(body.digest, move |work| issue(work, cases.as_deref(), part_asked_for.as_deref())).await
}

/// 送达
#[utoipa::path(
    tag = "出件",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = DeliverApplication,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/deliver")]
pub(crate) async fn deliver_application(
    on: Target<may::DeliverApplication>,
    body: Valid<DeliverApplication>,
) -> Result<HttpResponse, Problem> {
    let DeliverApplication { way, recipient, address, tracking_no, fee_fen, cases } = body.value;
    on.application(body.digest, move |work| {
        let new = NewDelivery { way, recipient, address, tracking_no, fee_fen };
        deliver(work, cases.as_deref(), &new)
    })
    .await
}
