//! Hand in a material: one file, streamed, hashed, sealed, typed by its content.

use crate::AppState;
use crate::extract::{Caller, InZone, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::application::MaterialView;
use actix_multipart::{Field, Multipart};
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, post};
use futures_util::{StreamExt, TryStreamExt};
use integrations::scan::{ScannerDown, Verdict};
use persistence::Tx;
use persistence::file_store::Incoming;
use persistence::ids::new_id;
use persistence::material::Document;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{Cursor, Read};
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::Error;
use workflow::application::{Upload, prepare_upload, upload};
use zip::ZipArchive;

/// The parts of an upload; `material` and `upload_id` come before `file`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart form for the document")]
pub(crate) struct UploadForm {
    /// Code of the material.
    #[schema(example = "planning-conditions-approval")]
    material: String,
    /// The caller's identity of this upload: the same id gives the same answer.
    #[schema(example = "a1b2c3")]
    upload_id: String,
    /// SHA-256 of the file, hexadecimal; when given, what arrives is checked against it.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: Option<String>,
    /// The file: PDF, OFD, JPEG or PNG.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// An upload taken in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Uploaded {
    /// The material.
    material: MaterialView,
    /// It had been taken in before.
    repeated: bool,
}

/// 上传材料
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识")),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "已收到的材料", body = Uploaded))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/materials")]
pub(crate) async fn upload_material(
    caller: Caller<may::UploadMaterial>,
    zone: InZone,
    id: Segment<Uuid>,
    mut form: Multipart,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<Json<Uploaded>, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(Problem::new(ErrorCode::UnsupportedMediaType).detail("Content-Type应为multipart/form-data"));
    }
    let id = id.0;
    let mut parts = Parts::default();
    let (mut unsure, snapshot, acting) = (false, zone.0.clone(), caller.acting());
    let entered = match parts.take_all(&mut form, &caller, &zone, id, &state).await {
        Ok(new) => state.db.write(move |tx| upload(tx, snapshot, id, new, &acting)).await.map_err(|error| {
            // A failure of the database may hide a commit: then the file stays, an orphan at worst.
            unsure = matches!(error, Error::Database(_));
            Problem::from(error)
        }),
        Err(problem) => Err(problem),
    };
    // The file stays where its own document was entered; of content that its owner handed in before one copy is kept.
    let named = |key: &String| entered.as_ref().is_ok_and(|(material, _)| material.document.object_key == *key);
    if let Some(key) = parts.stored.filter(|key| !unsure && !named(key)) {
        // What was entered stands; a copy that can't be removed now is swept.
        match state.files.remove(&key).await {
            Err(error) if entered.is_ok() => tracing::warn!(%error, "a superfluous file was left to the sweep"),
            other => other?,
        }
    }
    let (material, repeated) = entered?;
    Ok(Json(Uploaded { material: material.into(), repeated }))
}

/// What has been taken of a form; `stored` is the file that has to go again when the upload is not entered.
#[derive(Default)]
struct Parts {
    material: Option<String>,
    upload_id: Option<String>,
    sha256: Option<String>,
    file: Option<(String, Document)>,
    stored: Option<String>,
}

impl Parts {
    async fn take_all(
        &mut self,
        form: &mut Multipart,
        caller: &Caller<may::UploadMaterial>,
        zone: &InZone,
        id: Uuid,
        state: &AppState,
    ) -> Result<Upload, Problem> {
        while let Some(mut field) = form.try_next().await.map_err(|_| broken())? {
            match field.name().unwrap_or_default() {
                "material" => self.material = Some(text(&mut field, "material").await?),
                "upload_id" => self.upload_id = Some(text(&mut field, "upload_id").await?),
                "sha256" => self.sha256 = Some(text(&mut field, "sha256").await?.to_lowercase()),
                "file" if self.file.is_none() => {
                    let (Some(code), Some(upload_id)) = (self.material.clone(), self.upload_id.clone()) else {
                        return Err(Problem::new(ErrorCode::BadUpload).detail("material和upload_id应在file之前"));
                    };
                    admit(state, zone, caller, id, (code, upload_id)).await?;
                    let (file_name, document) = take_file(state, zone.zone, &mut field).await?;
                    self.stored = Some(document.object_key.clone());
                    if self.sha256.as_ref().is_some_and(|wanted| *wanted != hex::encode(&document.digest)) {
                        let message = "收到的文件与所给的SHA-256不一致，请重新上传";
                        return Err(Problem::at(ErrorCode::InvalidBody, "/sha256", "hash_mismatch", message));
                    }
                    self.file = Some((file_name, document));
                }
                "file" => return Err(Problem::new(ErrorCode::BadUpload).detail("一次只能上传一个文件")),
                other => {
                    let message = format!("没有「{other}」这一项");
                    return Err(Problem::at(ErrorCode::InvalidBody, format!("/{other}"), "unknown_field", message));
                }
            }
        }
        match (self.material.take(), self.upload_id.take(), self.file.take()) {
            (Some(material), Some(upload_id), Some((file_name, document))) => Ok(Upload { material, upload_id, file_name, document }),
            _ => Err(Problem::new(ErrorCode::BadUpload).detail("应有material、upload_id和file三项")),
        }
    }
}

/// Whether this material may come now. A filed application that seems not to await it is settled first: what the
/// law has done by now decides what is owed.
async fn admit(
    state: &AppState,
    zone: &InZone,
    caller: &Caller<may::UploadMaterial>,
    id: Uuid,
    (code, upload_id): (String, String),
) -> Result<(), Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let asked = move |tx: &mut Tx<'_>| prepare_upload(tx, &snapshot, id, &code, &upload_id, &acting);
    match state.db.read(asked.clone()).await {
        Err(Error::StateForbids(_)) => {
            state.worker().settle(zone, id).await?;
            Ok(state.db.read(asked).await?)
        }
        other => Ok(other?),
    }
}

