//! Bring materials by e-licence and data sharing, and keep what was asked.

use super::{Acting, lock_for, save};
use crate::{Dossier, Error, ZoneSnapshot};
use domain::access::Reach;
use domain::application::{ApplicationState, CaseState};
use domain::event::EventKind;
use domain::flow::{Ask, ShareOutcome, SharedMaterial, to_ask};
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::account;
use persistence::application::save_content;
use persistence::certificate;
use persistence::event::{self, NewEvent};
use persistence::share_call::{self, OWN_STORE, ShareCall};
use persistence::tally::{self, Tally};
use persistence::{DbError, Tx, ids};
use serde_json::json;
use uuid::Uuid;

/// What may be asked for an application now, and about whom.
pub struct Asks {
    /// The applicant's identifier.
    pub identifier: Option<String>,
    /// The certificates of the zone's own store that meet something, by material.
    pub licences: Vec<(String, String)>,
    /// Other bodies' data: material, source, fields.
    pub data: Vec<(String, String, Vec<String>)>,
    /// What it is for, as the other body is told.
    pub purpose: String,
}

/// Finds what may be asked for: only while the applicant may still hand in, only what is missing and approved.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`], [`Error::StateForbids`] once everything is accepted.
pub fn asks(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, acting: &Acting) -> Result<Asks, Error> {
    let dossier = Dossier::read_for(tx, snapshot, id, acting)?;
    if !may_still_come(&dossier) {
        return Err(Error::StateForbids(Reason::new("not_open", "申请已受理，不再调取材料", "在线政务服务若干规定 7")));
    }
    let plan = dossier.plan(snapshot).ok_or(Error::SubjectNotInForce)?;
    let assessment = dossier.assess(snapshot).ok_or(Error::SubjectNotInForce)?;
    // Whose identifier was typed is not proven: an applicant's own licences are those on his own list (like what he may use
    // again), and other bodies are asked about him only once his account is proven his, or by the desk.
    let own = (acting.may.reach == Reach::Own).then_some(acting.may.account);
    let identifier = super::applicant_identifier(&dossier.content).map(str::to_owned);
    let proven = match (own, &identifier) {
        (Some(account), Some(identifier)) => account::is_identified_as(tx, account, identifier)?,
        _ => false,
    };
    let mut found = Asks { identifier, licences: Vec::new(), data: Vec::new(), purpose: purpose(&dossier, &plan.name) };
    let today = date_of(dossier.at);
    for ask in to_ask(&plan, &assessment.items, &snapshot.catalogue.zone) {
        match ask {
            Ask::Licence { material, matters } => {
                let Some(identifier) = &found.identifier else { continue };
                let holder = tx.keys().index("identifier", identifier);
                let held = certificate::list_held(tx, snapshot.zone, (&holder, own), &matters, today)?;
                found.licences.extend(held.into_iter().next().map(|c| (material, c.number)));
            }
            Ask::Data { .. } if own.is_some() && !proven => {}
            Ask::Data { material, .. } if found.licences.iter().any(|(m, _)| *m == material) => {}
            Ask::Data { material, source, fields } => found.data.push((material, source, fields)),
        }
    }
    Ok(found)
}

/// Materials may still come: a draft, or something that is not accepted yet.
fn may_still_come(dossier: &Dossier) -> bool {
    let open = |s: CaseState| matches!(s, CaseState::Received | CaseState::Supplementing | CaseState::Waiting);
    dossier.application.state == ApplicationState::Draft || dossier.cases.iter().any(|c| open(c.state))
}

fn purpose(dossier: &Dossier, name: &str) -> String {
    let number = dossier.application.submission_no.clone().unwrap_or_else(|| dossier.application.id.to_string());
    format!("办理「{name}」（{number}）")
}

/// What a source answered about one material.
#[derive(Debug, Clone)]
pub struct Told {
    /// Code of the material.
    pub material: String,
    /// Code of the source.
    pub source: String,
    /// Fields asked for.
    pub fields: Vec<String>,
    /// What came of it.
    pub outcome: ShareOutcome,
    /// The evidence the source keeps.
    pub evidence: Option<String>,
    /// Fields that came.
    pub size: usize,
}

