//! Import and export of a zone's catalogue: whole or in part, as an archive or a workbook.

use crate::AppState;
use crate::etag::{Caching, tagged_bytes};
use crate::extract::{Caller, InZone, Params, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use actix_web::web::{BytesMut, Data, Json, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use domain::local_time::date_of;
use futures_util::StreamExt;
use integrations::implementation_list;
use persistence::catalogue::{DocumentKind, export_documents};
use persistence::event::Actor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;
use workflow::Error;
use workflow::catalogue::{
    ArchivePart, Change, Complaint, File, Imported, Importing, import, pack, preview, read, read_workbook, unpack, write_workbook,
};

const ZIP: &str = "application/zip";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Whether to do it.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportQuery {
    /// 只检查、不导入
    dry_run: Option<bool>,
    /// 导入原因，记入每个新版本
    #[validate(length(max = 500, message = "最多500个字"))]
    #[param(example = "省级目录下发")]
    reason: Option<String>,
}

/// A document that is published.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportChange {
    /// Kind.
    kind: DocumentKind,
    /// Code.
    #[schema(example = "construction-permit")]
    code: String,
    /// Number of the new version; 1 for something new.
    version: i32,
    /// Members of the document that differ from the version before; all of them for something new.
    #[schema(example = json!(["limits", "consult_phone"]))]
    members: Vec<String>,
}

/// One thing wrong with a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportComplaint {
    /// The file or sheet.
    #[schema(example = "zones/hengyang-gaoxin/matters/construction-permit.json")]
    file: String,
    /// JSON Pointer into it, or row and column.
    #[schema(example = "/limits/promised/n")]
    pointer: String,
    /// Stable code.
    #[schema(example = "promised_exceeds_statutory")]
    code: &'static str,
    /// In Chinese.
    message: String,
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// Nothing was written.
    dry_run: bool,
    /// It can be done as it stands.
    acceptable: bool,
    /// Documents published as a new version.
    published: usize,
    /// Documents that are there already.
    unchanged: usize,
    /// Rows of delegated matters added.
    delegated_added: usize,
    /// Reform tasks added.
    tasks_added: usize,
    /// Every change.
    changes: Vec<ImportChange>,
    /// Everything wrong, not only the first.
    complaints: Vec<ImportComplaint>,
    /// Rows of the registers that stand differently here and stay as they are.
    kept: Vec<ImportComplaint>,
}

impl ImportReport {
    fn new(dry_run: bool, imported: Imported, complaints: Vec<Complaint>) -> Self {
        let change = |c: Change| ImportChange { kind: c.kind, code: c.code, version: c.version, members: c.members };
        let complaint = |c: Complaint| ImportComplaint { file: c.file, pointer: c.pointer, code: c.code, message: c.reason };
        Self {
            dry_run,
            acceptable: complaints.is_empty(),
            published: imported.published,
            unchanged: imported.unchanged,
            delegated_added: imported.delegated,
            tasks_added: imported.tasks,
            changes: imported.changes.into_iter().map(change).collect(),
            complaints: complaints.into_iter().map(complaint).collect(),
            kept: imported.kept.into_iter().map(complaint).collect(),
        }
    }
}

async fn whole(mut payload: Payload, limit: u64) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(ErrorCode::BadUpload).detail("文件没有传完"))?;
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(Problem::new(ErrorCode::BodyTooLarge).detail(format!("文件不能超过{}MB", limit / 1024 / 1024)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// 导入目录：压缩包（zone.json、matters/*.json、bundles/*.json……）或者Excel工作簿；全部成功或者全部不动
#[utoipa::path(
    tag = "目录管理",
    params(ZonePath, ImportQuery),
    request_body(description = "zip压缩包或者xlsx工作簿", content((Vec<u8> = "application/zip"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 200, description = "导入或者检查结果", body = ImportReport))
)]
#[post("/api/v1/zones/{zone}/imports")]
pub(crate) async fn import_catalogue(
    caller: Caller<may::ImportCatalogue>,
    zone: InZone,
    query: Params<ImportQuery>,
    state: Data<AppState>,
    request: HttpRequest,
    payload: Payload,
) -> Result<Json<ImportReport>, Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let workbook = match given.split(';').next().unwrap_or_default().trim() {
        ZIP => false,
        XLSX => true,
        _ => return Err(Problem::new(ErrorCode::UnsupportedMediaType).detail("Content-Type应为application/zip或者xlsx的类型")),
    };
    let bytes = whole(payload, state.limits.import).await?;
    let (slug, number) = (zone.catalogue.zone.slug.clone(), zone.zone);
    let known = if workbook { documents(&state, number).await? } else { BTreeMap::new() };
    let fresh = state.snapshots.zones().into_iter().find(|z| z.zone == number).map_or_else(|| zone.catalogue.clone(), |z| z.catalogue);
    let today = date_of(state.db.clock().now());
    let reading = actix_web::web::block(move || {
        let files: Vec<File> = if workbook { read_workbook(&bytes, &slug, &known) } else { unpack(&bytes, &slug) }?;
        read(&files, &[fresh], today)
    });
    let reading = reading.await.map_err(|_| Problem::new(ErrorCode::Internal))?;
    let dry_run = query.0.dry_run.unwrap_or(false);
    let report = match (reading, dry_run) {
        (Err(complaints), true) => ImportReport::new(true, Imported::default(), complaints),
        (Err(complaints), false) => return Err(Error::Import(complaints).into()),
        (Ok(reading), true) => {
            let mut previewed = state.db.read(move |tx| preview(tx, number, reading)).await?;
            let refused = std::mem::take(&mut previewed.refused);
            ImportReport::new(true, previewed, refused)
        }
        (Ok(reading), false) => {
            let actor = Actor::account(caller.account, caller.request_id.clone());
            let reason = query.0.reason.filter(|r| !r.trim().is_empty()).unwrap_or_else(|| "批量导入".to_owned());
            let by = Importing { actor, account: Some(caller.account), reason };
            let imported = state.db.write(move |tx| import(tx, reading, &by)).await?;
            state.snapshots.poll(&state.db).await?;
            ImportReport::new(false, imported, Vec::new())
        }
    };
    Ok(Json(report))
}