fn broken() -> Problem {
    Problem::new(ErrorCode::BadUpload)
}

async fn text(field: &mut Field, name: &str) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| broken())?);
        if bytes.len() > 200 {
            break;
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| Problem::new(ErrorCode::BadEncoding))?.trim().to_owned();
    if (1..=100).contains(&text.len()) && !text.chars().any(char::is_control) {
        Ok(text)
    } else {
        Err(Problem::at(ErrorCode::InvalidBody, format!("/{name}"), "length", "应为1至100个字符"))
    }
}

/// Streams one file into the store; what can't be taken leaves nothing behind.
async fn take_file(state: &AppState, zone: i32, field: &mut Field) -> Result<(String, Document), Problem> {
    let id = new_id();
    let file_name = field.content_disposition().and_then(|d| d.get_filename()).map_or_else(String::new, plain_name);
    let object_key = format!("{zone}/{}/{id}", id.simple().to_string().get(..6).unwrap_or_default());
    let mut incoming = state.files.begin(&object_key).await?;
    match pour(state, field, &mut incoming).await {
        Ok((size, digest, media_type)) => {
            incoming.finish().await?;
            Ok((file_name, Document { id, digest, size, media_type: media_type.to_owned(), object_key }))
        }
        Err(problem) => {
            incoming.abort().await?;
            Err(problem)
        }
    }
}

async fn pour(state: &AppState, field: &mut Field, incoming: &mut Incoming) -> Result<(i64, Vec<u8>, &'static str), Problem> {
    let (mut size, mut digest, mut head) = (0u64, Sha256::new(), Vec::new());
    let mut passing = state.ports.scanner.begin().await.map_err(unscanned)?;
    // An OFD is an archive, which can only be judged as a whole.
    let mut archive: Option<Vec<u8>> = None;
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(|_| broken())?;
        size += chunk.len() as u64;
        if size > state.limits.file {
            return Err(Problem::new(ErrorCode::BodyTooLarge).detail(format!("文件不能超过{}MiB", state.limits.file / 1024 / 1024)));
        }
        if head.is_empty() && chunk.starts_with(b"PK") {
            archive = Some(Vec::new());
        }
        if head.len() < HEAD {
            head.extend(chunk.iter().take(HEAD - head.len()));
        }
        if let Some(archive) = &mut archive {
            archive.extend_from_slice(&chunk);
        }
        digest.update(&chunk);
        passing.write(&chunk).await.map_err(unscanned)?;
        incoming.write(&chunk).await?;
    }
    if size == 0 {
        return Err(Problem::new(ErrorCode::BadUpload).detail("文件是空的"));
    }
    if let Verdict::Infected(name) = passing.finish().await.map_err(unscanned)? {
        tracing::warn!(name, "the scanner refused a file");
        return Err(Problem::new(ErrorCode::FileInfected).detail("文件未通过安全检查，请检查后重新上传"));
    }
    let media_type = match archive {
        None => media_type(&head),
        Some(bytes) => {
            let sound = actix_web::web::block(move || is_sound_ofd(&bytes)).await;
            sound.map_err(|_| Problem::new(ErrorCode::Internal))?.then_some("application/ofd")
        }
    };
    let media_type = media_type.ok_or_else(|| Problem::from(Error::UnsupportedFile))?;
    Ok((i64::try_from(size).unwrap_or(i64::MAX), digest.finalize().to_vec(), media_type))
}

/// A scanner that is set up and does not answer lets nothing pass.
fn unscanned(error: ScannerDown) -> Problem {
    Problem::from(Error::Port(error.to_string()))
}

/// Bytes looked at to tell what a file is.
const HEAD: usize = 64 * 1024;

/// The type a file that is no archive has by its content, if it is one that is taken.
fn media_type(head: &[u8]) -> Option<&'static str> {
    let kind = infer::get(head)?.mime_type();
    matches!(kind, "application/pdf" | "image/jpeg" | "image/png").then_some(kind)
}

/// Entries an OFD may have.
const MOST_ENTRIES: usize = 2000;
/// Bytes it may unpack to.
const MOST_UNPACKED: u64 = 256 * 1024 * 1024;
/// How many times larger than packed.
const MOST_RATIO: u64 = 200;

/// Whether an archive is an OFD that unpacks to something reasonable: its real content is counted, whatever its
/// directory says, and no name leads out of it.
fn is_sound_ofd(bytes: &[u8]) -> bool {
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return false };
    if archive.len() > MOST_ENTRIES || archive.index_for_name("OFD.xml").is_none() {
        return false;
    }
    let most = MOST_UNPACKED.min((bytes.len() as u64).saturating_mul(MOST_RATIO));
    let mut unpacked = 0u64;
    for i in 0..archive.len() {
        let Ok(entry) = archive.by_index(i) else { return false };
        if entry.enclosed_name().is_none() {
            return false;
        }
        match std::io::copy(&mut entry.take(most - unpacked + 1), &mut std::io::sink()) {
            Ok(read) => unpacked += read,
            Err(_) => return false,
        }
        if unpacked > most {
            return false;
        }
    }
    true
}

/// The last part of a file name, without control characters.
fn plain_name(given: &str) -> String {
    given.rsplit(['/', '\\']).next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect()
}
