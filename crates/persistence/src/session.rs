//! Sessions, refresh tokens and the keys that sign access tokens. All of it on real time.

use crate::clock::real_now;
use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Backend, DbError, Id, Tx};
use crate::schema::{refresh_tokens as tokens, sessions, token_keys};
use crate::seal::Place;
use chrono::TimeDelta;
use diesel::prelude::*;
use domain::local_time::Instant;
use uuid::Uuid;

/// A refresh token as stored.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// Its session.
    pub session: Uuid,
    /// The session's account.
    pub account: Uuid,
    /// When it was replaced by its successor.
    pub rotated_at: Option<Instant>,
    /// When it ends.
    pub expires_at: Instant,
    /// When its session was ended.
    pub revoked_at: Option<Instant>,
}

#[derive(Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
struct SessionRow {
    id: Id,
    account_id: Id,
    started_at: At,
    expires_at: At,
    revoked_at: Option<At>,
}

#[derive(Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
struct TokenRow {
    hash: Vec<u8>,
    session_id: Id,
    expires_at: At,
    rotated_at: Option<At>,
}

/// Starts a session.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, id: Uuid, account: Uuid, expires_at: Instant) -> Result<(), DbError> {
    let row = SessionRow { id: Id(id), account_id: Id(account), started_at: At(real_now()), expires_at: At(expires_at), revoked_at: None };
    insert_many(sessions::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// Stores the hash of a refresh token; one that is there stays.
///
/// # Errors
/// [`DbError`].
pub fn insert_token(tx: &mut Tx<'_>, hash: Vec<u8>, session: Uuid, expires_at: Instant) -> Result<(), DbError> {
    let row = TokenRow { hash, session_id: Id(session), expires_at: At(expires_at), rotated_at: None };
    insert_many(tokens::table, [row]).or_ignore().execute(tx.connection)?;
    Ok(())
}

/// A token as selected: session, account, rotated, expires, revoked.
type LockedToken = (Id, Id, Option<At>, At, Option<At>);

/// Locks a refresh token by its hash.
///
/// # Errors
/// [`DbError`].
pub fn lock_token(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<RefreshToken>, DbError> {
    let row: Option<LockedToken> = tokens::table
        .inner_join(sessions::table.on(sessions::id.eq(tokens::session_id)))
        .filter(tokens::hash.eq(hash))
        .select((tokens::session_id, sessions::account_id, tokens::rotated_at, tokens::expires_at, sessions::revoked_at))
        .locked()
        .get_result(tx.connection)
        .optional()?;
    Ok(row.map(|(session, account, rotated_at, expires_at, revoked_at)| RefreshToken {
        session: session.0,
        account: account.0,
        rotated_at: rotated_at.map(|a| a.0),
        expires_at: expires_at.0,
        revoked_at: revoked_at.map(|a| a.0),
    }))
}

/// Marks a token as replaced.
///
/// # Errors
/// [`DbError`].
pub fn rotate_token(tx: &mut Tx<'_>, hash: &[u8]) -> Result<(), DbError> {
    diesel::update(tokens::table.find(hash)).set(tokens::rotated_at.eq(At(real_now()))).execute(tx.connection)?;
    Ok(())
}

/// Makes a rotated token look `seconds` older, so that tests need not wait for the grace to pass.
///
/// # Errors
/// [`DbError`].
pub fn backdate_rotation(tx: &mut Tx<'_>, hash: &[u8], seconds: i64) -> Result<(), DbError> {
    let earlier = At(real_now() - TimeDelta::seconds(seconds));
    diesel::update(tokens::table.find(hash)).set(tokens::rotated_at.eq(earlier)).execute(tx.connection)?;
    Ok(())
}

/// Ends a session.
///
/// # Errors
/// [`DbError`].
pub fn revoke(tx: &mut Tx<'_>, session: Uuid) -> Result<(), DbError> {
    diesel::update(sessions::table.filter(sessions::id.eq(Id(session)).and(sessions::revoked_at.is_null())))
        .set(sessions::revoked_at.eq(At(real_now())))
        .execute(tx.connection)?;
    Ok(())
}

/// Sessions ended in the last `seconds`: what every replica drops from its cache of verified tokens.
///
/// # Errors
/// [`DbError`].
pub fn revoked_within(tx: &mut Tx<'_>, seconds: i64) -> Result<Vec<Uuid>, DbError> {
    let since = At(real_now() - TimeDelta::seconds(seconds));
    let ids: Vec<Id> = sessions::table.filter(sessions::revoked_at.gt(since)).select(sessions::id).load(tx.connection)?;
    Ok(ids.into_iter().map(|i| i.0).collect())
}

/// A signing key.
pub struct TokenKey {
    /// Key id (`kid`).
    pub id: String,
    /// Raw Ed25519 public key.
    pub public: Vec<u8>,
    /// PKCS#8 private key.
    pub private: Vec<u8>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = token_keys, treat_none_as_default_value = false)]
struct KeyRow {
    id: String,
    public_key: Vec<u8>,
    private_sealed: Vec<u8>,
    created_at: At,
    retired_at: Option<At>,
}

fn key_place(row: &str) -> Place<'_> {
    Place { zone: 0, table: "token_keys", column: "private_sealed", row }
}

/// Lets one process at a time look for a signing key and make the first one.
///
/// # Errors
/// [`DbError`].
pub fn lock_keys(tx: &mut Tx<'_>) -> Result<(), DbError> {
    if tx.connection.backend() == Backend::Postgres {
        diesel::sql_query("SELECT pg_advisory_xact_lock(7211, 0)").execute(tx.connection)?;
    }
    Ok(())
}

/// Stores a signing key, its private part sealed.
///
/// # Errors
/// [`DbError`].
pub fn insert_key(tx: &mut Tx<'_>, key: &TokenKey) -> Result<(), DbError> {
    let row = KeyRow {
        id: key.id.clone(),
        public_key: key.public.clone(),
        private_sealed: tx.keys().seal(key_place(&key.id), &key.private),
        created_at: At(real_now()),
        retired_at: None,
    };
    insert_many(token_keys::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// The signing keys in use, newest first.
///
/// # Errors
/// [`DbError`].
pub fn list_keys(tx: &mut Tx<'_>) -> Result<Vec<TokenKey>, DbError> {
    let rows: Vec<KeyRow> = token_keys::table
        .filter(token_keys::retired_at.is_null())
        .order(token_keys::created_at.desc())
        .select(KeyRow::as_select())
        .load(tx.connection)?;
    rows.into_iter()
        .map(|row| {
            let private = tx.keys().open(key_place(&row.id), &row.private_sealed)?;
            Ok(TokenKey { id: row.id, public: row.public_key, private })
        })
        .collect()
}
