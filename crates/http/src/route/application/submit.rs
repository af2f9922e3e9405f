//! File a draft.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Caller, IdempotencyKey, InZone, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, post};
use domain::application::{ApplicationState, FilingChannel};
use domain::local_time::date_of;
use domain::number::Series;
use domain::reason::Reason;
use persistence::application::find_visible;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::Error;
use workflow::application::{NewFiling, SignedForm, submit};

/// The act itself, and the applicant's signature where he signs the form.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitApplication {
    /// Digest of the form that was read (`get_application_form`): it is signed electronically and kept as it was filed.
    #[validate(length(equal = 64, message = "应为64位十六进制数"))]
    form_digest: Option<String>,
}

/// 提交申请：网上提交即收件
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body = SubmitApplication,
    responses((status = 200, description = "已提交的申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/submit")]
pub(crate) async fn submit_application(
    caller: Caller<may::SubmitApplication>,
    zone: InZone,
    id: Segment<Uuid>,
    key: IdempotencyKey,
    body: Valid<SubmitApplication>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let once = caller.once(zone.zone, &key.required()?, body.digest);
    let signed = match body.value.form_digest {
        Some(digest) => signature_of(&caller, &zone, id.0, digest, &state).await?,
        None => None,
    };
    let day = date_of(state.db.clock().now());
    let number = state.numbers.next(&state.db, zone.zone, &zone.catalogue.zone.area_code, Series::Submission, day).await?;
    let (snapshot, snapshots, acting, taken) = (zone.0.clone(), state.snapshots.clone(), caller.acting(), number.clone());
    let new = NewFiling { submission_no: number, signed };
    let done = state.db.write(move |tx| submit(tx, &snapshots, snapshot, id.0, new, &acting, &once)).await;
    let unused = match &done {
        Ok(done) => done.replayed,
        // A failure of the database may hide a commit.
        Err(error) => !matches!(error, Error::Database(_)),
    };
    if unused {
        state.numbers.give_back(zone.zone, Series::Submission, day, taken);
    }
    let done = done?;
    let view = ApplicationView::new(done.dossier, &zone, state.db.keys(), &caller.scope(), &caller.seat());
    Ok(changed(StatusCode::OK, &view, view.version(), done.replayed))
}

/// Has the applicant sign his form; nothing for one that is filed already, which is answered again as it was.
async fn signature_of(
    caller: &Caller<may::SubmitApplication>,
    zone: &InZone,
    id: Uuid,
    digest: String,
    state: &AppState,
) -> Result<Option<SignedForm>, Problem> {
    let (number, scope, account) = (zone.zone, caller.scope(), caller.account);
    let found = state.db.read(move |tx| find_visible(tx, number, id, &scope)).await.map_err(Error::Database)?;
    let Some((application, _)) = found.filter(|(a, _)| a.state == ApplicationState::Draft) else { return Ok(None) };
    if application.channel == FilingChannel::Window {
        let text = "窗口申报的申请表由申请人在纸面上签署";
        return Err(Error::NotAllowed(Reason::new("paper_signature_required", text, "电子签名法 3")).into());
    }
    Ok(Some(SignedForm { signature: state.sign(account, &digest).await?, digest, account }))
}
