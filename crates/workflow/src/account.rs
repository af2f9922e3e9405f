//! Open an account.

use crate::Error;
use domain::access::Role;
use domain::event::{EventKind, StreamKind};
use persistence::event::{self, Actor, NewEvent, Stream};
use persistence::{Tx, account, ids, zone};
use serde_json::json;
use uuid::Uuid;

/// A new account.
pub struct NewAccount<'a> {
    /// Login name; none for one that logs in by an outside identity.
    pub username: Option<&'a str>,
    /// Argon2id hash of the password.
    pub password_hash: Option<&'a str>,
    /// The person's name.
    pub name: &'a str,
    /// Role in a zone (number 0 for the platform), with department; none for an applicant.
    pub membership: Option<(i32, Role, Option<&'a str>)>,
}

/// The stream under which an account's events stand.
#[must_use]
pub fn stream(account: Uuid) -> Stream {
    Stream { zone: zone::PLATFORM, kind: StreamKind::Account, id: account }
}

/// Opens an account and records it.
///
/// # Errors
/// [`Error::Database`]; a used login name fails.
pub fn open(tx: &mut Tx<'_>, new: &NewAccount<'_>) -> Result<Uuid, Error> {
    let id = ids::new_id();
    account::insert(tx, id, new.username, new.password_hash, new.name)?;
    if let Some((zone, role, department)) = new.membership {
        account::insert_membership(tx, id, zone, role, department)?;
    }
    let payload = json!({"zone": new.membership.map(|m| m.0), "role": new.membership.map(|m| m.1)});
    let opened = NewEvent { kind: EventKind::AccountCreated, occurred_at: tx.now(), payload };
    event::append(tx, stream(id), &mut event::Head::start(), &Actor::system(), vec![opened])?;
    Ok(id)
}
