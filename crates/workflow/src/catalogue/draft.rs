//! Drafts: written by one person, published by another, checked as a whole each time.

use super::findings::findings;
use super::{in_order, record};
use crate::{Error, Invalid, Snapshots, ZoneSnapshot};
use chrono::NaiveDate;
use domain::catalogue::{Bundle, Catalogue, DraftCommand, DraftState, Finding, two_people};
use domain::event::EventKind;
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::Tx;
use persistence::catalogue::{
    Authorship, DocumentKind, Draft, NewVersion, digest, drop_draft, find_document, insert_draft, insert_retirement, lock_draft, newest_of,
    publish as publish_versions, save_draft,
};
use persistence::event::Actor;
use persistence::idempotency::{Outcome, Request, claim};
use persistence::ids::new_id;
use serde_json::{Value, json};
use uuid::Uuid;

/// Who works on which catalogue.
pub struct Editing {
    /// The catalogues.
    pub snapshots: Snapshots,
    /// The zone's, as the request saw it.
    pub known: ZoneSnapshot,
    /// The account.
    pub account: Uuid,
    /// As it stands in the events.
    pub actor: Actor,
    /// A request that wants to be done once.
    pub request: Option<Request>,
}

impl Editing {
    fn zone(&self) -> i32 {
        self.known.zone
    }

    /// Claims the key; what an earlier request has led to, if this one repeats it.
    pub(super) fn replayed(&self, tx: &mut Tx<'_>, resource: Uuid) -> Result<Option<Uuid>, Error> {
        let Some(request) = &self.request else { return Ok(None) };
        match claim(tx, request, 200, resource, 0)? {
            Outcome::First => Ok(None),
            Outcome::Replay { resource } => Ok(Some(resource)),
            Outcome::Mismatch => Err(Error::KeyReused),
        }
    }

