//! Further help at the window, and the consent it may need.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::{HttpResponse, post};
use domain::hall::HelpKind;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::application::{give_consent as consent, give_help as help, record_visit as visit};

/// To whom documents may go.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveConsent {
    /// To whom.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "某银行")]
    recipient: String,
    /// What for.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "办理开户")]
    purpose: String,
}

/// 同意向第三方提供本人资料
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = GiveConsent,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/consents")]
pub(crate) async fn give_consent(on: Target<may::GiveConsent>, body: Valid<GiveConsent>) -> Result<HttpResponse, Problem> {
    let GiveConsent { recipient, purpose } = body.value;
    on.application(body.digest, move |work| consent(work, recipient, purpose)).await
}

/// Further help given.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveHelp {
    /// What.
    kind: HelpKind,
    /// Code of the material or name of the document.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "营业执照复印件")]
    document: String,
    /// To whom it went; the owner himself where nobody is named.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    recipient: Option<String>,
}

/// A visit to the hall.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordVisit {
    /// What for.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "核对原件")]
    purpose: String,
}

/// 登记申请人到现场（超过承诺的跑动次数即列入监督）
#[utoipa::path(
    tag = "大厅",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RecordVisit,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/visits")]
pub(crate) async fn record_visit(on: Target<may::RecordVisit>, body: Valid<RecordVisit>) -> Result<HttpResponse, Problem> {
    let purpose = body.value.purpose;
    on.application(body.digest, move |work| visit(work, purpose)).await
}

/// 登记帮办其他事项（打证、盖章、扫描、资料查询拷贝发送、邮寄）
#[utoipa::path(
    tag = "大厅",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = GiveHelp,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/help")]
pub(crate) async fn give_help(on: Target<may::GiveHelp>, body: Valid<GiveHelp>) -> Result<HttpResponse, Problem> {
    let GiveHelp { kind, document, recipient } = body.value;
    on.application(body.digest, move |work| help(work, kind, document, recipient)).await
}
