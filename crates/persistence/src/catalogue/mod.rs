//! Catalogue versions: immutable documents with a date, read whole into a snapshot per zone.

mod draft;
mod version;

pub use draft::{Draft, drop_draft, find_draft, insert_draft, list_drafts, lock_draft, save_draft};
pub use version::{VersionLine, export_documents, find_document, history, insert_retirement};

use crate::engine::query::{LockDsl, in_chunks, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{catalogue_generations as generations, catalogue_retirements as retirements, catalogue_versions as versions};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::catalogue::{BaseCatalogue, Bundle, Catalogue, Form, Matter, MatterPools, Newest, Version, Zone};
use domain::codes;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

codes! {
    /// Kind of catalogue document.
    pub enum DocumentKind {
        /// A zone's profile.
        Zone = "zone", "园区";
        /// A matter.
        Matter = "matter", "事项";
        /// A bundle.
        Bundle = "bundle", "一件事";
        /// The base catalogue of the installation, under zone 0.
        Base = "base", "基本目录";
    }
}

/// A document to be published.
#[derive(Debug, Clone)]
pub struct NewVersion {
    /// Kind.
    pub kind: DocumentKind,
    /// Code; the zone's slug for its profile.
    pub code: String,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// Hexadecimal SM3 of the document.
    pub digest: String,
    /// Canonical JSON.
    pub document: String,
    /// Who wrote and published it, and why; absent for what comes with the program.
    pub authorship: Option<Authorship>,
}

/// Who made a version.
#[derive(Debug, Clone)]
pub struct Authorship {
    /// Why it was made.
    pub reason: String,
    /// Who wrote it; absent for an import, whose files were written elsewhere.
    pub edited_by: Option<Uuid>,
    /// Who published it, never the person who wrote it; absent where it was done on the command line.
    pub published_by: Option<Uuid>,
}

#[derive(Insertable)]
#[diesel(table_name = versions, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    kind: Code<DocumentKind>,
    code: String,
    number: i32,
    effective_from: NaiveDate,
    effective_to: Option<NaiveDate>,
    digest: String,
    document: String,
    created_at: At,
    reason: Option<String>,
    edited_by: Option<Id>,
    published_by: Option<Id>,
    generation: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = versions)]
struct Stored {
    id: Id,
    code: String,
    number: i32,
    effective_from: NaiveDate,
    digest: String,
    document: String,
}

#[derive(Insertable)]
#[diesel(table_name = generations, treat_none_as_default_value = false)]
struct Generation {
    zone_id: i32,
    generation: i64,
}

/// The generation of a zone's catalogue; it grows with every publication.
///
/// # Errors
/// [`DbError`].
pub fn generation(tx: &mut Tx<'_>, zone: i32) -> Result<i64, DbError> {
    Ok(generations::table.find(zone).select(generations::generation).first(tx.connection).optional()?.unwrap_or(0))
}

/// The generation of every zone's catalogue.
///
/// # Errors
/// [`DbError`].
pub fn generations(tx: &mut Tx<'_>) -> Result<BTreeMap<i32, i64>, DbError> {
    let rows: Vec<(i32, i64)> = generations::table.select((generations::zone_id, generations::generation)).load(tx.connection)?;
    Ok(rows.into_iter().collect())
}

/// The newest version of one document.
#[derive(Debug, Clone)]
pub struct Known {
    /// Identity.
    pub id: Uuid,
    /// Digest.
    pub digest: String,
    /// Number and days.
    pub stands: Newest,
}

/// The newest version of a document.
///
/// # Errors
/// [`DbError`].
pub fn newest_of(tx: &mut Tx<'_>, zone: i32, kind: DocumentKind, code: &str) -> Result<Option<Known>, DbError> {
    let lines = history(tx, zone, kind, code, None, 1)?;
    Ok(lines.into_iter().next().map(|v| Known {
        id: v.id,
        digest: v.digest,
        stands: Newest { number: i32::try_from(v.number).unwrap_or(i32::MAX), from: v.effective_from, to: v.effective_to },
    }))
}

/// The newest version of each document: what an import compares itself with.
///
/// # Errors
/// [`DbError`].
pub fn newest(tx: &mut Tx<'_>, zone: i32) -> Result<BTreeMap<(DocumentKind, String), Known>, DbError> {
    let ended = retired(tx, zone, i64::MAX)?;
    let rows: Vec<(Id, Code<DocumentKind>, String, i32, String, NaiveDate)> = versions::table
        .filter(versions::zone_id.eq(zone))
        .order(versions::number)
        .select((versions::id, versions::kind, versions::code, versions::number, versions::digest, versions::effective_from))
        .load(tx.connection)?;
    let known = |(id, kind, code, number, digest, effective_from): (Id, Code<DocumentKind>, String, i32, String, NaiveDate)| {
        let stands = Newest { number, from: effective_from, to: ended.get(&id.0).copied() };
        ((kind.0, code), Known { id: id.0, digest, stands })
    };
    Ok(rows.into_iter().map(known).collect())
}

