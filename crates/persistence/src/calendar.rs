//! The working-day calendar as loaded.

use crate::engine::query::insert_many;
use crate::engine::{Code, DbError, Tx};
use crate::schema::calendar_days as days;
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::calendar::{DayKind, WorkCalendar};
use std::collections::BTreeMap;

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

/// Adds days and corrects those that changed; returns how many. Replicas notice by the generation of the
/// platform.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, exceptions: Vec<(NaiveDate, DayKind, String)>) -> Result<usize, DbError> {
    let known: BTreeMap<NaiveDate, (Code<DayKind>, String)> =
        days::table.load::<(NaiveDate, Code<DayKind>, String)>(tx.connection)?.into_iter().map(|(d, k, n)| (d, (k, n))).collect();
    let changed: Vec<Row> = exceptions
        .into_iter()
        .filter(|(day, kind, name)| known.get(day) != Some(&(Code(*kind), name.clone())))
        .map(|(day, kind, name)| Row { day, kind: Code(kind), name })
        .collect();
    let count = changed.len();
    if count > 0 {
        diesel::delete(days::table.filter(days::day.eq_any(changed.iter().map(|r| r.day).collect::<Vec<_>>()))).execute(tx.connection)?;
        insert_many(days::table, changed).execute(tx.connection)?;
        crate::catalogue::bump_generation(tx, crate::zone::PLATFORM)?;
    }
    Ok(count)
}
