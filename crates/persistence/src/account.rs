//! Accounts belong to the installation, memberships to a zone.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{account_links, accounts, memberships, zones};
use crate::seal::Place;
use diesel::prelude::*;
use domain::access::Role;
use domain::codes;
use domain::local_time::Instant;
use uuid::Uuid;

codes! {
    /// Whether an account may be used.
    pub enum AccountState {
        /// In use.
        Active = "active", "正常";
        /// Blocked by an administrator.
        Disabled = "disabled", "停用";
    }
}

/// A membership: one role in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Number of the zone; 0 for the platform.
    pub zone: i32,
    /// Slug of the zone; empty for the platform.
    pub slug: String,
    /// Role.
    pub role: Role,
    /// Department, where the role has one.
    pub department: Option<String>,
}

/// An account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Identity.
    pub id: Uuid,
    /// Login name.
    pub username: Option<String>,
    /// Argon2id, PHC string.
    pub password_hash: Option<String>,
    /// The person's name.
    pub name: String,
    /// Whether it may be used.
    pub state: AccountState,
    /// Failed logins in a row.
    pub failed_count: i32,
    /// Locked until, real time.
    pub locked_until: Option<Instant>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
struct Row {
    id: Id,
    username: Option<String>,
    password_hash: Option<String>,
    name_sealed: Vec<u8>,
    state: Code<AccountState>,
    failed_count: i32,
    locked_until: Option<At>,
    created_at: At,
}

#[derive(Insertable)]
#[diesel(table_name = memberships, treat_none_as_default_value = false)]
struct MembershipRow {
    account_id: Id,
    zone_id: i32,
    role: Code<Role>,
    department: String,
    created_at: At,
}

fn name_place(row: &str) -> Place<'_> {
    Place { zone: 0, table: "accounts", column: "name_sealed", row }
}

/// Opens an account.
///
/// # Errors
/// [`DbError`]; a used login name fails on its unique index.
pub fn insert(tx: &mut Tx<'_>, id: Uuid, username: Option<&str>, password_hash: Option<&str>, name: &str) -> Result<(), DbError> {
    let row = Row {
        id: Id(id),
        username: username.map(str::to_owned),
        password_hash: password_hash.map(str::to_owned),
        name_sealed: tx.keys().seal(name_place(&id.to_string()), name.as_bytes()),
        state: Code(AccountState::Active),
        failed_count: 0,
        locked_until: None,
        created_at: At(crate::clock::real_now()),
    };
    insert_many(accounts::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// Whether an account is proven to belong to the person or firm with this identifier (实名).
///
/// # Errors
/// [`DbError`].
pub fn is_identified_as(tx: &mut Tx<'_>, account: Uuid, identifier: &str) -> Result<bool, DbError> {
    let hash = tx.keys().index("identifier", identifier);
    let known: Option<Option<Vec<u8>>> =
        accounts::table.find(Id(account)).select(accounts::identifier_hash).first(tx.connection).optional()?;
    Ok(known.flatten() == Some(hash))
}

/// Gives an account a role in a zone.
///
/// # Errors
/// [`DbError`].
pub fn insert_membership(tx: &mut Tx<'_>, account: Uuid, zone: i32, role: Role, department: Option<&str>) -> Result<(), DbError> {
    let row = MembershipRow {
        account_id: Id(account),
        zone_id: zone,
        role: Code(role),
        department: department.unwrap_or_default().to_owned(),
        created_at: At(crate::clock::real_now()),
    };
    insert_many(memberships::table, [row]).or_ignore().execute(tx.connection)?;
    Ok(())
}

/// The account with a login name.
///
/// # Errors
/// [`DbError`].
pub fn find_by_username(tx: &mut Tx<'_>, username: &str) -> Result<Option<Account>, DbError> {
    let row: Option<Row> =
        accounts::table.filter(accounts::username.eq(username)).select(Row::as_select()).first(tx.connection).optional()?;
    row.map(|row| opened(tx, row)).transpose()
}

/// An account by identity.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Account>, DbError> {
    let row: Option<Row> = accounts::table.find(Id(id)).select(Row::as_select()).first(tx.connection).optional()?;
    row.map(|row| opened(tx, row)).transpose()
}

fn opened(tx: &Tx<'_>, row: Row) -> Result<Account, DbError> {
    let name = tx.keys().open(name_place(&row.id.0.to_string()), &row.name_sealed)?;
    Ok(Account {
        id: row.id.0,
        username: row.username,
        password_hash: row.password_hash,
        name: String::from_utf8(name).map_err(|e| DbError::Damaged(e.to_string()))?,
        state: row.state.0,
        failed_count: row.failed_count,
        locked_until: row.locked_until.map(|a| a.0),
    })
}

/// The memberships of an account.
///
/// # Errors
/// [`DbError`].
pub fn list_memberships(tx: &mut Tx<'_>, account: Uuid) -> Result<Vec<Membership>, DbError> {
    let rows: Vec<(i32, Option<String>, Code<Role>, String)> = memberships::table
        .left_join(zones::table.on(zones::id.eq(memberships::zone_id)))
        .filter(memberships::account_id.eq(Id(account)))
        .order((memberships::zone_id, memberships::role, memberships::department))
        .select((memberships::zone_id, zones::slug.nullable(), memberships::role, memberships::department))
        .load(tx.connection)?;
    Ok(rows
        .into_iter()
        .map(|(zone, slug, role, department)| Membership {
            zone,
            slug: slug.unwrap_or_default(),
            role: role.0,
            department: Some(department).filter(|d| !d.is_empty()),
        })
        .collect())
}

/// Notes failed logins, or clears them with 0.
///
/// # Errors
/// [`DbError`].
pub fn save_failures(tx: &mut Tx<'_>, id: Uuid, failed_count: i32, locked_until: Option<Instant>) -> Result<(), DbError> {
    diesel::update(accounts::table.find(Id(id)))
        .set((accounts::failed_count.eq(failed_count), accounts::locked_until.eq(locked_until.map(At))))
        .execute(tx.connection)?;
    Ok(())
}

/// Locks an account until the transaction ends; it orders the events of its stream.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbError> {
    let _: Option<Id> =
        accounts::table.filter(accounts::id.eq(Id(id))).select(accounts::id).locked().get_result(tx.connection).optional()?;
    Ok(())
}

