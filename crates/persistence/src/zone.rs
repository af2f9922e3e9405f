//! Zones of the installation.

use crate::engine::query::insert_many;
use crate::engine::{At, DbError, Tx};
use crate::schema::zones;
use diesel::prelude::*;

/// The reserved number under which platform events, jobs and idempotency records stand.
pub const PLATFORM: i32 = 0;

#[derive(Insertable)]
#[diesel(table_name = zones, treat_none_as_default_value = false)]
struct Row<'a> {
    id: i32,
    slug: &'a str,
    created_at: At,
}

/// Every zone: number and slug.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<(i32, String)>, DbError> {
    Ok(zones::table.order(zones::id).select((zones::id, zones::slug)).load(tx.connection)?)
}

/// The number of a zone, opened when it is new.
///
/// # Errors
/// [`DbError`].
pub fn ensure(tx: &mut Tx<'_>, slug: &str) -> Result<i32, DbError> {
    if let Some(id) = zones::table.filter(zones::slug.eq(slug)).select(zones::id).first(tx.connection).optional()? {
        return Ok(id);
    }
    let last: Option<i32> = zones::table.order(zones::id.desc()).select(zones::id).first(tx.connection).optional()?;
    let id = last.unwrap_or(PLATFORM) + 1;
    insert_many(zones::table, [Row { id, slug, created_at: At(tx.now()) }]).execute(tx.connection)?;
    Ok(id)
}
