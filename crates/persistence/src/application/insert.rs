//! A new draft.

use super::{Application, Content, Row};
use crate::engine::query::insert_many;
use crate::engine::{Code, DbError, Id, Tx};
use crate::schema::{application_accounts, application_contents, application_parties, applications};
use crate::seal::{Keys, Place};
use diesel::prelude::*;
use domain::application::{Party, PartyKind, PartyRole};
use uuid::Uuid;

#[derive(Insertable)]
#[diesel(table_name = application_contents, treat_none_as_default_value = false)]
struct ContentRow {
    zone_id: i32,
    application_id: Id,
    sealed: Vec<u8>,
}

#[derive(Insertable)]
#[diesel(table_name = application_accounts, treat_none_as_default_value = false)]
#[expect(clippy::struct_field_names, reason = "fields are columns")]
struct AccountRow {
    zone_id: i32,
    account_id: Id,
    application_id: Id,
}

/// The searchable trace of a party: keyed hashes, and the name sealed for lists.
#[derive(Insertable)]
#[diesel(table_name = application_parties, treat_none_as_default_value = false)]
pub(super) struct PartyRow {
    zone_id: i32,
    application_id: Id,
    position: i32,
    role: Code<PartyRole>,
    kind: Code<PartyKind>,
    sealed: Vec<u8>,
    name_hash: Vec<u8>,
    identifier_hash: Option<Vec<u8>>,
    phone_hash: Option<Vec<u8>>,
}

impl PartyRow {
    pub(super) fn new(keys: &Keys, zone: i32, application: Uuid, position: i32, party: &Party) -> Self {
        Self {
            zone_id: zone,
            application_id: Id(application),
            position,
            role: Code(party.role),
            kind: Code(party.kind),
            sealed: keys.seal(name_place(zone, &party_row(application, position)), party.name.as_bytes()),
            name_hash: keys.index("name", &party.name),
            identifier_hash: party.identifiers.first().map(|i| keys.index("identifier", &i.value)),
            phone_hash: party.phone.as_deref().map(|p| keys.index("phone", p)),
        }
    }
}

pub(super) fn party_row(application: Uuid, position: i32) -> String {
    format!("{application}/{position}")
}

pub(super) fn name_place(zone: i32, row: &str) -> Place<'_> {
    Place { zone, table: "application_parties", column: "sealed", row }
}

/// Inserts a draft with its contents; `accounts` are those on whose lists it stands.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, application: &Application, content: &Content, accounts: &[Uuid]) -> Result<(), DbError> {
    let (zone_id, application_id) = (application.zone, Id(application.id));
    insert_many(applications::table, [Row::from(application)]).execute(tx.connection)?;
    let sealed = content.seal(tx.keys(), zone_id, application.id)?;
    insert_many(application_contents::table, [ContentRow { zone_id, application_id, sealed }]).execute(tx.connection)?;
    let rows = accounts.iter().map(|account| AccountRow { zone_id, account_id: Id(*account), application_id });
    insert_many(application_accounts::table, rows.collect::<Vec<_>>()).execute(tx.connection)?;
    insert_parties(tx, zone_id, application.id, &content.parties)
}

pub(super) fn insert_parties(tx: &mut Tx<'_>, zone: i32, application: Uuid, parties: &[Party]) -> Result<(), DbError> {
    let keys = tx.keys().clone();
    let rows: Vec<PartyRow> =
        (0..).zip(parties).map(|(position, party)| PartyRow::new(&keys, zone, application, position, party)).collect();
    insert_many(application_parties::table, rows).execute(tx.connection)?;
    Ok(())
}

/// Puts an application on an account's list; `false` when it stands there already.
///
/// # Errors
/// [`DbError`].
pub fn insert_account(tx: &mut Tx<'_>, zone: i32, account: Uuid, application: Uuid) -> Result<bool, DbError> {
    let row = AccountRow { zone_id: zone, account_id: Id(account), application_id: Id(application) };
    Ok(insert_many(application_accounts::table, [row]).or_ignore().execute(tx.connection)? == 1)
}
