//! Hand in a material: the file is stored sealed first, then entered in one transaction.

use super::notice::alternatives;
use super::work::supply_late;
use super::{Acting, lock_for, require_draft, save};
use crate::{Dossier, Error, Invalid, ZoneSnapshot, subject};
use chrono::NaiveDate;
use domain::application::ApplicationState;
use domain::event::EventKind;
use domain::flow::{Obligation, ObligationKind, ObligationState};
use domain::local_time::date_of;
use persistence::application::{Application, Content, find_visible};
use persistence::event::{self, NewEvent};
use persistence::material::{self, Document, Material, Owner};
use persistence::{Tx, ids, obligation};
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
    let Some((application, content)) = find_visible(tx, snapshot.zone, id, &acting.may)? else {
        let seen = find_visible(tx, snapshot.zone, id, &acting.sees)?.is_some();
        return Err(if seen { Error::Forbidden } else { Error::NotFound });
    };
    if let Err(filed) = require_draft(&application) {
        // Repeating an upload gives its answer even after filing.
        let repeated = material::find_upload(tx, snapshot.zone, id, upload_id)?.is_some();
        let owed = repeated || is_owed(tx, snapshot, &application, &content, material)?;
        return if owed { Ok(()) } else { Err(filed) };
    }
    require_known(&application, snapshot, date_of(tx.now()), material)
}

/// Whether a material may still come after filing: an open notice asks for it or for what it would do for, or it
/// was deferred or promised.
fn is_owed(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, application: &Application, content: &Content, material: &str) -> Result<bool, Error> {
    let (zone, id) = (application.zone, application.id);
    if content.open_notices().next().is_some() {
        let dossier = Dossier::stored(tx, application.clone(), content.clone())?;
        let plan = dossier.plan(snapshot).ok_or(Error::SubjectNotInForce)?;
        let fits = |asked: &str| alternatives(&plan, asked).iter().any(|m| m == material);
        if content.open_notices().flat_map(|n| &n.items).filter_map(|i| i.material.as_deref()).any(fits) {
            return Ok(true);
        }
    }
    let owed = |o: &Obligation| match o.new.kind {
        ObligationKind::DeferredBeforeDecision | ObligationKind::DeferredAfterGrant => o.new.subject == material,
        ObligationKind::CompleteAfterGrant => o.new.subject.split(',').any(|m| m == material),
        _ => false,
    };
    let unsettled = |o: &Obligation| matches!(o.state, ObligationState::Open | ObligationState::Lapsed);
    Ok(obligation::list(tx, zone, id)?.iter().any(|o| owed(o) && unsettled(o)))
}

/// Enters an upload. The same upload id gives the same answer; another file under it is refused.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::StateForbids`], [`Error::UploadReused`].
pub fn upload(tx: &mut Tx<'_>, snapshot: ZoneSnapshot, id: Uuid, new: Upload, acting: &Acting) -> Result<(Material, bool), Error> {
    let zone = snapshot.zone;
    let (mut application, content) = lock_for(tx, zone, id, acting)?;
    tx.not_before(application.updated_at);
    let created_at = tx.now();
    let Upload { material: code, upload_id, file_name, document } = new;
    let account = acting.may.account.to_string();
    let owner = Owner { name: super::applicant_identifier(&content).unwrap_or(&account), account: acting.may.account };
    let document = material::keep_document(tx, zone, owner, &document)?;
    let material = Material { id: ids::new_id(), code, upload_id, file_name, created_at, reused_from: None, document };
    if !material::claim(tx, zone, id, &material)? {
        material::remove_document(tx, zone, &material.document)?;
        let earlier = material::find_upload(tx, zone, id, &material.upload_id)?.ok_or(Error::UploadReused)?;
        let same = earlier.document.digest == material.document.digest && earlier.code == material.code;
        return if same { Ok((earlier, true)) } else { Err(Error::UploadReused) };
    }
    let digest = hex::encode(&material.document.digest);
    let payload = json!({"material": material.code, "document": material.document.id, "sha256": digest, "size": material.document.size});
    if application.state == ApplicationState::Draft {
        application.version += 1;
        let stream = application.stream();
        let event = NewEvent { kind: EventKind::MaterialUploaded, occurred_at: created_at, payload };
        event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
        save(tx, &mut application)?;
        return Ok((material, false));
    }
    if !is_owed(tx, &snapshot, &application, &content, &material.code)? {
        require_draft(&application)?;
    }
    supply_late(tx, snapshot, (application, content), acting, &material.code, payload)?;
    Ok((material, false))
}

/// Takes a material out of a draft; returns the key of its file when nothing names it any more.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::StateForbids`] once it is filed.
pub fn remove_material(tx: &mut Tx<'_>, zone: i32, id: Uuid, material: Uuid, acting: &Acting) -> Result<Option<String>, Error> {
    let (mut application, _) = lock_for(tx, zone, id, acting)?;
    require_draft(&application)?;
    tx.not_before(application.updated_at);
    let found = material::find(tx, zone, id, material)?.ok_or(Error::NotFound)?;
    let file = material::remove(tx, zone, &found)?;
    application.version += 1;
    let stream = application.stream();
    let payload = json!({"material": found.code, "document": found.document.id});
    let event = NewEvent { kind: EventKind::MaterialRemoved, occurred_at: tx.now(), payload };
    event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
    save(tx, &mut application)?;
    Ok(file)
}

fn require_known(application: &Application, snapshot: &ZoneSnapshot, today: NaiveDate, material: &str) -> Result<(), Error> {
    let subject = subject(application.subject_kind, &application.subject_code);
    let plan = snapshot.plan(subject, today).ok_or(Error::SubjectNotInForce)?;
    let asked_for = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == material);
    let unknown = || Invalid::new("/material", "material_unknown", format!("本申请不需要材料「{material}」（在线政务服务若干规定 7）"));
    if asked_for { Ok(()) } else { Err(Error::Invalid(vec![unknown()])) }
}
