//! Receive: accept, refuse, correct on the spot, notify once, supplement.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::{HttpResponse, post};
use domain::flow::{NoticeItem, RejectGround};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{
    NewNotice, NewPaper, Rejection, accept, correct_on_spot as correct, give_notice, reject, supplement, take_paper as take,
};

/// Acceptance of what is complete.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptApplication {
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
}

/// A refusal to accept.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectApplication {
    /// Why.
    ground: RejectGround,
    /// In words.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "该工程限额以下，依法不需要取得施工许可")]
    explanation: String,
    /// The body that is competent; required when this one is not.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "市住房和城乡建设局")]
    competent_body: Option<String>,
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
}

/// What the applicant put right at once.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectOnSpot {
    /// Where: a data element or a material.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "floor_area_m2")]
    element: String,
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
}

/// One notice with every defect.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveNotice {
    /// Every defect, itemised by case.
    #[validate(length(min = 1, max = 200, message = "应有1至200项"))]
    items: Vec<NoticeItem>,
    /// Why a later round names something that could have been said the first time; it is put before a supervisor.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "申请人补交的图纸与原申请范围不一致")]
    override_reason: Option<String>,
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
}

/// Supplements are complete; form entries asked for may be corrected.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupplementApplication {
    /// Form entries the notice asked for.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"floor_area_m2": 12000.5}))]
    form: Map<String, Value>,
}

/// Paper taken over.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TakePaper {
    /// Code of the material.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "planning-conditions-approval")]
    material: String,
    /// The original, not a copy.
    original: bool,
    /// How many.
    #[validate(range(min = 1, max = 999, message = "应为1至999"))]
    #[schema(example = 1)]
    count: u32,
}

/// 受理
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = AcceptApplication,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/accept")]
pub(crate) async fn accept_application(
    on: Target<may::AcceptApplication>,
    body: Valid<AcceptApplication>,
) -> Result<HttpResponse, Problem> {
    let AcceptApplication { cases } = body.value;
    on.application(body.digest, move |work| accept(work, cases.as_deref())).await
}

/// 不受理、不予受理
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RejectApplication,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/reject")]
pub(crate) async fn reject_application(
    on: Target<may::RejectApplication>,
    body: Valid<RejectApplication>,
) -> Result<HttpResponse, Problem> {
    let RejectApplication { ground, explanation, competent_body, cases } = body.value;
    on.application(body.digest, move |work| reject(work, cases.as_deref(), &Rejection { ground, explanation, competent_body })).await
}

/// 当场更正
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = CorrectOnSpot,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/correct-on-spot")]
pub(crate) async fn correct_on_spot(on: Target<may::CorrectOnSpot>, body: Valid<CorrectOnSpot>) -> Result<HttpResponse, Problem> {
    let CorrectOnSpot { element, cases } = body.value;
    on.application(body.digest, move |work| correct(work, cases.as_deref(), &element)).await
}

/// 一次性告知补正
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = GiveNotice,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/supplement-notice")]
pub(crate) async fn give_supplement_notice(
    on: Target<may::GiveSupplementNotice>,
    body: Valid<GiveNotice>,
) -> Result<HttpResponse, Problem> {
    let GiveNotice { items, override_reason, cases } = body.value;
    on.application(body.digest, move |work| give_notice(work, cases.as_deref(), NewNotice { items, override_reason })).await
}

/// 提交补正
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = SupplementApplication,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/supplement")]
pub(crate) async fn supplement_application(
    on: Target<may::SupplementApplication>,
    body: Valid<SupplementApplication>,
) -> Result<HttpResponse, Problem> {
    let SupplementApplication { form } = body.value;
    on.application(body.digest, move |work| supplement(work, form)).await
}

/// 窗口收取纸质材料
#[utoipa::path(
    tag = "窗口",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = TakePaper,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/paper-materials")]
pub(crate) async fn take_paper(on: Target<may::TakePaper>, body: Valid<TakePaper>) -> Result<HttpResponse, Problem> {
    let TakePaper { material, original, count } = body.value;
    on.application(body.digest, move |work| take(work, NewPaper { material, original, count })).await
}
