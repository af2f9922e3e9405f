//! The offset of the development clock, kept so that a restart does not fall back behind what happened.

use crate::engine::query::insert_many;
use crate::engine::{DbError, Tx};
use crate::schema::sandbox_clock as clock;
use diesel::prelude::*;

#[derive(Insertable)]
#[diesel(table_name = clock, treat_none_as_default_value = false)]
struct Row {
    id: i32,
    offset_micros: i64,
}

/// The kept offset, microseconds; 0 when it was never moved.
///
/// # Errors
/// [`DbError`].
pub fn load(tx: &mut Tx<'_>) -> Result<i64, DbError> {
    Ok(clock::table.find(1).select(clock::offset_micros).first(tx.connection).optional()?.unwrap_or(0))
}

/// Keeps the offset.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, offset_micros: i64) -> Result<(), DbError> {
    insert_many(clock::table, [Row { id: 1, offset_micros }]).or_ignore().execute(tx.connection)?;
    diesel::update(clock::table.find(1)).set(clock::offset_micros.eq(offset_micros)).execute(tx.connection)?;
    Ok(())
}
