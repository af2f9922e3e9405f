//! Hand in a material: the file is stored sealed first, then entered in one transaction.

use super::{Acting, lock_for, require_draft, save};
use crate::{Dossier, Error, Invalid, Snapshots, ZoneSnapshot};
use domain::event::EventKind;
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
pub fn prepare_upload(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, material: &str, acting: &Acting) -> Result<(), Error> {
    let visible = persistence::application::find_visible(tx, snapshot.zone, id, &acting.sees)?;
    let (application, content) = visible.ok_or(Error::NotFound)?;
    if persistence::application::find_visible(tx, snapshot.zone, id, &acting.may)?.is_none() {
        return Err(Error::Forbidden);
    }
    require_draft(&application)?;
    let dossier = Dossier::complete(tx, snapshot, application, content)?;
    require_known(&dossier, snapshot, material)
}

/// A material uploaded earlier under the same id.
#[must_use]
pub fn find_upload(dossier: &Dossier, upload_id: &str) -> Option<Material> {
    dossier.materials.iter().find(|m| m.upload_id == upload_id).cloned()
}

/// Enters an upload. The same upload id gives the same answer; another file under it is refused.
///
/// # Errors
/// As [`prepare_upload`], and [`Error::UploadReused`].
pub fn upload(
    tx: &mut Tx<'_>,
    snapshots: &Snapshots,
    known: ZoneSnapshot,
    id: Uuid,
    new: Upload,
    acting: &Acting,
) -> Result<(Material, bool), Error> {
    let (application, content) = lock_for(tx, known.zone, id, acting)?;
    let snapshot = snapshots.fresh(tx, known)?;
    let mut dossier = Dossier::complete(tx, &snapshot, application, content)?;
    if let Some(earlier) = find_upload(&dossier, &new.upload_id) {
        let same = earlier.document.digest == new.document.digest && earlier.code == new.material;
        return if same { Ok((earlier, true)) } else { Err(Error::UploadReused) };
    }
    require_draft(&dossier.application)?;
    require_known(&dossier, &snapshot, &new.material)?;
    let material = Material {
        id: ids::new_id(),
        code: new.material,
        upload_id: new.upload_id,
        file_name: new.file_name,
        created_at: tx.now(),
        document: new.document,
    };
    let application = &mut dossier.application;
    application.version += 1;
    let digest = hex::encode(&material.document.digest);
    let payload = json!({"material": material.code, "document": material.document.id, "sha256": digest, "size": material.document.size});
    let stream = application.stream();
    let event = NewEvent { kind: EventKind::MaterialUploaded, occurred_at: tx.now(), payload };
    event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
    material::insert(tx, application.zone, id, acting.may.account, &material)?;
    save(tx, application)?;
    Ok((material, false))
}

fn require_known(dossier: &Dossier, snapshot: &ZoneSnapshot, material: &str) -> Result<(), Error> {
    let plan = dossier.plan(snapshot).ok_or(Error::SubjectNotInForce)?;
    let asked_for = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == material);
    if asked_for {
        Ok(())
    } else {
        Err(Error::Invalid(vec![Invalid::new(
            "/material",
            "material_unknown",
            format!("本申请不需要材料「{material}」（在线政务服务若干规定 7）"),
        )]))
    }
}
