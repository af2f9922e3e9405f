//! Materials: list, take back, download, link, use again.

use crate::AppState;
use crate::extract::may::Permission;
use crate::extract::{Anyone, Caller, InZone, Params, Segment, Segments, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::application::MaterialView;
use crate::view::case_file::PaperView;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, RANGE};
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use chrono::TimeDelta;
use domain::access::Reach;
use domain::application::ApplicationState;
use domain::flow::{Reader, purpose_of_reading};
use futures_util::TryStreamExt;
use persistence::application::Scope;
use persistence::material::{self, Material};
use persistence::{clock::real_now, seal::Keys};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::application::{earlier, note_read, remove_material as remove, reuse};
use workflow::{Dossier, Error, ZoneSnapshot};

/// What was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Materials {
    /// Files, oldest first.
    items: Vec<MaterialView>,
    /// Paper.
    paper: Vec<PaperView>,
}

/// 材料清单
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "材料", body = Materials)))]
#[get("/api/v1/zones/{zone}/applications/{id}/materials")]
pub(crate) async fn list_materials(
    caller: Caller<may::ListMaterials>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<Materials>, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let dossier = state.db.read(move |tx| Dossier::read(tx, &snapshot, id.0, &scope)).await?;
    let own = caller.scope().reach == Reach::Own || dossier.application.filed_by == caller.account;
    let shown = of_department(&dossier, &zone, &caller.scope());
    Ok(Json(Materials {
        items: dossier.materials.into_iter().filter(|m| own || shown(&m.code)).map(|m| MaterialView::shown(m, own)).collect(),
        paper: dossier.content.paper.into_iter().map(PaperView::from).collect(),
    }))
}

/// 撤回草稿中的材料
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("material" = Uuid, Path, description = "材料标识")),
    responses((status = 204, description = "已撤回"))
)]
#[delete("/api/v1/zones/{zone}/applications/{id}/materials/{material}")]
pub(crate) async fn remove_material(
    caller: Caller<may::RemoveMaterial>,
    zone: InZone,
    path: Segments<Uuid, Uuid>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (number, acting) = (zone.zone, caller.acting());
    let file = state.db.write(move |tx| remove(tx, number, path.0, path.1, &acting)).await?;
    if let Some(key) = file {
        state.files.remove(&key).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// 下载材料
#[utoipa::path(
    tag = "申报",
    params(
        ZonePath,
        ("id" = Uuid, Path, description = "申请标识"),
        ("material" = Uuid, Path, description = "材料标识"),
        ReadQuery,
        ("Range" = Option<String>, Header, description = "字节范围", example = "bytes=0-1023"),
    ),
    responses(
        (status = 200, description = "文件", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "文件的一段", body = Vec<u8>, content_type = "application/octet-stream"),
    )
)]
#[get("/api/v1/zones/{zone}/applications/{id}/materials/{material}/file")]
pub(crate) async fn get_material_file(
    caller: Caller<may::GetMaterialFile>,
    zone: InZone,
    path: Segments<Uuid, Uuid>,
    query: Params<ReadQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = find(&caller, &zone, (path.0, path.1), query.0.purpose, &state).await?;
    send(&request, &state, &found).await
}

/// What somebody who does not handle the application reads for.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReadQuery {
    /// 查阅目的：不在办理本申请的工作人员必填
    #[validate(length(max = 200, message = "最多200个字"))]
    #[param(example = "信访事项核查")]
    purpose: Option<String>,
}

/// The material, as far as the caller sees it; that somebody else than its owner reads it is recorded, and what for.
async fn find<P: Permission>(
    caller: &Caller<P>,
    zone: &InZone,
    (id, material): (Uuid, Uuid),
    purpose: Option<String>,
    state: &AppState,
) -> Result<Material, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read(tx, &snapshot, id, &scope)?;
        let own = scope.reach == Reach::Own || dossier.application.filed_by == scope.account;
        let shown = of_department(&dossier, &snapshot, &scope);
        dossier.materials.into_iter().find(|m| m.id == material && (own || shown(&m.code))).ok_or(Error::NotFound)
    });
    let found = read.await?;
    read_for(caller, zone, id, (found.id, found.code.clone()), purpose, state).await?;
    Ok(found)
}

