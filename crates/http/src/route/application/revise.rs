//! Change a draft.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Caller, IfMatch, InZone, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, patch};
use domain::application::Party;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{Revision, revise};

/// What changes: entries are set, `null` takes one out; parties are replaced as a whole.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReviseApplication {
    /// Form entries.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"project_name": "天嘉·上河九章"}))]
    form: Map<String, Value>,
    /// Answers.
    #[serde(default)]
    #[schema(example = json!({"permit_stage": "excavation"}))]
    answers: BTreeMap<String, Option<String>>,
    /// Parties.
    #[validate(length(min = 1, max = 50, message = "应有1至50个当事人"))]
    parties: Option<Vec<Party>>,
}

/// 修改草稿
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("If-Match" = String, Header, description = "所依据版本的ETag")),
    request_body = ReviseApplication,
    responses((status = 200, description = "修改后的草稿", body = ApplicationView))
)]
#[patch("/api/v1/zones/{zone}/applications/{id}")]
pub(crate) async fn revise_application(
    caller: Caller<may::ReviseApplication>,
    zone: InZone,
    id: Segment<Uuid>,
    expected: IfMatch,
    body: Valid<ReviseApplication>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ReviseApplication { form, answers, parties } = body.value;
    let revision = Revision { form, answers, parties };
    let (snapshot, snapshots, acting) = (zone.0.clone(), state.snapshots.clone(), caller.acting());
    let dossier = state.db.write(move |tx| revise(tx, &snapshots, snapshot, id.0, expected.0, revision, &acting)).await?;
    let view = ApplicationView::new(dossier, &zone, state.db.keys(), &caller.scope(), &caller.seat());
    Ok(changed(StatusCode::OK, &view, view.version(), false))
}
