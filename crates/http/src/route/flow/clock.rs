//! Stop the clock, let it go on, extend it.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::case::CaseView;
use actix_web::{HttpResponse, post};
use chrono::{DateTime, FixedOffset};
use domain::flow::SpecialProcedure;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::application::{Extension, Suspension, extend, resume, suspend};

/// A special procedure begins.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuspendCase {
    /// Which.
    procedure: SpecialProcedure,
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "需要组织专家评审基坑支护方案")]
    reason: String,
    /// How long it will take, working days.
    #[validate(range(min = 1, max = 365, message = "应为1至365"))]
    #[schema(example = 7)]
    expected_days: u32,
    /// When the applicant was told in writing (行政许可法 45).
    #[schema(value_type = String, format = DateTime, example = "2024-06-12T10:00:00+08:00")]
    told_applicant_at: DateTime<FixedOffset>,
}

/// A special procedure has ended.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResumeCase {
    /// Its result.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "专家评审通过")]
    result: String,
}

/// An extension.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtendCase {
    /// By how many days.
    #[validate(range(min = 1, max = 15, message = "应为1至15"))]
    #[schema(example = 10)]
    days: u32,
    /// Several bodies handle it together, and the head of the government approved: up to 15 days (行政许可法 42 ¶2).
    #[serde(default)]
    joint: bool,
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "案情复杂，需要补充核查")]
    reason: String,
    /// The head of the body who approved it (行政许可法 42).
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "局长 张某")]
    approved_by: String,
    /// When the applicant was told the reason.
    #[schema(value_type = String, format = DateTime, example = "2024-06-12T10:00:00+08:00")]
    told_applicant_at: DateTime<FixedOffset>,
}

/// 启动特别程序，暂停计时
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = SuspendCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/suspend")]
pub(crate) async fn suspend_case(on: Target<may::SuspendCase>, body: Valid<SuspendCase>) -> Result<HttpResponse, Problem> {
    let SuspendCase { procedure, reason, expected_days, told_applicant_at } = body.value;
    on.case(body.digest, move |work, id| {
        let told_applicant_at = told_applicant_at.to_utc();
        suspend(work, id, Suspension { procedure, reason, expected_days, told_applicant_at })
    })
    .await
}

/// 特别程序结束，恢复计时
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ResumeCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/resume")]
pub(crate) async fn resume_case(on: Target<may::ResumeCase>, body: Valid<ResumeCase>) -> Result<HttpResponse, Problem> {
    let ResumeCase { result } = body.value;
    on.case(body.digest, move |work, id| resume(work, id, result)).await
}

/// 延长办理期限
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ExtendCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/extend")]
pub(crate) async fn extend_case(on: Target<may::ExtendCase>, body: Valid<ExtendCase>) -> Result<HttpResponse, Problem> {
    let ExtendCase { days, joint, reason, approved_by, told_applicant_at } = body.value;
    on.case(body.digest, move |work, id| {
        let told_applicant_at = told_applicant_at.to_utc();
        extend(work, id, Extension { days, joint, reason, approved_by, told_applicant_at })
    })
    .await
}