/// Lets somebody read what is personal in an application: its owner freely, who handles it for that, anybody else for what
/// he says. What others than the owner read is recorded.
pub(super) async fn read_for<P: Permission>(
    caller: &Caller<P>,
    zone: &InZone,
    id: Uuid,
    (what, code): (Uuid, String),
    purpose: Option<String>,
    state: &AppState,
) -> Result<(), Problem> {
    let (snapshot, scope, acting, roles) = (zone.0.clone(), caller.scope(), caller.acting(), caller.roles.clone());
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read(tx, &snapshot, id, &scope)?;
        let filed = dossier.application.filed_by == scope.account && !dossier.application.keyed_by(scope.account);
        let reader = Reader { reach: scope.reach, roles: &roles, departments: &scope.departments };
        let draft = dossier.application.state == ApplicationState::Draft;
        let keying = draft && dossier.application.keyed_by(scope.account);
        let handles = keying || reader.handles(dossier.application.state, &dossier.cases);
        Ok::<_, Error>((filed || (scope.reach == Reach::Own && !dossier.application.keyed_by(scope.account)), handles))
    });
    let (own, handles) = read.await?;
    if own {
        return Ok(());
    }
    let number = zone.zone;
    let purpose = purpose_of_reading(handles, purpose.as_deref()).map_err(Error::NotAllowed)?;
    Ok(state.db.write(move |tx| note_read(tx, number, id, (what, &code), purpose, &acting)).await?)
}

/// Which materials an officer of a department sees: those his own cases ask for.
fn of_department(dossier: &Dossier, snapshot: &ZoneSnapshot, scope: &Scope) -> impl Fn(&str) -> bool + use<> {
    let narrow = scope.reach == Reach::Department;
    let theirs = dossier.cases.iter().filter(|c| scope.departments.contains(&c.department));
    let asked: BTreeSet<String> = theirs
        .filter_map(|c| c.version(&snapshot.catalogue))
        .flat_map(|v| &v.document.requirements)
        .flat_map(|r| &r.choices)
        .map(|c| c.material.clone())
        .collect();
    move |material| !narrow || asked.contains(material)
}

/// Sends a file or the part asked for, as something to keep and never to run.
async fn send(request: &HttpRequest, state: &AppState, material: &Material) -> Result<HttpResponse, Problem> {
    let size = material.document.size.unsigned_abs();
    let asked = request.headers().get(RANGE).and_then(|v| v.to_str().ok());
    let range = match asked.map(|text| read_range(text, size)) {
        None => None,
        Some(Some(range)) => Some(range),
        Some(None) => return Err(Problem::new(ErrorCode::RangeInvalid)),
    };
    let (status, wanted) = range.clone().map_or((StatusCode::OK, 0..size), |r| (StatusCode::PARTIAL_CONTENT, r));
    let bytes = state.files.stream_range(&material.document.object_key, size, wanted.clone()).await?;
    let ending = material.document.media_type.rsplit('/').next().unwrap_or("bin");
    let mut response = HttpResponse::build(status);
    response
        .content_type(material.document.media_type.as_str())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{ending}\"", material.code)))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header(("Cache-Control", "private, no-store"));
    if range.is_some() {
        response.insert_header((CONTENT_RANGE, format!("bytes {}-{}/{size}", wanted.start, wanted.end.saturating_sub(1))));
    }
    let length = wanted.end - wanted.start;
    Ok(response.body(SizedStream::new(length, bytes.map_ok(Bytes::from))))
}

/// One range of bytes (RFC 9110 14.1.2): `bytes=a-b`, `bytes=a-`, `bytes=-n`.
fn read_range(text: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.trim(), last.trim()) {
        ("", n) => size.saturating_sub(n.parse().ok()?)..size,
        (a, "") => a.parse().ok()?..size,
        (a, b) => a.parse().ok()?..b.parse::<u64>().ok()?.checked_add(1)?.min(size),
    };
    (range.start < range.end).then_some(range)
}

/// A link that opens a file without login for a short while.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileLink {
    /// The address, to be opened with GET.
    #[schema(example = "/api/v1/zones/hengyang-gaoxin/files/…")]
    url: String,
    /// Until when it holds.
    expires_at: Moment,
}

/// How long a signed link holds, real time.
const LINK_MINUTES: i64 = 5;