    /// The same where a draft is what it leads to.
    fn replayed_draft(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Draft>, Error> {
        let Some(earlier) = self.replayed(tx, id)? else { return Ok(None) };
        Ok(Some(lock_draft(tx, self.zone(), earlier)?.ok_or(Error::NotFound)?))
    }

    /// The draft, locked, and the catalogue as it is in force in this transaction.
    fn lock(&self, tx: &mut Tx<'_>, id: Uuid, command: DraftCommand) -> Result<(Draft, ZoneSnapshot), Error> {
        in_order(tx, self.zone())?;
        let draft = lock_draft(tx, self.zone(), id)?.ok_or(Error::NotFound)?;
        if let Some(reason) = draft.state.forbids(command) {
            return Err(Error::StateForbids(reason));
        }
        Ok((draft, self.snapshots.fresh(tx, self.known.clone())?))
    }

    fn note(&self, tx: &mut Tx<'_>, kind: EventKind, draft: &Draft) -> Result<(), Error> {
        let payload = json!({"draft": draft.id, "kind": draft.kind, "code": draft.code});
        Ok(record(tx, self.zone(), kind, payload, &self.actor)?)
    }
}

/// What a draft is begun with.
pub struct NewDraft {
    /// Kind of document.
    pub kind: DocumentKind,
    /// Its code.
    pub code: String,
    /// The document; absent = that of the newest version.
    pub document: Option<Value>,
    /// Why it is made.
    pub reason: String,
}

/// Begins a draft; a repeated request answers with what the first one began.
///
/// # Errors
/// [`Error::Invalid`] for a document of another code, [`Error::NotFound`] where there is nothing to begin from.
pub fn begin_draft(tx: &mut Tx<'_>, editing: &Editing, new: NewDraft) -> Result<Draft, Error> {
    let (id, zone, now) = (new_id(), editing.zone(), tx.now());
    if let Some(done) = editing.replayed_draft(tx, id)? {
        return Ok(done);
    }
    let number = newest_of(tx, zone, new.kind, &new.code)?.map_or(0, |known| known.stands.number);
    let document = match new.document {
        Some(document) => document.to_string(),
        None => find_document(tx, zone, new.kind, &new.code, number)?.ok_or(Error::NotFound)?,
    };
    let draft = Draft {
        id,
        kind: new.kind,
        code: new.code,
        state: DraftState::Draft,
        base_number: u32::try_from(number).unwrap_or_default(),
        document,
        reason: new.reason,
        note: None,
        editors: vec![editing.account],
        reviewed_by: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    same_code(&draft)?;
    in_order(tx, zone)?;
    editing.note(tx, EventKind::DraftBegun, &draft)?;
    insert_draft(tx, zone, draft.clone())?;
    Ok(draft)
}

/// A document keeps the code of its address.
fn same_code(draft: &Draft) -> Result<(), Error> {
    let document: Value = serde_json::from_str(&draft.document).unwrap_or_default();
    let field = if draft.kind == DocumentKind::Zone { "slug" } else { "code" };
    if document.get(field).and_then(Value::as_str) == Some(&draft.code) {
        return Ok(());
    }
    let text = format!("应与地址中的代码「{}」一致", draft.code);
    Err(Error::Invalid(vec![Invalid::new(format!("/document/{field}"), "other_code", text)]))
}

/// What changes in a draft.
pub struct DraftRevision {
    /// RFC 7396 merge patch of the document.
    pub document: Option<Value>,
    /// Why it is made.
    pub reason: Option<String>,
}

/// Changes a draft.
///
/// # Errors
/// [`Error::Stale`], [`Error::StateForbids`], [`Error::Invalid`].
pub fn revise_draft(tx: &mut Tx<'_>, editing: &Editing, id: Uuid, seen: Option<i64>, revision: DraftRevision) -> Result<Draft, Error> {
    let (mut draft, _) = editing.lock(tx, id, DraftCommand::Revise)?;
    if seen.is_some_and(|v| v != draft.version) {
        return Err(Error::Stale);
    }
    if let Some(patch) = revision.document {
        let mut document: Value = serde_json::from_str(&draft.document).unwrap_or_default();
        json_patch::merge(&mut document, &patch);
        draft.document = document.to_string();
        same_code(&draft)?;
    }
    if let Some(reason) = revision.reason {
        draft.reason = reason;
    }
    draft.editors.retain(|e| *e != editing.account);
    draft.editors.push(editing.account);
    editing.note(tx, EventKind::DraftRevised, &draft)?;
    save(tx, editing, draft)
}

fn save(tx: &mut Tx<'_>, editing: &Editing, mut draft: Draft) -> Result<Draft, Error> {
    draft.version += 1;
    draft.updated_at = tx.now();
    save_draft(tx, editing.zone(), draft.clone())?;
    Ok(draft)
}

/// Hands a draft to the publisher (送审); nothing that stands in the way of publication may be left.
///
/// # Errors
/// [`Error::Flawed`], [`Error::StateForbids`].
pub fn submit_draft(tx: &mut Tx<'_>, editing: &Editing, id: Uuid) -> Result<Draft, Error> {
    if let Some(done) = editing.replayed_draft(tx, id)? {
        return Ok(done);
    }
    let (mut draft, snapshot) = editing.lock(tx, id, DraftCommand::Submit)?;
    flawless(&draft, &snapshot, date_of(tx.now()))?;
    (draft.state, draft.note) = (DraftState::Review, None);
    editing.note(tx, EventKind::DraftSubmitted, &draft)?;
    save(tx, editing, draft)
}

/// Hands a draft back to the editor (退回).
///
/// # Errors
/// [`Error::StateForbids`].
pub fn return_draft(tx: &mut Tx<'_>, editing: &Editing, id: Uuid, note: String) -> Result<Draft, Error> {
    if let Some(done) = editing.replayed_draft(tx, id)? {
        return Ok(done);
    }
    let (mut draft, _) = editing.lock(tx, id, DraftCommand::Return)?;
    (draft.state, draft.note, draft.reviewed_by) = (DraftState::Draft, Some(note), Some(editing.account));
    editing.note(tx, EventKind::DraftReturned, &draft)?;
    save(tx, editing, draft)
}

/// Throws a draft away.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn discard_draft(tx: &mut Tx<'_>, editing: &Editing, id: Uuid) -> Result<(), Error> {
    let (draft, _) = editing.lock(tx, id, DraftCommand::Drop)?;
    editing.note(tx, EventKind::DraftDiscarded, &draft)?;
    Ok(drop_draft(tx, editing.zone(), id)?)
}

/// Publishes a draft as the next version of its document, from `from` on (today if absent).
///
/// # Errors
/// [`Error::NotAllowed`] for the person who wrote it, [`Error::Flawed`], [`Error::StateForbids`] also when another
/// version was published since the draft was begun.
pub fn publish_draft(tx: &mut Tx<'_>, editing: &Editing, id: Uuid, from: Option<NaiveDate>) -> Result<Draft, Error> {
    let zone = editing.zone();
    if let Some(done) = editing.replayed_draft(tx, id)? {
        return Ok(done);
    }
    let (mut draft, snapshot) = editing.lock(tx, id, DraftCommand::Publish)?;
    if let Some(reason) = two_people(draft.editors.contains(&editing.account)) {
        return Err(Error::NotAllowed(reason));
    }
    let today = date_of(tx.now());
    let effective_from = from.unwrap_or(today);
    if effective_from < today {
        return Err(Error::Invalid(vec![Invalid::new("/effective_from", "in_the_past", "生效日期不得早于今天")]));
    }
    if draft.kind == DocumentKind::Zone && effective_from > today {
        let text = "园区信息发布后立即生效，不能预定日期";
        return Err(Error::Invalid(vec![Invalid::new("/effective_from", "in_the_future", text)]));
    }
    let newest = newest_of(tx, zone, draft.kind, &draft.code)?;
    let known = newest.as_ref().map_or(0, |known| known.stands.number);
    if u32::try_from(known).unwrap_or_default() != draft.base_number {
        let text = format!("起草后已发布第{known}版，请在新版上重新起草");
        return Err(Error::StateForbids(Reason::new("draft_outdated", text, "目录管理规程")));
    }
    if let Some(reason) = newest.and_then(|n| n.stands.forbids_version(effective_from, today)) {
        return Err(Error::StateForbids(reason));
    }
    flawless(&draft, &snapshot, effective_from)?;
    let version = NewVersion {
        kind: draft.kind,
        code: draft.code.clone(),
        effective_from,
        digest: digest(&draft.document),
        document: draft.document.clone(),
        authorship: Some(Authorship {
            reason: draft.reason.clone(),
            edited_by: draft.editors.last().copied(),
            published_by: Some(editing.account),
        }),
    };
    let published =
        json!({"kind": draft.kind, "code": draft.code, "version": known + 1, "digest": version.digest, "effective_from": effective_from});
    record(tx, zone, EventKind::CataloguePublished, published, &editing.actor)?;
    publish_versions(tx, zone, vec![(known + 1, version)])?;
    (draft.state, draft.reviewed_by) = (DraftState::Published, Some(editing.account));
    save(tx, editing, draft)
}

fn flawless(draft: &Draft, snapshot: &ZoneSnapshot, day: NaiveDate) -> Result<(), Error> {
    let flaws: Vec<Finding> =
        findings(draft.kind, &draft.document, &snapshot.catalogue, day).into_iter().filter(Finding::forbids).collect();
    if flaws.is_empty() { Ok(()) } else { Err(Error::Flawed(flaws)) }
}

/// Ends the newest version of a document on a day, its first on which it no longer holds (today if absent). What was
/// filed before goes on under its version.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StateForbids`] for a matter that a bundle in force needs.
pub fn retire(
    tx: &mut Tx<'_>,
    editing: &Editing,
    kind: DocumentKind,
    code: &str,
    on: Option<NaiveDate>,
    reason: &str,
) -> Result<NaiveDate, Error> {
    let (zone, today) = (editing.zone(), date_of(tx.now()));
    let on = on.unwrap_or(today);
    if editing.replayed(tx, Uuid::nil())?.is_some() {
        let ended = newest_of(tx, zone, kind, code)?.and_then(|known| known.stands.to);
        return Ok(ended.unwrap_or(on));
    }
    if on < today {
        return Err(Error::Invalid(vec![Invalid::new("/effective_to", "in_the_past", "失效日期不得早于今天")]));
    }
    in_order(tx, zone)?;
    let catalogue = editing.snapshots.fresh(tx, editing.known.clone())?.catalogue;
    end_version(tx, editing, &catalogue, (kind, code), on, reason)?;
    Ok(on)
}

/// Ends the newest version of a document; the catalogue was read in this transaction, before anything changed it.
pub(super) fn end_version(
    tx: &mut Tx<'_>,
    editing: &Editing,
    catalogue: &Catalogue,
    (kind, code): (DocumentKind, &str),
    on: NaiveDate,
    reason: &str,
) -> Result<(), Error> {
    let zone = editing.zone();
    let newest = newest_of(tx, zone, kind, code)?.ok_or(Error::NotFound)?;
    if let Some(reason) = newest.stands.forbids_end(on) {
        return Err(Error::StateForbids(reason));
    }
    let needs = |b: &Bundle| b.members.iter().any(|m| m.matter == code);
    let mut days = catalogue.turning_days(on).into_iter();
    if kind == DocumentKind::Matter
        && let Some(bundle) = days.find_map(|day| catalogue.current_bundles(day).find(|b| needs(&b.document)))
    {
        let text = format!("一件事「{}」仍包含该事项，请先调整一件事", bundle.document.name);
        return Err(Error::StateForbids(Reason::new("matter_in_bundle", text, "目录管理规程")));
    }
    if !insert_retirement(tx, zone, newest.id, on, reason, editing.account)? {
        return Err(Error::StateForbids(Reason::new("already_retired", "该版本已经停用", "目录管理规程")));
    }
    let payload = json!({"kind": kind, "code": code, "version": newest.stands.number, "effective_to": on});
    record(tx, zone, EventKind::CatalogueRetired, payload, &editing.actor)?;
    Ok(persistence::catalogue::bump_generation(tx, zone)?)
}