/// The newest document of every matter.
async fn documents(state: &AppState, zone: i32) -> Result<BTreeMap<String, String>, Problem> {
    let read = state.db.read(move |tx| {
        let (mut all, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = export_documents(tx, zone, DocumentKind::Matter, &after, 500)?;
            let Some((last, _)) = page.last() else { return Ok::<_, Error>(all) };
            after.clone_from(last);
            all.extend(page);
        }
    });
    Ok(read.await?)
}

/// In what form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    /// Archive of documents; imported again it changes nothing.
    #[default]
    Zip,
    /// Workbook of matters.
    Xlsx,
    /// Rows of the national implementation list, with its own column names.
    Exchange,
}

/// Which part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportPart {
    /// Everything.
    #[default]
    All,
    /// The zone's profile.
    Profile,
    /// Matters.
    Matters,
    /// Bundles.
    Bundles,
    /// Delegated matters and reform tasks.
    Registers,
}

/// What to export.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// 格式：zip、xlsx、exchange（实施清单，JSON）
    #[param(inline)]
    format: Option<ExportFormat>,
    /// 范围：all、profile、matters、bundles、registers（xlsx只含事项）
    #[param(inline)]
    part: Option<ExportPart>,
}

/// 导出目录：再次导入不产生任何变化
#[utoipa::path(tag = "目录管理", params(ZonePath, ExportQuery), responses((status = 200, description = "压缩包或者工作簿", body = Vec<u8>, content_type = "application/zip")))]
#[get("/api/v1/zones/{zone}/exports")]
pub(crate) async fn export_catalogue(
    _: Caller<may::ExportCatalogue>,
    zone: InZone,
    query: Params<ExportQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let slug = zone.catalogue.zone.slug.clone();
    let (bytes, kind, ending) = match query.0.format.unwrap_or_default() {
        ExportFormat::Zip => {
            let parts: &[ArchivePart] = match query.0.part.unwrap_or_default() {
                ExportPart::All => &ArchivePart::ALL,
                ExportPart::Profile => &[ArchivePart::Profile],
                ExportPart::Matters => &[ArchivePart::Matters],
                ExportPart::Bundles => &[ArchivePart::Bundles],
                ExportPart::Registers => &[ArchivePart::Registers],
            };
            let number = zone.zone;
            (state.db.snapshot(move |tx| pack(tx, number, parts)).await?, ZIP, "zip")
        }
        ExportFormat::Exchange => {
            let (catalogue, today) = (&zone.catalogue, date_of(state.db.clock().now()));
            let rows: Vec<_> =
                catalogue.current_matters(today).map(|m| implementation_list::row(&m.document, m.number, &catalogue.zone, today)).collect();
            (serde_json::to_vec(&rows).unwrap_or_default(), "application/json", "json")
        }
        ExportFormat::Xlsx => {
            let (catalogue, today) = (zone.catalogue.clone(), date_of(state.db.clock().now()));
            let written =
                actix_web::web::block(move || write_workbook(&catalogue, today)).await.map_err(|_| Problem::new(ErrorCode::Internal))?;
            let bytes = written.map_err(|error| {
                tracing::error!(%error, "a workbook could not be written");
                Problem::new(ErrorCode::Internal)
            })?;
            (bytes, XLSX, "xlsx")
        }
    };
    let mut response = tagged_bytes(&request, bytes.into(), kind, Caching::Private);
    let name = format!("attachment; filename=\"{slug}-catalogue.{ending}\"");
    if let Ok(value) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