/// Publishes documents as the next version of each and moves the generation.
///
/// # Errors
/// [`DbError`].
pub fn publish(tx: &mut Tx<'_>, zone: i32, new: Vec<(i32, NewVersion)>) -> Result<i64, DbError> {
    let created_at = At(tx.now());
    lock(tx, zone)?;
    let next = generation(tx, zone)? + 1;
    let rows: Vec<Row> = new
        .into_iter()
        .map(|(number, v)| Row {
            zone_id: zone,
            id: Id(crate::ids::new_id()),
            kind: Code(v.kind),
            code: v.code,
            number,
            effective_from: v.effective_from,
            effective_to: None,
            digest: v.digest,
            document: v.document,
            created_at,
            edited_by: v.authorship.as_ref().and_then(|a| a.edited_by).map(Id),
            published_by: v.authorship.as_ref().and_then(|a| a.published_by).map(Id),
            reason: v.authorship.map(|a| a.reason),
            generation: next,
        })
        .collect();
    for chunk in in_chunks(rows, 500) {
        insert_many(versions::table, chunk).execute(tx.connection)?;
    }
    bump_generation(tx, zone)?;
    Ok(next)
}

/// Moves the generation of a zone; of the platform (zone 0) when the calendar changed.
///
/// # Errors
/// [`DbError`].
pub fn bump_generation(tx: &mut Tx<'_>, zone: i32) -> Result<(), DbError> {
    insert_many(generations::table, [Generation { zone_id: zone, generation: 0 }]).or_ignore().execute(tx.connection)?;
    diesel::update(generations::table.find(zone)).set(generations::generation.eq(generations::generation + 1)).execute(tx.connection)?;
    Ok(())
}

/// Locks a zone's catalogue until the transaction ends: publications and their events stand in one order.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32) -> Result<(), DbError> {
    insert_many(generations::table, [Generation { zone_id: zone, generation: 0 }]).or_ignore().execute(tx.connection)?;
    let _: i64 = generations::table.find(zone).select(generations::generation).locked().get_result(tx.connection)?;
    Ok(())
}

/// Versions of a zone that were ended up to a generation, with the first day on which they no longer hold.
fn retired(tx: &mut Tx<'_>, zone: i32, until: i64) -> Result<HashMap<Uuid, NaiveDate>, DbError> {
    let ended: Vec<(Id, NaiveDate)> = retirements::table
        .filter(retirements::zone_id.eq(zone).and(retirements::generation.le(until)))
        .select((retirements::version_id, retirements::effective_to))
        .load(tx.connection)?;
    Ok(ended.into_iter().map(|(id, to)| (id.0, to)).collect())
}

/// Reads a zone's whole catalogue as one generation left it, whatever is published meanwhile; `None` before its profile is
/// imported. Of a catalogue that is `known` from an earlier generation only what came since is read.
///
/// # Errors
/// [`DbError`]; [`DbError::Damaged`] for a document that can't be read.
pub fn load(tx: &mut Tx<'_>, zone: i32, known: Option<&Catalogue>) -> Result<Option<Catalogue>, DbError> {
    // A view that is older than what is known already never takes it back.
    let until = generation(tx, zone)?.max(known.map_or(0, |k| k.generation));
    let span = (known.map_or(-1, |k| k.generation), until);
    let (mut forms, mut pools) = (Forms::default(), MatterPools::default());
    let mut profiles: Vec<Version<Zone>> = known.map(|k| k.profiles.clone()).unwrap_or_default();
    let mut matters: BTreeMap<String, Vec<Version<Matter>>> = known.map(|k| k.matters.clone()).unwrap_or_default();
    let mut bundles: BTreeMap<String, Vec<Version<Bundle>>> = known.map(|k| k.bundles.clone()).unwrap_or_default();
    // In portions, so that the text of a large catalogue is never in memory as a whole.
    for kind in [DocumentKind::Zone, DocumentKind::Matter, DocumentKind::Bundle] {
        let mut after = (String::new(), 0);
        loop {
            let rows = portion(tx, zone, kind, span, &after)?;
            let Some(last) = rows.last() else { break };
            after = (last.code.clone(), last.number);
            for row in rows {
                match kind {
                    DocumentKind::Zone => profiles.push(version(row)?),
                    DocumentKind::Matter => {
                        let found = version_with(row, |m: &mut Matter| {
                            forms.share(&mut m.form);
                            pools.share(m);
                        })?;
                        matters.entry(found.document.code.clone()).or_default().push(found);
                    }
                    DocumentKind::Bundle => bundles.entry(row.code.clone()).or_default().push(version(row)?),
                    DocumentKind::Base => {}
                }
            }
        }
    }
    let ended = retired(tx, zone, until)?;
    matters.values_mut().flatten().for_each(|v| v.effective_to = ended.get(&v.id).copied());
    bundles.values_mut().flatten().for_each(|v| v.effective_to = ended.get(&v.id).copied());
    let base = Arc::new(load_base(tx)?.1);
    let newest = profiles.last().map(|p| p.document.clone());
    Ok(newest.map(|zone| Catalogue { generation: until, zone, profiles, base, matters, bundles }))
}

