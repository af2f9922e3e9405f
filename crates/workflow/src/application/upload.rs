//! Hand in a material: the file is stored sealed first, then entered in one transaction.

use super::{Acting, lock_for, require_draft, save};
use crate::{Error, Invalid, ZoneSnapshot, subject};
use chrono::NaiveDate;
use domain::event::EventKind;
use domain::local_time::date_of;
use persistence::application::{Application, find_visible};
use persistence::event::{self, NewEvent};
use persistence::material::{self, Document, Material};
use persistence::{Tx, ids};
use serde_json::json;
use uuid::Uuid;

/// A file that was taken in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Code of the material it is.
    pub material: String,
    /// The caller's identity of the upload.
    pub upload_id: String,
    /// Name of the file as given.
    pub file_name: String,
    /// The stored file.
    pub document: Document,
}

/// Whether the caller may upload to this draft and what the material is; asked before the bytes are taken.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::StateForbids`], [`Error::Invalid`] for a material no
/// matter of the draft asks for.
pub fn prepare_upload(
    tx: &mut Tx<'_>,
    snapshot: &ZoneSnapshot,
    id: Uuid,
    material: &str,
    upload_id: &str,
    acting: &Acting,
) -> Result<(), Error> {
    let Some((application, _)) = find_visible(tx, snapshot.zone, id, &acting.may)? else {
        let seen = find_visible(tx, snapshot.zone, id, &acting.sees)?.is_some();
        return Err(if seen { Error::Forbidden } else { Error::NotFound });
    };
    if let Err(filed) = require_draft(&application) {
        // Repeating an upload gives its answer even after filing.
        let repeated = material::find_upload(tx, snapshot.zone, id, upload_id)?.is_some();
        return if repeated { Ok(()) } else { Err(filed) };
    }
    require_known(&application, snapshot, date_of(tx.now()), material)
}

/// Enters an upload. The same upload id gives the same answer; another file under it is refused.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::StateForbids`], [`Error::UploadReused`].
pub fn upload(tx: &mut Tx<'_>, zone: i32, id: Uuid, new: Upload, acting: &Acting) -> Result<(Material, bool), Error> {
    let (mut application, _) = lock_for(tx, zone, id, acting)?;
    let created_at = tx.now();
    let Upload { material: code, upload_id, file_name, document } = new;
    let material = Material { id: ids::new_id(), code, upload_id, file_name, created_at, document };
    material::insert_document(tx, zone, acting.may.account, &material)?;
    if !material::claim(tx, zone, id, &material)? {
        material::remove_document(tx, zone, material.document.id)?;
        let earlier = material::find_upload(tx, zone, id, &material.upload_id)?.ok_or(Error::UploadReused)?;
        let same = earlier.document.digest == material.document.digest && earlier.code == material.code;
        return if same { Ok((earlier, true)) } else { Err(Error::UploadReused) };
    }
    require_draft(&application)?;
    application.version += 1;
    let digest = hex::encode(&material.document.digest);
    let payload = json!({"material": material.code, "document": material.document.id, "sha256": digest, "size": material.document.size});
    let stream = application.stream();
    let event = NewEvent { kind: EventKind::MaterialUploaded, occurred_at: created_at, payload };
    event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
    save(tx, &mut application)?;
    Ok((material, false))
}

fn require_known(application: &Application, snapshot: &ZoneSnapshot, today: NaiveDate, material: &str) -> Result<(), Error> {
    let subject = subject(application.subject_kind, &application.subject_code);
    let plan = snapshot.plan(subject, today).ok_or(Error::SubjectNotInForce)?;
    let asked_for = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == material);
    let unknown = || Invalid::new("/material", "material_unknown", format!("本申请不需要材料「{material}」（在线政务服务若干规定 7）"));
    if asked_for { Ok(()) } else { Err(Error::Invalid(vec![unknown()])) }
}
