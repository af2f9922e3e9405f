//! What was asked of e-licences and of other systems: who, for which application, for what, with which outcome.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::share_calls;
use diesel::prelude::*;
use domain::flow::ShareOutcome;
use domain::local_time::Instant;
use uuid::Uuid;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareCall {
    /// Identity.
    pub id: Uuid,
    /// Code of the source; [`OWN_STORE`] for the zone's own e-licences.
    pub source: String,
    /// Number of the certificate, or the evidence of the other system.
    pub reference: Option<String>,
    /// The application it was for.
    pub application: Uuid,
    /// Code of the material.
    pub material: String,
    /// The fields asked for.
    pub fields: Vec<String>,
    /// What for.
    pub purpose: String,
    /// What came of it.
    pub outcome: ShareOutcome,
    /// Fields that came.
    pub size: i32,
    /// Who asked.
    pub called_by: Uuid,
    /// When.
    pub called_at: Instant,
}

/// The zone's own store of e-licences, as a source.
pub const OWN_STORE: &str = "licences";

/// The documents applicants hand in, as a source.
pub const OWN_DOCUMENTS: &str = "documents";

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = share_calls, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    source: String,
    reference: Option<String>,
    application_id: Id,
    material: String,
    fields: String,
    purpose: String,
    outcome: Code<ShareOutcome>,
    size: i32,
    called_by: Id,
    called_at: At,
}

impl From<Row> for ShareCall {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            source: row.source,
            reference: row.reference,
            application: row.application_id.0,
            material: row.material,
            fields: row.fields.split(',').filter(|f| !f.is_empty()).map(str::to_owned).collect(),
            purpose: row.purpose,
            outcome: row.outcome.0,
            size: row.size,
            called_by: row.called_by.0,
            called_at: row.called_at.0,
        }
    }
}

/// Enters calls.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, calls: &[ShareCall]) -> Result<(), DbError> {
    let row = |c: &ShareCall| Row {
        zone_id: zone,
        id: Id(c.id),
        source: c.source.clone(),
        reference: c.reference.clone(),
        application_id: Id(c.application),
        material: c.material.clone(),
        fields: c.fields.join(","),
        purpose: c.purpose.clone(),
        outcome: Code(c.outcome),
        size: c.size,
        called_by: Id(c.called_by),
        called_at: At(c.called_at),
    };
    if !calls.is_empty() {
        insert_many(share_calls::table, calls.iter().map(row).collect::<Vec<_>>()).execute(tx.connection)?;
    }
    Ok(())
}

/// Uses of some documents or certificates, newest first, before `before`.
///
/// # Errors
/// [`DbError`].
pub fn list_of(tx: &mut Tx<'_>, zone: i32, references: &[String], before: Option<Uuid>, limit: i64) -> Result<Vec<ShareCall>, DbError> {
    let mut query = share_calls::table
        .filter(share_calls::zone_id.eq(zone).and(share_calls::reference.eq_any(references.to_vec())))
        .order(share_calls::id.desc())
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(share_calls::id.lt(Id(before)));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(ShareCall::from).collect())
}

/// Who uses what for what.
#[derive(Debug, Clone)]
pub struct Use<'a> {
    /// Document or certificate.
    pub reference: String,
    /// Who.
    pub account: Uuid,
    /// What for.
    pub purpose: &'a str,
}

/// Whether somebody has used something for the same purpose since a moment.
///
/// # Errors
/// [`DbError`].
pub fn is_known_since(tx: &mut Tx<'_>, zone: i32, used: &Use<'_>, since: Instant) -> Result<bool, DbError> {
    let of = share_calls::zone_id.eq(zone).and(share_calls::reference.eq(used.reference.clone()));
    let by = share_calls::called_by.eq(Id(used.account)).and(share_calls::purpose.eq(used.purpose));
    let query = share_calls::table.filter(of.and(by)).filter(share_calls::called_at.ge(At(since)));
    Ok(diesel::select(diesel::dsl::exists(query)).get_result(tx.connection)?)
}

/// Which calls.
#[derive(Debug, Clone, Default)]
pub struct CallFilter {
    /// Of one source.
    pub source: Option<String>,
    /// Of one certificate.
    pub reference: Option<String>,
}

/// Calls, newest first, before `before`.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, filter: &CallFilter, before: Option<Uuid>, limit: i64) -> Result<Vec<ShareCall>, DbError> {
    let mut query = share_calls::table
        .filter(share_calls::zone_id.eq(zone))
        .order(share_calls::id.desc())
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(source) = &filter.source {
        query = query.filter(share_calls::source.eq(source.clone()));
    }
    if let Some(reference) = &filter.reference {
        query = query.filter(share_calls::reference.eq(reference.clone()));
    }
    if let Some(before) = before {
        query = query.filter(share_calls::id.lt(Id(before)));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(ShareCall::from).collect())
}
