//! What is made public about cases, and the objections to it.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{objections, publicities};
use crate::seal::{Keys, Place};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::flow::ObjectionState;
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One publicity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publicity {
    /// Identity.
    pub id: Uuid,
    /// The application.
    pub application: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Code of the matter.
    pub matter: String,
    /// Name of the project.
    pub project_name: Option<String>,
    /// Title.
    pub title: String,
    /// What is made public.
    pub body: String,
    /// The rule it rests on.
    pub basis: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// When it was opened.
    pub opened_at: Instant,
    /// By whom.
    pub opened_by: Uuid,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = publicities, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    case_id: Id,
    matter_code: String,
    project_name: Option<String>,
    title: String,
    body: String,
    basis: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    opened_at: At,
    opened_by: Id,
}

impl From<Row> for Publicity {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            application: row.application_id.0,
            case: row.case_id.0,
            matter: row.matter_code,
            project_name: row.project_name,
            title: row.title,
            body: row.body,
            basis: row.basis,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            opened_at: row.opened_at.0,
            opened_by: row.opened_by.0,
        }
    }
}

/// Enters a publicity.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: &Publicity) -> Result<(), DbError> {
    let row = Row {
        zone_id: zone,
        id: Id(new.id),
        application_id: Id(new.application),
        case_id: Id(new.case),
        matter_code: new.matter.clone(),
        project_name: new.project_name.clone(),
        title: new.title.clone(),
        body: new.body.clone(),
        basis: new.basis.clone(),
        starts_on: new.starts_on,
        ends_on: new.ends_on,
        opened_at: At(new.opened_at),
        opened_by: Id(new.opened_by),
    };
    insert_many(publicities::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// One publicity.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Publicity>, DbError> {
    let row: Option<Row> = publicities::table.find((zone, Id(id))).select(Row::as_select()).first(tx.connection).optional()?;
    Ok(row.map(Publicity::from))
}

/// What was made public, newest first, before `before`.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, before: Option<Uuid>, limit: i64) -> Result<Vec<Publicity>, DbError> {
    let mut query = publicities::table
        .filter(publicities::zone_id.eq(zone))
        .order(publicities::id.desc())
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(publicities::id.lt(Id(before)));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(Publicity::from).collect())
}

/// What somebody objects, and what he was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// Who.
    pub name: String,
    /// How to reach him.
    pub phone: String,
    /// What he objects to, and why.
    pub text: String,
    /// The answer.
    pub answer: Option<String>,
}

/// One objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Identity.
    pub id: Uuid,
    /// What it objects to.
    pub publicity: Uuid,
    /// The account that filed it.
    pub filed_by: Uuid,
    /// When.
    pub filed_at: Instant,
    /// Where it stands.
    pub state: ObjectionState,
    /// In words.
    pub grounds: Grounds,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// By whom.
    pub answered_by: Option<Uuid>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = objections, treat_none_as_default_value = false, treat_none_as_null = true)]
struct ObjectionRow {
    zone_id: i32,
    id: Id,
    publicity_id: Id,
    filed_by: Id,
    filed_at: At,
    state: Code<ObjectionState>,
    sealed: Vec<u8>,
    answered_at: Option<At>,
    answered_by: Option<Id>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "objections", column: "sealed", row }
}

impl ObjectionRow {
    fn new(keys: &Keys, zone: i32, o: &Objection) -> Result<Self, DbError> {
        let plain = serde_json::to_vec(&o.grounds).map_err(|e| DbError::Damaged(e.to_string()))?;
        Ok(Self {
            zone_id: zone,
            id: Id(o.id),
            publicity_id: Id(o.publicity),
            filed_by: Id(o.filed_by),
            filed_at: At(o.filed_at),
            state: Code(o.state),
            sealed: keys.seal(place(&o.id.to_string(), zone), &plain),
            answered_at: o.answered_at.map(At),
            answered_by: o.answered_by.map(Id),
        })
    }

    fn open(self, keys: &Keys) -> Result<Objection, DbError> {
        let plain = keys.open(place(&self.id.0.to_string(), self.zone_id), &self.sealed)?;
        Ok(Objection {
            id: self.id.0,
            publicity: self.publicity_id.0,
            filed_by: self.filed_by.0,
            filed_at: self.filed_at.0,
            state: self.state.0,
            grounds: serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))?,
            answered_at: self.answered_at.map(|a| a.0),
            answered_by: self.answered_by.map(|i| i.0),
        })
    }
}

/// Enters an objection; `false` when this account has objected before.
///
/// # Errors
/// [`DbError`].
pub fn insert_objection(tx: &mut Tx<'_>, zone: i32, new: &Objection) -> Result<bool, DbError> {
    let row = ObjectionRow::new(tx.keys(), zone, new)?;
    Ok(insert_many(objections::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// Saves an objection that was locked.
///
/// # Errors
/// [`DbError`].
pub fn save_objection(tx: &mut Tx<'_>, zone: i32, objection: &Objection) -> Result<(), DbError> {
    let row = ObjectionRow::new(tx.keys(), zone, objection)?;
    diesel::update(objections::table.find((zone, Id(objection.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// Locks an objection.
///
/// # Errors
/// [`DbError`].
pub fn lock_objection(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Objection>, DbError> {
    let row: Option<ObjectionRow> =
        objections::table.find((zone, Id(id))).select(ObjectionRow::as_select()).locked().get_result(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The case an objection is about.
///
/// # Errors
/// [`DbError`].
pub fn find_case_of_objection(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let publicity: Option<Id> = objections::table.find((zone, Id(id))).select(objections::publicity_id).first(tx.connection).optional()?;
    let Some(publicity) = publicity else { return Ok(None) };
    Ok(find(tx, zone, publicity.0)?.map(|p| p.case))
}

/// The objections to what was made public about a case, oldest first, after `after`.
///
/// # Errors
/// [`DbError`].
pub fn list_objections(tx: &mut Tx<'_>, zone: i32, case: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<Objection>, DbError> {
    let after = after.unwrap_or_else(Uuid::nil);
    let rows: Vec<ObjectionRow> = objections::table
        .inner_join(publicities::table.on(publicities::zone_id.eq(objections::zone_id).and(publicities::id.eq(objections::publicity_id))))
        .filter(publicities::zone_id.eq(zone).and(publicities::case_id.eq(Id(case))).and(objections::id.gt(Id(after))))
        .order(objections::id)
        .limit(limit)
        .select(ObjectionRow::as_select())
        .load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}
