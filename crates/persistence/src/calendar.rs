//! The working-day calendar as loaded.

use crate::engine::query::insert_many;
use crate::engine::{Code, DbError, Tx};
use crate::schema::calendar_days as days;
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::calendar::{DayKind, WorkCalendar};

#[derive(Insertable)]
#[diesel(table_name = days, treat_none_as_default_value = false)]
struct Row {
    day: NaiveDate,
    kind: Code<DayKind>,
    name: String,
}

/// Reads the whole calendar.
///
/// # Errors
/// [`DbError`].
pub fn load(tx: &mut Tx<'_>) -> Result<WorkCalendar, DbError> {
    let rows: Vec<(NaiveDate, Code<DayKind>, String)> = days::table.order(days::day).load(tx.connection)?;
    Ok(WorkCalendar::new(rows.into_iter().map(|(day, kind, name)| (day, kind.0, name))))
}

/// Adds days that are not there yet; returns how many.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, exceptions: Vec<(NaiveDate, DayKind, String)>) -> Result<usize, DbError> {
    if exceptions.is_empty() {
        return Ok(0);
    }
    let rows: Vec<Row> = exceptions.into_iter().map(|(day, kind, name)| Row { day, kind: Code(kind), name }).collect();
    Ok(insert_many(days::table, rows).or_ignore().execute(tx.connection)?)
}
