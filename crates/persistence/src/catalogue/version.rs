//! What became of a document: its versions, who made them and why.

use super::DocumentKind;
use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{catalogue_retirements as retirements, catalogue_versions as versions};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::local_time::Instant;
use uuid::Uuid;

/// One version without its document.
#[derive(Debug, Clone)]
pub struct VersionLine {
    /// Identity.
    pub id: Uuid,
    /// Number.
    pub number: u32,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// First day it no longer holds.
    pub effective_to: Option<NaiveDate>,
    /// Digest of the document.
    pub digest: String,
    /// Why it was made; absent for an import.
    pub reason: Option<String>,
    /// Why it was retired.
    pub retired_because: Option<String>,
    /// Who wrote it.
    pub edited_by: Option<Uuid>,
    /// Who published it.
    pub published_by: Option<Uuid>,
    /// When it was published.
    pub created_at: Instant,
}

type Row = (Id, i32, NaiveDate, String, Option<String>, Option<Id>, Option<Id>, At);

/// The newest `limit` versions of a document below number `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn history(
    tx: &mut Tx<'_>,
    zone: i32,
    kind: DocumentKind,
    code: &str,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<VersionLine>, DbError> {
    let ended = retirements::table.on(retirements::zone_id.eq(versions::zone_id).and(retirements::version_id.eq(versions::id)));
    let rows: Vec<(Row, Option<(NaiveDate, String)>)> = versions::table
        .left_join(ended)
        .filter(versions::zone_id.eq(zone))
        .filter(versions::kind.eq(Code(kind)))
        .filter(versions::code.eq(code))
        .filter(versions::number.lt(before.unwrap_or(i32::MAX)))
        .order(versions::number.desc())
        .limit(limit)
        .select((
            (
                versions::id,
                versions::number,
                versions::effective_from,
                versions::digest,
                versions::reason,
                versions::edited_by,
                versions::published_by,
                versions::created_at,
            ),
            (retirements::effective_to, retirements::reason).nullable(),
        ))
        .load(tx.connection)?;
    let line = |((id, number, effective_from, digest, reason, edited_by, published_by, created_at), ended): (Row, _)| {
        let (effective_to, retired_because) = Option::unzip(ended);
        VersionLine {
            id: id.0,
            number: u32::try_from(number).unwrap_or_default(),
            effective_from,
            effective_to,
            digest,
            reason,
            retired_because,
            edited_by: edited_by.map(|i| i.0),
            published_by: published_by.map(|i| i.0),
            created_at: created_at.0,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The document of one version, as it was published.
///
/// # Errors
/// [`DbError`].
pub fn find_document(tx: &mut Tx<'_>, zone: i32, kind: DocumentKind, code: &str, number: i32) -> Result<Option<String>, DbError> {
    let one = versions::table
        .filter(versions::zone_id.eq(zone))
        .filter(versions::kind.eq(Code(kind)))
        .filter(versions::code.eq(code))
        .filter(versions::number.eq(number));
    Ok(one.select(versions::document).first(tx.connection).optional()?)
}

/// The newest documents of a kind after `after`, by code: what an export writes. Documents that have ended by today stay
/// out.
///
/// # Errors
/// [`DbError`].
pub fn export_documents(tx: &mut Tx<'_>, zone: i32, kind: DocumentKind, after: &str, limit: i64) -> Result<Vec<(String, String)>, DbError> {
    let day = domain::local_time::date_of(tx.now());
    let (newer, ended) = (diesel::alias!(versions as newer), retirements::table);
    let superseded = newer
        .filter(newer.field(versions::zone_id).eq(versions::zone_id))
        .filter(newer.field(versions::kind).eq(versions::kind))
        .filter(newer.field(versions::code).eq(versions::code))
        .filter(newer.field(versions::number).gt(versions::number));
    let retired = ended
        .filter(retirements::zone_id.eq(versions::zone_id))
        .filter(retirements::version_id.eq(versions::id))
        .filter(retirements::effective_to.le(day));
    let rows = versions::table
        .filter(versions::zone_id.eq(zone))
        .filter(versions::kind.eq(Code(kind)))
        .filter(versions::code.gt(after))
        .filter(diesel::dsl::not(diesel::dsl::exists(superseded)))
        .filter(diesel::dsl::not(diesel::dsl::exists(retired)))
        .order(versions::code)
        .limit(limit)
        .select((versions::code, versions::document));
    Ok(rows.load(tx.connection)?)
}

#[derive(Insertable)]
#[diesel(table_name = retirements, treat_none_as_default_value = false)]
struct Retirement<'a> {
    zone_id: i32,
    version_id: Id,
    effective_to: NaiveDate,
    reason: &'a str,
    retired_by: Id,
    created_at: At,
    generation: i64,
}

/// Ends a version with the next generation, which the caller begins; `false` when it was ended before.
///
/// # Errors
/// [`DbError`].
pub fn insert_retirement(tx: &mut Tx<'_>, zone: i32, version: Uuid, to: NaiveDate, reason: &str, by: Uuid) -> Result<bool, DbError> {
    let created_at = At(tx.now());
    let generation = super::generation(tx, zone)? + 1;
    let row = Retirement { zone_id: zone, version_id: Id(version), effective_to: to, reason, retired_by: Id(by), created_at, generation };
    Ok(insert_many(retirements::table, [row]).or_ignore().execute(tx.connection)? == 1)
}
