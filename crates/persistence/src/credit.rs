//! Internal records of broken commitments, and bars from applying again.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::credit_records as records;
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::flow::CreditKind;
use domain::local_time::{Instant, date_of};
use uuid::Uuid;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditRecord {
    /// Identity.
    pub id: Uuid,
    /// The application it came from.
    pub application: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Kind.
    pub kind: CreditKind,
    /// Code of the ground.
    pub ground: String,
    /// Code of the matter.
    pub matter: String,
    /// Keyed hash of the applicant's identifier.
    pub identifier: Option<Vec<u8>>,
    /// First day a bar no longer holds.
    pub until: Option<NaiveDate>,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// When it was repaired.
    pub repaired_at: Option<Instant>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = records, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    case_id: Id,
    kind: Code<CreditKind>,
    ground: String,
    matter_code: String,
    identifier_hash: Option<Vec<u8>>,
    until_on: Option<NaiveDate>,
    recorded_at: At,
    repaired_at: Option<At>,
    repaired_by: Option<Id>,
}

impl From<Row> for CreditRecord {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            application: row.application_id.0,
            case: row.case_id.0,
            kind: row.kind.0,
            ground: row.ground,
            matter: row.matter_code,
            identifier: row.identifier_hash,
            until: row.until_on,
            recorded_at: row.recorded_at.0,
            repaired_at: row.repaired_at.map(|a| a.0),
        }
    }
}

/// Enters a record.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: &CreditRecord) -> Result<(), DbError> {
    let row = Row {
        zone_id: zone,
        id: Id(new.id),
        application_id: Id(new.application),
        case_id: Id(new.case),
        kind: Code(new.kind),
        ground: new.ground.clone(),
        matter_code: new.matter.clone(),
        identifier_hash: new.identifier.clone(),
        until_on: new.until,
        recorded_at: At(new.recorded_at),
        repaired_at: None,
        repaired_by: None,
    };
    insert_many(records::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// What stands against an applicant now: unrepaired breaches and running bars.
///
/// # Errors
/// [`DbError`].
pub fn list_against(tx: &mut Tx<'_>, zone: i32, identifier: &str) -> Result<Vec<CreditRecord>, DbError> {
    let (hash, today) = (tx.keys().index("identifier", identifier), date_of(tx.now()));
    let rows: Vec<Row> = records::table
        .filter(records::zone_id.eq(zone).and(records::identifier_hash.eq(hash)).and(records::repaired_at.is_null()))
        .order(records::id)
        .limit(100)
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(CreditRecord::from).filter(|r| r.until.is_none_or(|until| today < until)).collect())
}

/// Records, newest first, before `before`.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, before: Option<Uuid>, limit: i64) -> Result<Vec<CreditRecord>, DbError> {
    let mut query =
        records::table.filter(records::zone_id.eq(zone)).order(records::id.desc()).select(Row::as_select()).limit(limit).into_boxed();
    if let Some(before) = before {
        query = query.filter(records::id.lt(Id(before)));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(CreditRecord::from).collect())
}

/// One record.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<CreditRecord>, DbError> {
    let row: Option<Row> = records::table.find((zone, Id(id))).select(Row::as_select()).first(tx.connection).optional()?;
    Ok(row.map(CreditRecord::from))
}

/// Lifts what was recorded against an applicant by a decision that was annulled.
///
/// # Errors
/// [`DbError`].
pub fn lift(tx: &mut Tx<'_>, zone: i32, case: Uuid, by: Uuid) -> Result<usize, DbError> {
    let now = At(tx.now());
    let of_case = records::zone_id.eq(zone).and(records::case_id.eq(Id(case))).and(records::repaired_at.is_null());
    Ok(diesel::update(records::table.filter(of_case))
        .set((records::repaired_at.eq(now), records::repaired_by.eq(Id(by))))
        .execute(tx.connection)?)
}

/// Marks a breach repaired; `false` when it was before, or is a bar, which only time lifts.
///
/// # Errors
/// [`DbError`].
pub fn repair(tx: &mut Tx<'_>, zone: i32, id: Uuid, by: Uuid) -> Result<bool, DbError> {
    let now = At(tx.now());
    let open = records::table.filter(records::zone_id.eq(zone).and(records::id.eq(Id(id))).and(records::repaired_at.is_null()));
    let open = open.filter(records::kind.eq(Code(CreditKind::Breach)));
    Ok(diesel::update(open).set((records::repaired_at.eq(now), records::repaired_by.eq(Id(by)))).execute(tx.connection)? == 1)
}
