//! Sessions: begin, go on with a rotating refresh token, end.

use crate::account::stream;
use crate::{Error, password};
use chrono::TimeDelta;
use domain::event::EventKind;
use persistence::account::{self, Account, AccountState, Membership};
use persistence::clock::real_now;
use persistence::event::{self, Actor, NewEvent};
use persistence::seal::{random, sha256};
use persistence::session::{self, RefreshToken};
use persistence::{Db, Tx, ids};
use serde_json::json;
use uuid::Uuid;

/// How long a session can be gone on with.
const SESSION_DAYS: i64 = 30;
/// How long a just-rotated token gives its successor again (mini-programs lose answers).
const GRACE_SECONDS: i64 = 30;
/// Failed logins in a row that lock an account.
const MOST_FAILURES: i32 = 5;
/// For how long.
const LOCK_MINUTES: i64 = 15;

/// A session that may act.
pub struct Session {
    /// Identity.
    pub id: Uuid,
    /// The account.
    pub account: Account,
    /// Its memberships.
    pub memberships: Vec<Membership>,
    /// The refresh token to go on with.
    pub refresh_token: String,
}

/// Begins a session with name and password.
///
/// # Errors
/// [`Error::CredentialsRefused`], [`Error::AccountLocked`], [`Error::Busy`].
pub async fn begin(db: &Db, username: String, secret: String, request_id: Option<String>) -> Result<Session, Error> {
    let found = db.read(move |tx| Ok::<_, Error>(account::find_by_username(tx, &username)?)).await?;
    if found.as_ref().is_some_and(|a| a.locked_until.is_some_and(|until| until > real_now())) {
        return Err(Error::AccountLocked);
    }
    let usable = found.filter(|a| a.state == AccountState::Active);
    let stored = usable.as_ref().and_then(|a| a.password_hash.clone());
    let verdict = tokio::task::spawn_blocking(move || password::verify(&secret, stored.as_deref())).await.unwrap_or(Err(Error::Busy));
    match (verdict, usable) {
        (Ok(()), Some(account)) => db.write(move |tx| start(tx, account, request_id)).await,
        (Err(Error::CredentialsRefused), Some(account)) => {
            db.write(move |tx| note_failure(tx, &account)).await?;
            Err(Error::CredentialsRefused)
        }
        (Err(error), _) => Err(error),
        (Ok(()), None) => Err(Error::CredentialsRefused),
    }
}

fn note_failure(tx: &mut Tx<'_>, account: &Account) -> Result<(), Error> {
    let failed = account.failed_count + 1;
    let locked = (failed >= MOST_FAILURES).then(|| real_now() + TimeDelta::minutes(LOCK_MINUTES));
    Ok(account::save_failures(tx, account.id, if locked.is_some() { 0 } else { failed }, locked)?)
}

/// Starts a session for an account that has proved itself.
///
/// # Errors
/// [`Error::Database`].
pub fn start(tx: &mut Tx<'_>, account: Account, request_id: Option<String>) -> Result<Session, Error> {
    if account.failed_count > 0 || account.locked_until.is_some() {
        account::save_failures(tx, account.id, 0, None)?;
    }
    let id = ids::new_id();
    let expires_at = real_now() + TimeDelta::days(SESSION_DAYS);
    let refresh_token = hex::encode(random::<32>());
    session::insert(tx, id, account.id, expires_at)?;
    session::insert_token(tx, sha256(&[refresh_token.as_bytes()]), id, expires_at)?;
    record(tx, account.id, EventKind::SessionStarted, id, request_id)?;
    let memberships = account::list_memberships(tx, account.id)?;
    Ok(Session { id, account, memberships, refresh_token })
}

/// What going on with a refresh token led to.
pub enum Refreshed {
    /// The session goes on with the next token.
    Goes(Session),
    /// The token was used before: somebody else may have it, so the session has been ended.
    Reused(Uuid),
}

/// Begins a session of the account linked with an outside identity; the first login opens one. Two first logins
/// at once lead to one account.
///
/// # Errors
/// [`Error::CredentialsRefused`] for an account that may not be used, [`Error::Database`].
pub fn start_linked(tx: &mut Tx<'_>, provider: &str, subject: &str, request_id: Option<String>) -> Result<Session, Error> {
    if let Some(account) = account::find_linked(tx, provider, subject)? {
        return usable(tx, account, request_id);
    }
    let new = crate::account::NewAccount { username: None, password_hash: None, name: "微信用户", membership: None };
    let id = crate::account::open(tx, &new)?;
    if !account::link(tx, provider, subject, id)? {
        // Somebody else was first: the account opened here stays unused and is not kept.
        return Err(Error::Busy);
    }
    let linked = NewEvent { kind: EventKind::AccountLinked, occurred_at: tx.now(), payload: json!({"provider": provider}) };
    let stream = crate::account::stream(id);
    let mut head = event::head(tx, stream)?;
    event::append(tx, stream, &mut head, &Actor::system(), vec![linked])?;
    let account = account::find(tx, id)?.ok_or(Error::CredentialsRefused)?;
    usable(tx, account, request_id)
}

fn usable(tx: &mut Tx<'_>, account: Account, request_id: Option<String>) -> Result<Session, Error> {
    match account.state {
        AccountState::Active => start(tx, account, request_id),
        AccountState::Disabled => Err(Error::CredentialsRefused),
    }
}

/// Goes on with a session. A token rotated less than half a minute ago gives its successor again; an older
/// one ends the session.
///
/// # Errors
/// [`Error::CredentialsRefused`] for an unknown, expired or revoked token.
pub fn refresh(tx: &mut Tx<'_>, token: &str, request_id: Option<String>) -> Result<Refreshed, Error> {
    let hash = sha256(&[token.as_bytes()]);
    let known: RefreshToken = session::lock_token(tx, &hash)?.ok_or(Error::CredentialsRefused)?;
    if known.revoked_at.is_some() || known.expires_at <= real_now() {
        return Err(Error::CredentialsRefused);
    }
    let account = account::find(tx, known.account)?.filter(|a| a.state == AccountState::Active).ok_or(Error::CredentialsRefused)?;
    let next = tx.keys().next_refresh_token(token);
    match known.rotated_at {
        Some(at) if real_now() - at > TimeDelta::seconds(GRACE_SECONDS) => {
            session::revoke(tx, known.session)?;
            record(tx, account.id, EventKind::RefreshTokenReused, known.session, request_id)?;
            return Ok(Refreshed::Reused(known.session));
        }
        Some(_) => {}
        None => {
            session::rotate_token(tx, &hash)?;
            session::insert_token(tx, sha256(&[next.as_bytes()]), known.session, known.expires_at)?;
        }
    }
    let memberships = account::list_memberships(tx, account.id)?;
    Ok(Refreshed::Goes(Session { id: known.session, account, memberships, refresh_token: next }))
}

/// Ends a session.
///
/// # Errors
/// [`Error::Database`].
pub fn end(tx: &mut Tx<'_>, account: Uuid, session: Uuid, request_id: Option<String>) -> Result<(), Error> {
    session::revoke(tx, session)?;
    record(tx, account, EventKind::SessionRevoked, session, request_id)
}

fn record(tx: &mut Tx<'_>, account: Uuid, kind: EventKind, session: Uuid, request_id: Option<String>) -> Result<(), Error> {
    account::lock(tx, account)?;
    let mut head = event::head(tx, stream(account))?;
    let event = NewEvent { kind, occurred_at: tx.now(), payload: json!({"session": session}) };
    Ok(event::append(tx, stream(account), &mut head, &Actor::account(account, request_id), vec![event])?)
}
