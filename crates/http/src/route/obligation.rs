//! What is owed after an acceptance or a grant: done, put off, put off no further.

use crate::etag::changed;
use crate::extract::may::Permission;
use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::case_file::ObligationView;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post};
use chrono::NaiveDate;
use persistence::obligation;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::Error;
use workflow::application::{ExtensionAnswer, Work, answer_extension as answer_it, ask_extension as ask, fulfil};

/// A duty was done.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FulfilObligation {
    /// What was done.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "已完成基坑工程质量安全监督交底")]
    report: String,
    /// When it began: of what had to begin within a term, and of nothing else.
    #[schema(example = "2024-11-20")]
    done_on: Option<NaiveDate>,
}

/// 报告义务已履行
#[utoipa::path(
    tag = "监督",
    params(ZonePath, ("id" = Uuid, Path, description = "义务标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = FulfilObligation,
    responses((status = 200, description = "义务", body = ObligationView))
)]
#[post("/api/v1/zones/{zone}/obligations/{id}/fulfil")]
pub(crate) async fn fulfil_obligation(on: Target<may::FulfilObligation>, body: Valid<FulfilObligation>) -> Result<HttpResponse, Problem> {
    let (id, FulfilObligation { report, done_on }) = (on.id, body.value);
    answered(on, body.digest, move |work| fulfil(work, id, &report, done_on)).await
}

/// Does something about a duty, and shows how it stands then.
async fn answered<P: Permission>(
    on: Target<P>,
    digest: Vec<u8>,
    act: impl FnOnce(&mut Work<'_, '_>) -> Result<(), Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (number, id, state) = (on.zone.zone, on.id, on.state.clone());
    let found = state.db.read(move |tx| Ok::<_, Error>(obligation::find_application_of(tx, number, id)?)).await?;
    let application = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let done = on.perform(application, digest, act).await?;
    let all = state.db.read(move |tx| obligation::list(tx, number, application)).await?;
    let view = all.into_iter().find(|o| o.id == id).map(ObligationView::from).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    Ok(changed(StatusCode::OK, &view, done.dossier.application.version, done.replayed))
}

/// Why more time is needed.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskExtension {
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "基坑支护遇地下管线迁改，不能按期开工")]
    reason: String,
}

/// 申请延期（按期开工、补交材料）
#[utoipa::path(
    tag = "办理",
    params(ZonePath, ("id" = Uuid, Path, description = "义务标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = AskExtension,
    responses((status = 200, description = "义务", body = ObligationView))
)]
#[post("/api/v1/zones/{zone}/obligations/{id}/ask-extension")]
pub(crate) async fn ask_extension(on: Target<may::AskExtension>, body: Valid<AskExtension>) -> Result<HttpResponse, Problem> {
    let (id, AskExtension { reason }) = (on.id, body.value);
    answered(on, body.digest, move |work| ask(work, id, &reason)).await
}

/// An answer to who asked for more time; it may be given unasked.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerExtension {
    /// Whether it is given.
    granted: bool,
    /// Why, or why not.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "情况属实，同意延期三个月")]
    reason: String,
    /// Until when: of materials kept back by force majeure. What has to begin is put off by the term of its law.
    #[schema(example = "2024-11-20")]
    until: Option<NaiveDate>,
}

/// 答复延期申请（建筑法 9；不可抗力）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "义务标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = AnswerExtension,
    responses((status = 200, description = "义务", body = ObligationView))
)]
#[post("/api/v1/zones/{zone}/obligations/{id}/extension")]
pub(crate) async fn answer_extension(on: Target<may::AnswerExtension>, body: Valid<AnswerExtension>) -> Result<HttpResponse, Problem> {
    let AnswerExtension { granted, reason, until } = body.value;
    let (id, answer) = (on.id, ExtensionAnswer { granted, reason, until });
    answered(on, body.digest, move |work| answer_it(work, id, &answer)).await
}