/// Whether any account is open at all.
///
/// # Errors
/// [`DbError`].
pub fn any(tx: &mut Tx<'_>) -> Result<bool, DbError> {
    let first: Option<Id> = accounts::table.select(accounts::id).limit(1).first(tx.connection).optional()?;
    Ok(first.is_some())
}

/// The account an outside identity is linked with.
///
/// # Errors
/// [`DbError`].
pub fn find_linked(tx: &mut Tx<'_>, provider: &str, subject: &str) -> Result<Option<Account>, DbError> {
    let hash = tx.keys().index(provider, subject);
    let linked: Option<Id> =
        account_links::table.find((provider, hash)).select(account_links::account_id).first(tx.connection).optional()?;
    linked.map_or(Ok(None), |id| find(tx, id.0))
}

/// Links an outside identity with an account; `false` when it is linked already.
///
/// # Errors
/// [`DbError`].
pub fn link(tx: &mut Tx<'_>, provider: &str, subject: &str, account: Uuid) -> Result<bool, DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = account_links, treat_none_as_default_value = false)]
    struct LinkRow<'a> {
        provider: &'a str,
        subject_hash: Vec<u8>,
        account_id: Id,
        created_at: At,
    }
    let row = LinkRow { provider, subject_hash: tx.keys().index(provider, subject), account_id: Id(account), created_at: At(tx.now()) };
    Ok(insert_many(account_links::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// Whether an account holds `role` in a zone, of `department` where one is given.
///
/// # Errors
/// [`DbError`].
pub fn holds(tx: &mut Tx<'_>, zone: i32, account: Uuid, role: Role, department: Option<&str>) -> Result<bool, DbError> {
    let held = memberships::account_id.eq(Id(account)).and(memberships::zone_id.eq(zone)).and(memberships::role.eq(Code(role)));
    let found: Vec<String> = memberships::table.filter(held).select(memberships::department).load(tx.connection)?;
    Ok(found.iter().any(|of| department.is_none_or(|d| d == of)))
}

/// Staff of a zone with one of `roles`, of `department` where one is given: account, name, role, department.
///
/// # Errors
/// [`DbError`].
pub fn list_staff(
    tx: &mut Tx<'_>,
    zone: i32,
    roles: &[Role],
    departments: Option<&[String]>,
) -> Result<Vec<(Uuid, String, Role, String)>, DbError> {
    let mut query = memberships::table
        .inner_join(accounts::table.on(accounts::id.eq(memberships::account_id)))
        .filter(memberships::zone_id.eq(zone).and(accounts::state.eq(Code(AccountState::Active))))
        .filter(memberships::role.eq_any(roles.iter().map(|r| Code(*r)).collect::<Vec<_>>()))
        .order((memberships::department, accounts::id))
        .limit(500)
        .select((accounts::id, accounts::name_sealed, memberships::role, memberships::department))
        .into_boxed();
    if let Some(departments) = departments {
        query = query.filter(memberships::department.eq_any(departments.to_vec()));
    }
    let rows: Vec<(Id, Vec<u8>, Code<Role>, String)> = query.load(tx.connection)?;
    rows.into_iter()
        .map(|(id, sealed, role, department)| {
            let name = tx.keys().open(name_place(&id.0.to_string()), &sealed)?;
            Ok((id.0, String::from_utf8(name).map_err(|e| DbError::Damaged(e.to_string()))?, role.0, department))
        })
        .collect()
}

/// Whether an account is staff of a zone.
///
/// # Errors
/// [`DbError`].
pub fn is_staff(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<bool, DbError> {
    let mine = memberships::table.filter(memberships::zone_id.eq(zone).and(memberships::account_id.eq(Id(id))));
    Ok(mine.select(memberships::zone_id).first::<i32>(tx.connection).optional()?.is_some())
}