/// Versions read at a time.
const PORTION: i64 = 500;

/// The next versions of a kind after a code and number, in their order, of the generations after the first of `span` up to
/// the last.
fn portion(
    tx: &mut Tx<'_>,
    zone: i32,
    kind: DocumentKind,
    (from, until): (i64, i64),
    after: &(String, i32),
) -> Result<Vec<Stored>, DbError> {
    let query = versions::table
        .filter(versions::zone_id.eq(zone).and(versions::kind.eq(Code(kind))).and(versions::generation.le(until)))
        .filter(versions::code.gt(&after.0).or(versions::number.gt(after.1)))
        .order((versions::code, versions::number))
        .limit(PORTION)
        .select(Stored::as_select())
        .into_boxed();
    // A whole catalogue is read along its codes; what is new, by its generation, and sorted: it is little.
    let query = if from < 0 {
        query.filter(versions::code.ge(&after.0))
    } else {
        query.filter(versions::generation.gt(from).and(versions::code.gt(&after.0).or(versions::code.eq(&after.0))))
    };
    Ok(query.load(tx.connection)?)
}

/// The newest base catalogue with the number of its version; 0 and empty before one is imported.
///
/// # Errors
/// [`DbError`].
pub fn load_base(tx: &mut Tx<'_>) -> Result<(i32, BaseCatalogue), DbError> {
    let newest = versions::table
        .filter(versions::zone_id.eq(crate::zone::PLATFORM))
        .filter(versions::kind.eq(Code(DocumentKind::Base)))
        .order(versions::number.desc());
    let found: Option<(i32, String)> = newest.select((versions::number, versions::document)).first(tx.connection).optional()?;
    let Some((number, text)) = found else { return Ok((0, BaseCatalogue::default())) };
    Ok((number, serde_json::from_str(&text).map_err(|e| damaged("base", &e))?))
}

/// Equal forms, kept once: in a large catalogue many matters ask for the same.
#[derive(Default)]
struct Forms(HashMap<Vec<u8>, Form>);

impl Forms {
    fn share(&mut self, form: &mut Form) {
        let known = self.0.entry(crate::seal::sha256(&[form.text().as_bytes()])).or_insert_with(|| form.clone());
        form.share(known);
    }
}

fn damaged(code: &str, error: &serde_json::Error) -> DbError {
    DbError::Damaged(format!("catalogue document {code}: {error}"))
}

fn version<T: DeserializeOwned>(row: Stored) -> Result<Version<T>, DbError> {
    version_with(row, |_| {})
}

fn version_with<T: DeserializeOwned>(row: Stored, adapt: impl FnOnce(&mut T)) -> Result<Version<T>, DbError> {
    let mut document: T = serde_json::from_str(&row.document).map_err(|e| damaged(&row.code, &e))?;
    adapt(&mut document);
    Ok(Version {
        id: row.id.0,
        number: u32::try_from(row.number).unwrap_or_default(),
        effective_from: row.effective_from,
        effective_to: None,
        digest: row.digest,
        document: Arc::new(document),
    })
}

/// The stream under which a zone's catalogue events stand.
#[must_use]
pub fn stream_id(zone: i32) -> Uuid {
    Uuid::from_u128(u128::from(zone.unsigned_abs()))
}

/// Hexadecimal SM3 of a document.
#[must_use]
pub fn digest(document: &str) -> String {
    use sm3::{Digest, Sm3};
    hex::encode(Sm3::digest(document.as_bytes()))
}
