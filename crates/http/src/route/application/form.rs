//! The application form to read before it is signed.

use crate::AppState;
use crate::extract::{Caller, InZone, Segment, ZonePath, may};
use crate::problem::Problem;
use actix_web::get;
use actix_web::web::{Data, Json};
use persistence::instrument::FaceLine;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::application::render_form;
use workflow::{Dossier, Error};

/// An application form as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApplicationForm {
    /// Its title.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）申请表")]
    title: String,
    /// What was filled in, line by line.
    lines: Vec<FaceLine>,
    /// What the applicant declares.
    declarations: Vec<String>,
    /// SM3 of the words, hexadecimal: it comes back with the filing where the form is signed.
    digest: String,
}

/// 申请表：提交前阅读，可随提交电子签名
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "申请表", body = ApplicationForm)))]
#[get("/api/v1/zones/{zone}/applications/{id}/application-form")]
pub(crate) async fn get_application_form(
    caller: Caller<may::GetApplicationForm>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<ApplicationForm>, Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let read = state.db.read(move |tx| render_form(&snapshot, &Dossier::read_for(tx, &snapshot, id.0, &acting)?));
    let text = read.await.map_err(|e: Error| Problem::from(e))?;
    let digest = hex::encode(text.digest());
    Ok(Json(ApplicationForm { title: text.title, lines: text.face, declarations: text.paragraphs, digest }))
}
