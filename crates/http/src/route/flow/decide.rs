//! Examine, decide, put a wrong refusal right.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::case::CaseView;
use actix_web::{HttpResponse, post};
use domain::flow::{AnnulGround, Checkpoint, ExaminationMethod, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{NewDecision, NewExamination, annul, approve_deferral as approve, decide, examine};

/// An examination.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExamineCase {
    /// How.
    method: ExaminationMethod,
    /// Officers besides the caller; a site check needs two in all.
    #[serde(default)]
    #[validate(length(max = 20, message = "最多20人"))]
    officers: Vec<Uuid>,
    /// What was looked at.
    #[validate(length(min = 1, max = 200, message = "应有1至200项"))]
    checklist: Vec<Checkpoint>,
    /// Opinion.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "符合施工许可条件")]
    opinion: String,
}

/// A decision.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideCase {
    /// Granted or refused.
    granted: bool,
    /// Opinion.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "同意核发")]
    opinion: String,
    /// Reasons of a refusal (行政许可法 38).
    #[serde(default)]
    #[validate(length(max = 50, message = "最多50项"))]
    refusals: Vec<Refusal>,
    /// It is refused for false materials or facts withheld (行政许可法 78): for what touches public safety the applicant
    /// may not apply again for a year.
    #[serde(default)]
    false_materials: bool,
    /// Why the promise was missed; required when it was, and shown to the applicant.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "专家评审延期")]
    delay_reason: Option<String>,
}

/// A refusal found wrong.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnnulDecision {
    /// What showed it.
    ground: AnnulGround,
    /// Number of the review decision or judgment.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "衡府复决字〔2024〕1号")]
    document_no: Option<String>,
}

/// 审查
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ExamineCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/examine")]
pub(crate) async fn examine_case(on: Target<may::ExamineCase>, body: Valid<ExamineCase>) -> Result<HttpResponse, Problem> {
    let ExamineCase { method, officers, checklist, opinion } = body.value;
    on.case(body.digest, move |work, id| examine(work, id, NewExamination { method, officers, checklist, opinion })).await
}

/// 作出决定
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = DecideCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/decide")]
pub(crate) async fn decide_case(on: Target<may::DecideCase>, body: Valid<DecideCase>) -> Result<HttpResponse, Problem> {
    let DecideCase { granted, opinion, refusals, false_materials, delay_reason } = body.value;
    let new = NewDecision { granted, opinion, refusals, false_materials, delay: delay_reason };
    on.case(body.digest, move |work, id| decide(work, id, new)).await
}

/// Why a second official agrees.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveDeferral {
    /// Opinion.
    #[validate(length(min = 1, max = 2000, message = "应为1至2000个字"))]
    #[schema(example = "规划预审意见已经出具，同意容缺核发")]
    opinion: String,
}

/// 复核同意核发后补齐（由决定人以外的审批人员）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ApproveDeferral,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/approve-deferral")]
pub(crate) async fn approve_deferral(on: Target<may::ApproveDeferral>, body: Valid<ApproveDeferral>) -> Result<HttpResponse, Problem> {
    let opinion = body.value.opinion;
    on.case(body.digest, move |work, id| approve(work, id, &opinion)).await
}

/// 纠正不予受理或者不予许可，继续办理
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = AnnulDecision,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/annul")]
pub(crate) async fn annul_decision(on: Target<may::AnnulDecision>, body: Valid<AnnulDecision>) -> Result<HttpResponse, Problem> {
    let AnnulDecision { ground, document_no } = body.value;
    on.case(body.digest, move |work, id| annul(work, id, ground, document_no.as_deref())).await
}
