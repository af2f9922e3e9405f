//! The applicant withdraws; after acceptance the department confirms.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use crate::view::case::CaseView;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{confirm_withdrawal as confirm, withdraw};

/// A withdrawal.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawApplication {
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "项目调整，暂不建设")]
    reason: String,
    /// Only these cases; absent = all the caller may act on.
    #[validate(length(min = 1, max = 100, message = "应有1至100个办件"))]
    cases: Option<Vec<Uuid>>,
    /// The cases that stop with them, as `withdrawal-effect` shows: the applicant says that he knows.
    #[serde(default)]
    #[validate(length(max = 100, message = "最多100个办件"))]
    stops: Vec<Uuid>,
}

/// The withdrawal is confirmed.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmWithdrawal {}

/// 撤回申请（受理后待部门确认）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = WithdrawApplication,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/withdraw")]
pub(crate) async fn withdraw_application(
    on: Target<may::WithdrawApplication>,
    body: Valid<WithdrawApplication>,
) -> Result<HttpResponse, Problem> {
    let WithdrawApplication { reason, cases, stops } = body.value;
    on.application(body.digest, move |work| withdraw(work, cases.as_deref(), &stops, &reason)).await
}

/// 确认撤件
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ConfirmWithdrawal,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/confirm-withdrawal")]
pub(crate) async fn confirm_withdrawal(
    on: Target<may::ConfirmWithdrawal>,
    body: Valid<ConfirmWithdrawal>,
) -> Result<HttpResponse, Problem> {
    let ConfirmWithdrawal {} = body.value;
    on.case(body.digest, confirm).await
}
