//! Letters of commitment and deferral.

use crate::AppState;
use crate::extract::{Caller, InZone, Params, Segments, Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use domain::flow::{LetterKind, LetterText, Signatory};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::Dossier;
use workflow::application::{NewLetter, render_letter, sign_letter as sign, withdraw_letter as take_back};

/// What the letter is about.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LetterQuery {
    /// 材料代码，用逗号分隔
    #[param(example = "staff-health-certificates")]
    #[validate(length(min = 1, max = 2000, message = "应有至少一项材料"))]
    materials: String,
}

/// A letter to read before it is signed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LetterPage {
    /// Its words.
    text: LetterText,
    /// SM3 of the words, hexadecimal: it comes back with the signature.
    digest: String,
}

/// 承诺书文本
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("kind" = LetterKind, Path, description = "承诺书种类"), LetterQuery),
    responses((status = 200, description = "文本", body = LetterPage))
)]
#[get("/api/v1/zones/{zone}/applications/{id}/letters/{kind}")]
pub(crate) async fn get_letter(
    caller: Caller<may::GetLetter>,
    zone: InZone,
    path: Segments<Uuid, LetterKind>,
    query: Params<LetterQuery>,
    state: Data<AppState>,
) -> Result<Json<LetterPage>, Problem> {
    let materials: Vec<String> = query.0.materials.split(',').map(|m| m.trim().to_owned()).collect();
    let (snapshot, acting, Segments(id, kind)) = (zone.0.clone(), caller.acting(), path);
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read_for(tx, &snapshot, id, &acting)?;
        render_letter(tx, &snapshot, &dossier, kind, &materials)
    });
    let rendered = read.await?;
    Ok(Json(LetterPage { text: rendered.text, digest: rendered.digest }))
}

/// A signature under a letter that was read.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignLetter {
    /// Kind.
    kind: LetterKind,
    /// The materials it is about.
    #[validate(length(min = 1, max = 100, message = "应有1至100项材料"))]
    #[schema(example = json!(["staff-health-certificates"]))]
    materials: Vec<String>,
    /// Digest of the text that was read.
    #[validate(length(equal = 64, message = "应为64位十六进制数"))]
    digest: String,
    /// Who signs.
    signatory: Signatory,
    /// Signed on paper, which a clerk has before him.
    #[serde(default)]
    on_paper: bool,
}

/// 签署承诺书
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = SignLetter,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/letters")]
pub(crate) async fn sign_letter(on: Target<may::SignLetter>, body: Valid<SignLetter>) -> Result<HttpResponse, Problem> {
    let SignLetter { kind, materials, digest, signatory, on_paper } = body.value;
    let signature = if on_paper { None } else { Some(on.state.sign(on.caller.account, &digest).await?) };
    let new = NewLetter { kind, materials, digest, signatory, signature };
    on.application(body.digest, move |work| sign(work, new)).await
}

/// Letters to take back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithdrawLetter {
    /// Kind.
    kind: LetterKind,
}

/// 撤回承诺
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = WithdrawLetter,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/letters/withdraw")]
pub(crate) async fn withdraw_letter(on: Target<may::WithdrawLetter>, body: Valid<WithdrawLetter>) -> Result<HttpResponse, Problem> {
    let kind = body.value.kind;
    on.application(body.digest, move |work| take_back(work, kind)).await
}
