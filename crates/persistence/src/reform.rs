//! Tasks of a reform (改革任务).

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::reform_tasks as tasks;
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::catalogue::TaskProgress;
use uuid::Uuid;

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReformTask {
    /// Identity.
    pub id: Uuid,
    /// The document that sets it.
    pub document: String,
    /// Its number there.
    pub number: i32,
    /// Title.
    pub title: String,
    /// Department that leads.
    pub lead_department: String,
    /// Departments that take part.
    pub departments: Vec<String>,
    /// Last day.
    pub due_on: NaiveDate,
    /// How far it is.
    pub progress: TaskProgress,
    /// What `If-Match` compares.
    pub version: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = tasks, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    document: String,
    number: i32,
    title: String,
    lead_department: String,
    departments: String,
    due_on: NaiveDate,
    progress: Code<TaskProgress>,
    version: i64,
    updated_at: At,
}

impl From<Row> for ReformTask {
    fn from(row: Row) -> Self {
        let departments = row.departments.split(',').filter(|d| !d.is_empty()).map(str::to_owned).collect();
        Self {
            id: row.id.0,
            document: row.document,
            number: row.number,
            title: row.title,
            lead_department: row.lead_department,
            departments,
            due_on: row.due_on,
            progress: row.progress.0,
            version: row.version,
        }
    }
}

fn row(tx: &Tx<'_>, zone: i32, task: ReformTask) -> Row {
    Row {
        zone_id: zone,
        id: Id(task.id),
        document: task.document,
        number: task.number,
        title: task.title,
        lead_department: task.lead_department,
        departments: task.departments.join(","),
        due_on: task.due_on,
        progress: Code(task.progress),
        version: task.version,
        updated_at: At(tx.now()),
    }
}

/// Adds tasks that are not there yet (a document numbers each once); returns how many.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: Vec<ReformTask>) -> Result<usize, DbError> {
    let rows: Vec<Row> = new.into_iter().map(|t| row(tx, zone, t)).collect();
    if rows.is_empty() { Ok(0) } else { Ok(insert_many(tasks::table, rows).or_ignore().execute(tx.connection)?) }
}

/// Every task of a zone; a reform has dozens.
///
/// # Errors
/// [`DbError`].
pub fn list_all(tx: &mut Tx<'_>, zone: i32) -> Result<Vec<ReformTask>, DbError> {
    let rows: Vec<Row> = tasks::table
        .filter(tasks::zone_id.eq(zone))
        .order((tasks::document, tasks::number))
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(ReformTask::from).collect())
}

/// One task, locked in a write.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<ReformTask>, DbError> {
    let found: Option<Row> = tasks::table.find((zone, Id(id))).select(Row::as_select()).locked().get_result(tx.connection).optional()?;
    Ok(found.map(ReformTask::from))
}

/// Saves a changed task.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, task: ReformTask) -> Result<(), DbError> {
    let row = row(tx, zone, task);
    diesel::update(tasks::table.find((zone, row.id))).set(row).execute(tx.connection)?;
    Ok(())
}

/// Every task of a zone, by document and number: some dozens at most; bounded at 500.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32) -> Result<Vec<ReformTask>, DbError> {
    let rows: Vec<Row> = tasks::table
        .filter(tasks::zone_id.eq(zone))
        .order((tasks::document, tasks::number))
        .limit(500)
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(ReformTask::from).collect())
}
