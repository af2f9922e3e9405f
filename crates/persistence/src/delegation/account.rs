//! Clerks' accounts in outside systems: asked for, given, taken back; who may take what at the window.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{delegated_matters as matters, system_accounts as accounts};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::catalogue::{DelegatedState, SystemAccountState};
use domain::local_time::{Instant, date_of};
use uuid::Uuid;

/// A clerk's account in an outside system.
#[derive(Debug, Clone)]
pub struct SystemAccount {
    /// Identity.
    pub id: Uuid,
    /// The clerk.
    pub account: Uuid,
    /// The system.
    pub system: String,
    /// Where it stands.
    pub state: SystemAccountState,
    /// When he was trained.
    pub trained_on: Option<NaiveDate>,
    /// When it was asked for.
    pub created_at: Instant,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
struct AccountRow {
    zone_id: i32,
    id: Id,
    account_id: Id,
    system: String,
    state: Code<SystemAccountState>,
    trained_on: Option<NaiveDate>,
    created_at: At,
    updated_at: At,
}

impl From<AccountRow> for SystemAccount {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id.0,
            account: row.account_id.0,
            system: row.system,
            state: row.state.0,
            trained_on: row.trained_on,
            created_at: row.created_at.0,
        }
    }
}

/// Asks for an account; `false` when there is a request for this clerk and system already.
///
/// # Errors
/// [`DbError`].
pub fn request_account(tx: &mut Tx<'_>, zone: i32, account: &SystemAccount) -> Result<bool, DbError> {
    let row = AccountRow {
        zone_id: zone,
        id: Id(account.id),
        account_id: Id(account.account),
        system: account.system.clone(),
        state: Code(account.state),
        trained_on: account.trained_on,
        created_at: At(account.created_at),
        updated_at: At(account.created_at),
    };
    Ok(insert_many(accounts::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// One account.
///
/// # Errors
/// [`DbError`].
pub fn find_account(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<SystemAccount>, DbError> {
    let found: Option<AccountRow> = accounts::table.find((zone, Id(id))).select(AccountRow::as_select()).first(tx.connection).optional()?;
    Ok(found.map(SystemAccount::from))
}

/// Changes its state and training.
///
/// # Errors
/// [`DbError`].
pub fn save_account(tx: &mut Tx<'_>, zone: i32, account: &SystemAccount) -> Result<(), DbError> {
    let updated_at = At(tx.now());
    diesel::update(accounts::table.find((zone, Id(account.id))))
        .set((accounts::state.eq(Code(account.state)), accounts::trained_on.eq(account.trained_on), accounts::updated_at.eq(updated_at)))
        .execute(tx.connection)?;
    Ok(())
}

/// How many clerks have an account in a system.
///
/// # Errors
/// [`DbError`].
pub fn granted(tx: &mut Tx<'_>, zone: i32, system: &str) -> Result<i64, DbError> {
    let mine = accounts::table.filter(accounts::zone_id.eq(zone)).filter(accounts::system.eq(system));
    Ok(mine.filter(accounts::state.eq(Code(SystemAccountState::Granted))).count().get_result(tx.connection)?)
}

/// The system a delegated matter in force is handled in, where others have an account in it and this clerk has none.
///
/// # Errors
/// [`DbError`].
pub fn system_without_account(tx: &mut Tx<'_>, zone: i32, matter: &str, clerk: Uuid) -> Result<Option<String>, DbError> {
    let today = date_of(tx.now());
    let granted = || {
        let in_system = accounts::zone_id.eq(zone).and(accounts::system.nullable().eq(matters::system));
        accounts::table.filter(in_system.and(accounts::state.eq(Code(SystemAccountState::Granted))))
    };
    let begun = matters::effective_from.is_null().or(matters::effective_from.le(today));
    let found: Option<Option<String>> = matters::table
        .find((zone, matter))
        .filter(matters::state.eq(Code(DelegatedState::InForce)).and(begun))
        .filter(diesel::dsl::exists(granted()))
        .filter(diesel::dsl::not(diesel::dsl::exists(granted().filter(accounts::account_id.eq(Id(clerk))))))
        .select(matters::system)
        .first(tx.connection)
        .optional()?;
    Ok(found.flatten())
}

/// A page of accounts, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list_accounts(tx: &mut Tx<'_>, zone: i32, after: Option<Uuid>, limit: i64) -> Result<Vec<SystemAccount>, DbError> {
    let rows: Vec<AccountRow> = accounts::table
        .filter(accounts::zone_id.eq(zone))
        .filter(accounts::id.gt(Id(after.unwrap_or(Uuid::nil()))))
        .order(accounts::id)
        .limit(limit)
        .select(AccountRow::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(SystemAccount::from).collect())
}
