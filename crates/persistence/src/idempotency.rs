//! Repeating a request never does it twice.

use crate::engine::query::insert_many;
use crate::engine::{At, DbError, Id, Tx};
use crate::schema::idempotency_records as records;
use diesel::prelude::*;
use domain::local_time::Instant;
use uuid::Uuid;

/// One request that wants to be done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Zone; 0 for the platform.
    pub zone: i32,
    /// Account of the caller.
    pub caller: Uuid,
    /// Operation id.
    pub operation: &'static str,
    /// The caller's key.
    pub key: String,
    /// Digest of the request.
    pub digest: Vec<u8>,
}

/// What became of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// First time: go on.
    First,
    /// Done before: answer with the resource as it now is.
    Replay {
        /// The resource it led to.
        resource: Uuid,
    },
    /// Done before with another body.
    Mismatch,
}

#[derive(Insertable)]
#[diesel(table_name = records, treat_none_as_default_value = false)]
struct Row<'a> {
    zone_id: i32,
    caller: Id,
    operation: &'a str,
    key: &'a str,
    digest: &'a [u8],
    status: i32,
    resource_id: Id,
    version: i64,
    created_at: At,
}

/// Claims the key; the transaction's first insert, so that a concurrent duplicate waits here and then
/// replays. A refused command rolls the claim back with everything else.
///
/// # Errors
/// [`DbError`].
pub fn claim(tx: &mut Tx<'_>, request: &Request, status: u16, resource: Uuid, version: i64) -> Result<Outcome, DbError> {
    let row = Row {
        zone_id: request.zone,
        caller: Id(request.caller),
        operation: request.operation,
        key: &request.key,
        digest: &request.digest,
        status: i32::from(status),
        resource_id: Id(resource),
        version,
        created_at: At(crate::clock::real_now()),
    };
    if insert_many(records::table, [row]).or_ignore().execute(tx.connection)? == 1 {
        return Ok(Outcome::First);
    }
    Ok(find(tx, request)?.unwrap_or(Outcome::Mismatch))
}

/// What a key has led to before, if anything.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, request: &Request) -> Result<Option<Outcome>, DbError> {
    let key = (request.zone, Id(request.caller), request.operation, request.key.as_str());
    let known: Option<(Vec<u8>, Id)> =
        records::table.find(key).select((records::digest, records::resource_id)).first(tx.connection).optional()?;
    Ok(known.map(|(digest, resource)| if digest == request.digest { Outcome::Replay { resource: resource.0 } } else { Outcome::Mismatch }))
}

/// Forgets keys older than `before`.
///
/// # Errors
/// [`DbError`].
pub fn purge(tx: &mut Tx<'_>, zone: i32, before: Instant) -> Result<usize, DbError> {
    Ok(diesel::delete(records::table.filter(records::zone_id.eq(zone)).filter(records::created_at.lt(At(before))))
        .execute(tx.connection)?)
}