/// Enters what was brought, and every call. The values themselves are not kept: the evidence stays with the source. `None`
/// when the filing has changed meanwhile: the calls are kept all the same, what they brought is not.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`].
pub fn enter_shared(
    tx: &mut Tx<'_>,
    snapshot: &ZoneSnapshot,
    id: Uuid,
    asks: &Asks,
    told: Vec<Told>,
    acting: &Acting,
) -> Result<Option<Dossier>, Error> {
    let (application, content) = lock_for(tx, snapshot.zone, id, acting)?;
    let mut dossier = Dossier::complete(tx, snapshot, application, content)?;
    let (zone, now, by) = (snapshot.zone, dossier.at, acting.may.account);
    let licences = asks.licences.iter().map(|(material, number)| Told {
        material: material.clone(),
        source: OWN_STORE.to_owned(),
        fields: Vec::new(),
        outcome: ShareOutcome::Found,
        evidence: Some(number.clone()),
        size: 1,
    });
    let told: Vec<Told> = licences.chain(told).collect();
    let call = |t: &Told| ShareCall {
        id: ids::new_id(),
        source: t.source.clone(),
        reference: t.evidence.clone(),
        application: id,
        material: t.material.clone(),
        fields: t.fields.clone(),
        purpose: asks.purpose.clone(),
        outcome: t.outcome,
        size: i32::try_from(t.size).unwrap_or(i32::MAX),
        called_by: by,
        called_at: now,
    };
    share_call::insert(tx, zone, &told.iter().map(call).collect::<Vec<_>>())?;
    // The sources were asked meanwhile: what they said is of this applicant, and still of use, or it is nothing.
    if super::applicant_identifier(&dossier.content) != asks.identifier.as_deref() || !may_still_come(&dossier) {
        return Ok(None);
    }
    let known = |content: &persistence::application::Content, material: &str| content.shared.iter().any(|s| s.material == material);
    let mut brought = Vec::new();
    for t in told.iter().filter(|t| t.outcome == ShareOutcome::Found) {
        if !known(&dossier.content, &t.material) {
            let reference = t.evidence.clone().unwrap_or_default();
            dossier.content.shared.push(SharedMaterial { material: t.material.clone(), source: t.source.clone(), reference, at: now });
            brought.push(t.clone());
        }
    }
    if brought.is_empty() {
        return Ok(Some(dossier));
    }
    let of_store = brought.iter().filter(|t| t.source == OWN_STORE).count();
    let payload = json!({"materials": brought.iter().map(|t| json!({"material": t.material, "source": t.source})).collect::<Vec<_>>(),
        "purpose": asks.purpose});
    save_content(tx, &dossier.application, &dossier.content, false)?;
    let application = &mut dossier.application;
    application.version += 1;
    let stream = application.stream();
    let new = NewEvent { kind: EventKind::MaterialsShared, occurred_at: now, payload };
    event::append(tx, stream, &mut application.head, &acting.actor, vec![new])?;
    save(tx, application)?;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    tally::add(tx, zone, Tally::LicencesUsed, number(of_store))?;
    tally::add(tx, zone, Tally::MaterialsShared, number(brought.len() - of_store))?;
    Ok(Some(dossier))
}

/// The materials among `content`'s that an e-licence brought which holds no longer: they are asked for again.
///
/// # Errors
/// [`DbError`].
pub(super) fn expired(tx: &mut Tx<'_>, zone: i32, content: &persistence::application::Content) -> Result<Vec<String>, DbError> {
    let today = date_of(tx.now());
    let mut gone = Vec::new();
    for shared in content.shared.iter().filter(|s| s.source == OWN_STORE) {
        let holder = super::applicant_hash(tx.keys(), content);
        let fits = |c: &certificate::Certificate| c.holds_on(today) && c.holder_identifier == holder;
        let held = certificate::find(tx, zone, &shared.reference)?.is_some_and(|c| fits(&c));
        if !held {
            gone.push(shared.material.clone());
        }
    }
    Ok(gone)
}