/// 生成短时下载链接
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("material" = Uuid, Path, description = "材料标识"), ReadQuery),
    responses((status = 200, description = "链接", body = FileLink))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/materials/{material}/link")]
pub(crate) async fn link_material_file(
    caller: Caller<may::LinkMaterialFile>,
    zone: InZone,
    path: Segments<Uuid, Uuid>,
    query: Params<ReadQuery>,
    state: Data<AppState>,
) -> Result<Json<FileLink>, Problem> {
    find(&caller, &zone, (path.0, path.1), query.0.purpose, &state).await?;
    let until = real_now() + TimeDelta::minutes(LINK_MINUTES);
    let token = write_link(state.db.keys(), zone.zone, path.0, path.1, until.timestamp());
    Ok(Json(FileLink { url: format!("/api/v1/zones/{}/files/{token}", zone.catalogue.zone.slug), expires_at: until.into() }))
}

fn write_link(keys: &Keys, zone: i32, application: Uuid, material: Uuid, until: i64) -> String {
    let what = format!("{}.{}.{until}", application.simple(), material.simple());
    let check = keys.link_check("file", &format!("{zone}/{what}"));
    format!("{what}.{check}")
}

/// 凭链接下载
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("token" = String, Path, description = "签名链接中的令牌")),
    responses((status = 200, description = "文件", body = Vec<u8>, content_type = "application/octet-stream"))
)]
#[get("/api/v1/zones/{zone}/files/{token}")]
pub(crate) async fn get_linked_file(
    _: Anyone<may::GetLinkedFile>,
    zone: InZone,
    token: Segment<String>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let expired = || Problem::new(ErrorCode::LinkExpired);
    let mut parts = token.0.split('.');
    let mut part = || parts.next().ok_or_else(expired);
    let (application, material, until) = (part()?, part()?, part()?);
    let (application, material): (Uuid, Uuid) = (application.parse().map_err(|_| expired())?, material.parse().map_err(|_| expired())?);
    let until: i64 = until.parse().map_err(|_| expired())?;
    let genuine = constant_time_eq(&write_link(state.db.keys(), zone.zone, application, material, until), &token.0);
    if !genuine || real_now().timestamp() >= until {
        return Err(expired());
    }
    let number = zone.zone;
    let found = state.db.read(move |tx| Ok::<_, Error>(material::find(tx, number, application, material)?)).await?;
    send(&request, &state, &found.ok_or_else(expired)?).await
}

/// Compares without telling by its time where two texts differ.
pub(crate) fn constant_time_eq(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}

/// Earlier documents of the same applicant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReusableMaterials {
    /// The newest of each kind.
    items: Vec<MaterialView>,
}

/// 可复用的材料（此前已提交，不必重复提交）
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "可复用的材料", body = ReusableMaterials)))]
#[get("/api/v1/zones/{zone}/applications/{id}/reusable-materials")]
pub(crate) async fn list_reusable_materials(
    caller: Caller<may::ListReusableMaterials>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<ReusableMaterials>, Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read_for(tx, &snapshot, id.0, &acting)?;
        let plan = dossier.plan(&snapshot).ok_or(Error::SubjectNotInForce)?;
        let own = (acting.may.reach != Reach::Zone).then_some(acting.may.account);
        let mut found = earlier(tx, &snapshot, &dossier, own)?;
        found.retain(|m| plan.matters.iter().flat_map(|v| &v.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == m.code));
        Ok::<_, Error>(found)
    });
    Ok(Json(ReusableMaterials { items: read.await?.into_iter().map(|m| MaterialView::shown(m, false)).collect() }))
}

/// An earlier material to use again.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReuseMaterial {
    /// Its identity.
    material_id: Uuid,
}

/// 复用已有材料
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识")),
    request_body = ReuseMaterial,
    responses((status = 200, description = "材料", body = MaterialView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/reused-materials")]
pub(crate) async fn reuse_material(
    caller: Caller<may::ReuseMaterial>,
    zone: InZone,
    id: Segment<Uuid>,
    body: Valid<ReuseMaterial>,
    state: Data<AppState>,
) -> Result<Json<MaterialView>, Problem> {
    let (snapshot, acting, source) = (zone.0.clone(), caller.acting(), body.value.material_id);
    let material = state.db.write(move |tx| reuse(tx, &snapshot, id.0, source, &acting)).await?;
    Ok(Json(material.into()))
}
