//! Post-checks, orders to rectify, statements, and what named officials decide.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::case::CaseView;
use actix_web::{HttpResponse, post};
use domain::flow::{CheckResult, Consequence, RecallGround, RevocationGround};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::application::{
    cancel_acceptance as cancel, discontinue, make_statement as state, post_check, propose_revocation as propose, recall,
    record_rectification as record, revoke,
};

/// A post-check.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostCheckCase {
    /// What it found.
    result: CheckResult,
    /// In words.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "现场与承诺不符：未设置消毒设施")]
    findings: String,
}

/// A grant may have to be revoked.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposeRevocation {
    /// What was found.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "申请材料中的检测报告系伪造")]
    findings: String,
}

/// Result of an order to rectify.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordRectification {
    /// It was followed.
    rectified: bool,
    /// In words.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "复查时仍未设置消毒设施")]
    findings: String,
}

/// Statement and defence.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MakeStatement {
    /// What the applicant says.
    #[validate(length(min = 1, max = 2000, message = "应为1至2000个字"))]
    #[schema(example = "设备已订购，请求延长整改期限")]
    statement: String,
}

/// Revocation by a named official.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeCase {
    /// Ground (行政许可法 69).
    ground: RevocationGround,
    /// Why, in view of the statement.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "逾期未整改，不符合法定条件")]
    reason: String,
}

/// What a lapsed deferral leads to.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelAcceptance {
    /// Which.
    consequence: Consequence,
    /// Why, in view of the statement.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "逾期未补齐容缺材料，且无正当理由")]
    reason: String,
}

/// A proceeding ends without consequence.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscontinueProceeding {
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "材料已补齐")]
    reason: String,
}

/// A lawful grant is taken back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecallCase {
    /// Ground (行政许可法 8).
    ground: RecallGround,
    /// In words.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "规划调整，道路红线外移")]
    reason: String,
    /// How losses are compensated.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "按评估价补偿")]
    compensation: String,
}

/// 事后核查
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = PostCheckCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/post-check")]
pub(crate) async fn post_check_case(on: Target<may::PostCheckCase>, body: Valid<PostCheckCase>) -> Result<HttpResponse, Problem> {
    let PostCheckCase { result, findings } = body.value;
    on.case(body.digest, move |work, id| post_check(work, id, result, findings)).await
}

/// 启动撤销程序，告知陈述申辩
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ProposeRevocation,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/propose-revocation")]
pub(crate) async fn propose_revocation(
    on: Target<may::ProposeRevocation>,
    body: Valid<ProposeRevocation>,
) -> Result<HttpResponse, Problem> {
    let ProposeRevocation { findings } = body.value;
    on.case(body.digest, move |work, id| propose(work, id, findings)).await
}

/// 记录整改结果
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RecordRectification,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/rectification")]
pub(crate) async fn record_rectification(
    on: Target<may::RecordRectification>,
    body: Valid<RecordRectification>,
) -> Result<HttpResponse, Problem> {
    let RecordRectification { rectified, findings } = body.value;
    on.case(body.digest, move |work, id| record(work, id, rectified, &findings)).await
}

/// 陈述申辩
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = MakeStatement,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/statement")]
pub(crate) async fn make_statement(on: Target<may::MakeStatement>, body: Valid<MakeStatement>) -> Result<HttpResponse, Problem> {
    let MakeStatement { statement } = body.value;
    on.case(body.digest, move |work, id| state(work, id, statement)).await
}

/// 撤销
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RevokeCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/revoke")]
pub(crate) async fn revoke_case(on: Target<may::RevokeCase>, body: Valid<RevokeCase>) -> Result<HttpResponse, Problem> {
    let RevokeCase { ground, reason } = body.value;
    on.case(body.digest, move |work, id| revoke(work, id, ground, &reason)).await
}

/// 容缺逾期处理决定
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = CancelAcceptance,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/cancel-acceptance")]
pub(crate) async fn cancel_acceptance(on: Target<may::CancelAcceptance>, body: Valid<CancelAcceptance>) -> Result<HttpResponse, Problem> {
    let CancelAcceptance { consequence, reason } = body.value;
    on.case(body.digest, move |work, id| cancel(work, id, consequence, &reason)).await
}

/// 终止处理程序
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = DiscontinueProceeding,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/discontinue")]
pub(crate) async fn discontinue_proceeding(
    on: Target<may::DiscontinueProceeding>,
    body: Valid<DiscontinueProceeding>,
) -> Result<HttpResponse, Problem> {
    let DiscontinueProceeding { reason } = body.value;
    on.case(body.digest, move |work, id| discontinue(work, id, &reason)).await
}

/// 撤回许可
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RecallCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/recall")]
pub(crate) async fn recall_case(on: Target<may::RecallCase>, body: Valid<RecallCase>) -> Result<HttpResponse, Problem> {
    let RecallCase { ground, reason, compensation } = body.value;
    on.case(body.digest, move |work, id| recall(work, id, ground, &reason, &compensation)).await
}
