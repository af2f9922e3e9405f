//! Earlier documents of the same applicant, used again (不重复提交资料, F29).

use super::{Acting, applicant_identifier, lock_for, save};
use crate::{Dossier, Error, Invalid, ZoneSnapshot};
use chrono::TimeDelta;
use domain::access::Reach;
use domain::application::CaseState;
use domain::event::EventKind;
use domain::flow::ShareOutcome;
use domain::local_time::date_of;
use persistence::application::lock_unscoped_whole;
use persistence::event::{self, NewEvent};
use persistence::material::{self, Earlier, Material};
use persistence::share_call::{self, OWN_DOCUMENTS, ShareCall, Use};
use persistence::{DbError, Tx, ids};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The newest of each kind, still valid, that the applicant handed in with earlier accepted filings of the same
/// project. An applicant is offered what stands on his own list; staff (`None`) what the hall holds.
///
/// # Errors
/// [`DbError`].
pub fn earlier(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, dossier: &Dossier, account: Option<Uuid>) -> Result<Vec<Material>, DbError> {
    let Some(plan) = dossier.plan(snapshot) else { return Ok(Vec::new()) };
    let today = date_of(dossier.at);
    let Some(identifier) = applicant_identifier(&dossier.content) else { return Ok(Vec::new()) };
    let (project, except) = (dossier.application.project_code.as_deref(), dossier.application.id);
    let found = material::list_of_applicant(tx, dossier.application.zone, &Earlier { identifier, project, except, account })?;
    let mut seen = BTreeSet::new();
    let newest = found.into_iter().filter(|m| seen.insert(m.code.clone()));
    Ok(newest.filter(|m| plan.is_reusable(&m.code, date_of(m.created_at), today)).collect())
}

/// Readings of one file by one person for one purpose are one, as long as they follow so closely: a viewer reads in parts.
const ONE_READING: TimeDelta = TimeDelta::minutes(10);

/// Records that somebody else than its owner read a file, and what for.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Database`].
pub fn note_read(tx: &mut Tx<'_>, zone: i32, id: Uuid, what: (Uuid, &str), purpose: String, acting: &Acting) -> Result<(), Error> {
    let (mut application, _) = lock_unscoped_whole(tx, zone, id)?.ok_or(Error::NotFound)?;
    let read = Use { reference: what.0.to_string(), account: acting.may.account, purpose: &purpose };
    if share_call::is_known_since(tx, zone, &read, tx.now() - ONE_READING)? {
        return Ok(());
    }
    let event =
        NewEvent { kind: EventKind::MaterialRead, occurred_at: tx.now(), payload: json!({"material_id": what.0, "material": what.1}) };
    let stream = application.stream();
    event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
    note_use(tx, zone, id, what, purpose, acting)?;
    Ok(persistence::application::save(tx, &application)?)
}

/// Enters one use of a document for an application.
fn note_use(
    tx: &mut Tx<'_>,
    zone: i32,
    application: Uuid,
    (what, code): (Uuid, &str),
    purpose: String,
    acting: &Acting,
) -> Result<(), DbError> {
    let used = ShareCall {
        id: ids::new_id(),
        source: OWN_DOCUMENTS.to_owned(),
        reference: Some(what.to_string()),
        application,
        material: code.to_owned(),
        fields: Vec::new(),
        purpose,
        outcome: ShareOutcome::Found,
        size: 1,
        called_by: acting.may.account,
        called_at: tx.now(),
    };
    share_call::insert(tx, zone, &[used])
}

/// Uses an earlier document of the same applicant here. Repeating it changes nothing.
///
/// # Errors
/// [`Error::Invalid`] for a document that is not his, or not asked for here.
pub fn reuse(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, source: Uuid, acting: &Acting) -> Result<Material, Error> {
    let (application, content) = lock_for(tx, snapshot.zone, id, acting)?;
    let mut dossier = Dossier::stored(tx, application, content)?;
    let upload_id = format!("reuse-{source}");
    if let Some(known) = dossier.materials.iter().find(|m| m.upload_id == upload_id) {
        return Ok(known.clone());
    }
    // The desk takes over what the hall holds until it has accepted; the applicant while it is his draft.
    let staff = acting.may.reach == Reach::Zone;
    let received = dossier.cases.iter().any(|c| c.state == CaseState::Received);
    if !(staff && received) {
        super::require_draft(&dossier.application)?;
    }
    let strange = |code, text| Error::Invalid(vec![Invalid::new("/material_id", code, text)]);
    let found = earlier(tx, snapshot, &dossier, (!staff).then_some(acting.may.account))?.into_iter().find(|m| m.id == source);
    let found = found.ok_or_else(|| strange("not_reusable", "没有可以复用的这份材料".to_owned()))?;
    let plan = dossier.plan(snapshot).ok_or(Error::SubjectNotInForce)?;
    let asked = plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == found.code);
    if !asked {
        return Err(strange("material_unknown", format!("本申请不需要材料「{}」", found.code)));
    }
    note_use(tx, snapshot.zone, id, (found.id, &found.code), "用于新的申请".to_owned(), acting)?;
    let new = Material { id: ids::new_id(), upload_id, created_at: tx.now(), reused_from: Some(source), ..found };
    if !material::hold_document(tx, snapshot.zone, new.document.id)? {
        return Err(strange("not_reusable", "没有可以复用的这份材料".to_owned()));
    }
    material::claim(tx, snapshot.zone, id, &new)?;
    let application = &mut dossier.application;
    application.version += 1;
    let payload = json!({"material": new.code, "document": new.document.id, "reused_from": source});
    let event = NewEvent { kind: EventKind::MaterialUploaded, occurred_at: new.created_at, payload };
    let stream = application.stream();
    event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
    save(tx, application)?;
    Ok(new)
}
