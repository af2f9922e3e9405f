//! The register of delegated matters, its adjustments, and accounts in outside systems.

mod account;

pub use account::{SystemAccount, find_account, granted, list_accounts, request_account, save_account, system_without_account};

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{delegated_matters as matters, delegation_changes as changes};
use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::catalogue::{AdjustmentKind, DelegatedState};
use domain::local_time::Instant;
use uuid::Uuid;

/// A delegated matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegatedMatter {
    /// Code; that of the catalogue's matter where there is one.
    pub code: String,
    /// Name.
    pub name: String,
    /// The body that hands it over.
    pub delegating_body: String,
    /// The department that takes it.
    pub department: String,
    /// The system it is handled in.
    pub system: Option<String>,
    /// Where it stands.
    pub state: DelegatedState,
    /// First day it is handled.
    pub effective_from: Option<NaiveDate>,
    /// First day it no longer is.
    pub effective_to: Option<NaiveDate>,
    /// The document it rests on.
    pub basis: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = matters, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    code: String,
    name: String,
    delegating_body: String,
    department: String,
    system: Option<String>,
    state: Code<DelegatedState>,
    effective_from: Option<NaiveDate>,
    effective_to: Option<NaiveDate>,
    basis: String,
    updated_at: At,
}

impl Row {
    fn new(zone: i32, at: Instant, m: DelegatedMatter) -> Self {
        Self {
            zone_id: zone,
            code: m.code,
            name: m.name,
            delegating_body: m.delegating_body,
            department: m.department,
            system: m.system,
            state: Code(m.state),
            effective_from: m.effective_from,
            effective_to: m.effective_to,
            basis: m.basis,
            updated_at: At(at),
        }
    }
}

impl From<Row> for DelegatedMatter {
    fn from(row: Row) -> Self {
        Self {
            code: row.code,
            name: row.name,
            delegating_body: row.delegating_body,
            department: row.department,
            system: row.system,
            state: row.state.0,
            effective_from: row.effective_from,
            effective_to: row.effective_to,
            basis: row.basis,
        }
    }
}

/// Adds rows whose code is not there yet; returns how many.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, rows: Vec<DelegatedMatter>) -> Result<usize, DbError> {
    let at = tx.now();
    let mut added = 0;
    let rows: Vec<Row> = rows.into_iter().map(|m| Row::new(zone, at, m)).collect();
    for chunk in crate::engine::query::in_chunks(rows, 500) {
        added += insert_many(matters::table, chunk).or_ignore().execute(tx.connection)?;
    }
    Ok(added)
}

/// One delegated matter.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, code: &str) -> Result<Option<DelegatedMatter>, DbError> {
    let found: Option<Row> = matters::table.find((zone, code)).select(Row::as_select()).first(tx.connection).optional()?;
    Ok(found.map(DelegatedMatter::from))
}

/// Saves a changed one.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, matter: DelegatedMatter) -> Result<(), DbError> {
    let row = Row::new(zone, tx.now(), matter);
    diesel::update(matters::table.find((zone, row.code.clone()))).set(row).execute(tx.connection)?;
    Ok(())
}

/// A page of them, by code.
///
/// # Errors
/// [`DbError`].
pub fn list(
    tx: &mut Tx<'_>,
    zone: i32,
    department: Option<&str>,
    state: Option<DelegatedState>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<DelegatedMatter>, DbError> {
    let mut query =
        matters::table.filter(matters::zone_id.eq(zone)).order(matters::code).limit(limit).select(Row::as_select()).into_boxed();
    if let Some(department) = department {
        query = query.filter(matters::department.eq(department.to_owned()));
    }
    if let Some(state) = state {
        query = query.filter(matters::state.eq(Code(state)));
    }
    if let Some(after) = after {
        query = query.filter(matters::code.gt(after.to_owned()));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(DelegatedMatter::from).collect())
}

/// How many, by department and state; a register of some hundreds is counted whole.
///
/// # Errors
/// [`DbError`].
pub fn count(tx: &mut Tx<'_>, zone: i32) -> Result<Vec<(String, DelegatedState, i64)>, DbError> {
    let rows: Vec<(String, Code<DelegatedState>, i64)> = matters::table
        .filter(matters::zone_id.eq(zone))
        .group_by((matters::department, matters::state))
        .select((matters::department, matters::state, count_star()))
        .load(tx.connection)?;
    let mut rows: Vec<_> = rows.into_iter().map(|(department, state, n)| (department, state.0, n)).collect();
    rows.sort();
    Ok(rows)
}

/// One line of an adjustment.
#[derive(Debug, Clone)]
pub struct Adjustment {
    /// Identity.
    pub id: Uuid,
    /// The batch it belongs to.
    pub batch: Uuid,
    /// What it does.
    pub kind: AdjustmentKind,
    /// Code of the matter.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The document behind it.
    pub document: String,
    /// First day it holds.
    pub effective_on: NaiveDate,
    /// Who entered it.
    pub made_by: Uuid,
    /// When it was entered.
    pub created_at: Instant,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
struct ChangeRow {
    zone_id: i32,
    id: Id,
    batch_id: Id,
    kind: Code<AdjustmentKind>,
    code: String,
    name: String,
    reason: String,
    document: String,
    effective_on: NaiveDate,
    made_by: Id,
    created_at: At,
}

impl From<ChangeRow> for Adjustment {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id.0,
            batch: row.batch_id.0,
            kind: row.kind.0,
            code: row.code,
            name: row.name,
            reason: row.reason,
            document: row.document,
            effective_on: row.effective_on,
            made_by: row.made_by.0,
            created_at: row.created_at.0,
        }
    }
}

/// Records the lines of a batch.
///
/// # Errors
/// [`DbError`].
pub fn record(tx: &mut Tx<'_>, zone: i32, lines: Vec<Adjustment>) -> Result<(), DbError> {
    let row = |a: Adjustment| ChangeRow {
        zone_id: zone,
        id: Id(a.id),
        batch_id: Id(a.batch),
        kind: Code(a.kind),
        code: a.code,
        name: a.name,
        reason: a.reason,
        document: a.document,
        effective_on: a.effective_on,
        made_by: Id(a.made_by),
        created_at: At(a.created_at),
    };
    for chunk in crate::engine::query::in_chunks(lines.into_iter().map(row).collect(), 500) {
        insert_many(changes::table, chunk).execute(tx.connection)?;
    }
    Ok(())
}

/// A page of adjustments, newest first.
///
/// # Errors
/// [`DbError`].
pub fn list_adjustments(
    tx: &mut Tx<'_>,
    zone: i32,
    kind: Option<AdjustmentKind>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Adjustment>, DbError> {
    let mut query =
        changes::table.filter(changes::zone_id.eq(zone)).order(changes::id.desc()).limit(limit).select(ChangeRow::as_select()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(changes::kind.eq(Code(kind)));
    }
    if let Some(before) = before {
        query = query.filter(changes::id.lt(Id(before)));
    }
    let rows: Vec<ChangeRow> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(Adjustment::from).collect())
}

/// The lines of one batch, in their order; a batch has a thousand at most.
///
/// # Errors
/// [`DbError`].
pub fn list_batch(tx: &mut Tx<'_>, zone: i32, batch: Uuid) -> Result<Vec<Adjustment>, DbError> {
    let rows: Vec<ChangeRow> = changes::table
        .filter(changes::zone_id.eq(zone).and(changes::batch_id.eq(Id(batch))))
        .order(changes::id)
        .limit(1000)
        .select(ChangeRow::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(Adjustment::from).collect())
}
