//! Results of grants, and their later life.

mod held;
mod register;

pub use held::{Sought, granted_to, list_held, lost_to_project};
pub use register::{RegisterPosition, list_mine, list_register};

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::certificates;
use crate::seal::{Keys, Place};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::application::PartyKind;
use domain::codes;
use domain::local_time::Instant;
use uuid::Uuid;

codes! {
    /// Where a certificate stands.
    pub enum CertificateState {
        /// 有效.
        Valid = "valid", "有效";
        /// 已被变更、补发的证照取代.
        Replaced = "replaced", "已换发";
        /// 暂扣: does not hold until given back.
        Suspended = "suspended", "暂扣";
        /// 已注销.
        Cancelled = "cancelled", "已注销";
        /// 已撤销.
        Revoked = "revoked", "已撤销";
        /// 已撤回.
        Recalled = "recalled", "已撤回";
    }
}

/// One certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Number.
    pub number: String,
    /// The case that granted it.
    pub case: Uuid,
    /// Its application.
    pub application: Uuid,
    /// Code of the matter.
    pub matter: String,
    /// Name of the result.
    pub name: String,
    /// What the holder is.
    pub holder_kind: PartyKind,
    /// The holder's name.
    pub holder: String,
    /// The holder's identifier; `None` for one without.
    pub holder_identifier: Option<Vec<u8>>,
    /// What it covers.
    pub scope: Vec<String>,
    /// Name of the project.
    pub project_name: Option<String>,
    /// When it was granted.
    pub granted_at: Instant,
    /// Last day it holds.
    pub valid_until: Option<NaiveDate>,
    /// Where it stands.
    pub state: CertificateState,
    /// Since when.
    pub state_at: Instant,
    /// The certificate it replaces.
    pub replaces: Option<String>,
    /// What is printed on it besides: what was granted before everything had come, with its basis.
    pub remark: Option<String>,
    /// 证照标识 (GB/T 36904), where the matter's type and the body's code are known.
    pub identifier: Option<String>,
}

impl Certificate {
    /// Whether it holds on `day`: valid, and not past its last day.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.state == CertificateState::Valid && self.valid_until.is_none_or(|until| day <= until)
    }

    /// The state in Chinese on `day`; time alone makes one expired.
    #[must_use]
    pub fn state_name(&self, day: NaiveDate) -> &'static str {
        if self.state == CertificateState::Valid && !self.holds_on(day) { "已过期" } else { self.state.label() }
    }
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = certificates, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    number: String,
    case_id: Id,
    application_id: Id,
    matter_code: String,
    name: String,
    holder_kind: Code<PartyKind>,
    holder_sealed: Vec<u8>,
    holder_hash: Option<Vec<u8>>,
    scope: String,
    project_name: Option<String>,
    granted_at: At,
    valid_until: Option<NaiveDate>,
    state: Code<CertificateState>,
    state_at: At,
    replaces: Option<String>,
    remark: Option<String>,
    identifier: Option<String>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "certificates", column: "holder_sealed", row }
}

impl Row {
    fn new(keys: &Keys, zone: i32, c: &Certificate) -> Self {
        Self {
            zone_id: zone,
            number: c.number.clone(),
            case_id: Id(c.case),
            application_id: Id(c.application),
            matter_code: c.matter.clone(),
            name: c.name.clone(),
            holder_kind: Code(c.holder_kind),
            holder_sealed: keys.seal(place(&c.number, zone), c.holder.as_bytes()),
            holder_hash: c.holder_identifier.clone(),
            scope: serde_json::to_string(&c.scope).unwrap_or_default(),
            project_name: c.project_name.clone(),
            granted_at: At(c.granted_at),
            valid_until: c.valid_until,
            state: Code(c.state),
            state_at: At(c.state_at),
            replaces: c.replaces.clone(),
            remark: c.remark.clone(),
            identifier: c.identifier.clone(),
        }
    }

    fn open(self, keys: &Keys) -> Result<Certificate, DbError> {
        let holder = keys.open(place(&self.number, self.zone_id), &self.holder_sealed)?;
        Ok(Certificate {
            holder: String::from_utf8(holder).map_err(|e| DbError::Damaged(e.to_string()))?,
            number: self.number,
            case: self.case_id.0,
            application: self.application_id.0,
            matter: self.matter_code,
            name: self.name,
            holder_kind: self.holder_kind.0,
            holder_identifier: self.holder_hash,
            scope: serde_json::from_str(&self.scope).map_err(|e| DbError::Damaged(e.to_string()))?,
            project_name: self.project_name,
            granted_at: self.granted_at.0,
            valid_until: self.valid_until,
            state: self.state.0,
            state_at: self.state_at.0,
            replaces: self.replaces,
            remark: self.remark,
            identifier: self.identifier,
        })
    }
}

/// Enters a certificate.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: &Certificate) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, new);
    insert_many(certificates::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// Saves a certificate that was locked.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, certificate: &Certificate) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, certificate);
    diesel::update(certificates::table.find((zone, certificate.number.clone()))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// One certificate.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, number: &str) -> Result<Option<Certificate>, DbError> {
    let row: Option<Row> = certificates::table.find((zone, number)).select(Row::as_select()).first(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// Locks a certificate for a change.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, number: &str) -> Result<Option<Certificate>, DbError> {
    let row: Option<Row> =
        certificates::table.find((zone, number)).select(Row::as_select()).locked().get_result(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The certificate a case granted, locked.
///
/// # Errors
/// [`DbError`].
pub fn lock_of_case(tx: &mut Tx<'_>, zone: i32, case: Uuid) -> Result<Option<Certificate>, DbError> {
    let row: Option<Row> = certificates::table
        .filter(certificates::zone_id.eq(zone).and(certificates::case_id.eq(Id(case))))
        .order(certificates::granted_at.desc())
        .select(Row::as_select())
        .locked()
        .get_result(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The certificate a case granted.
///
/// # Errors
/// [`DbError`].
pub fn find_of_case(tx: &mut Tx<'_>, zone: i32, case: Uuid) -> Result<Option<Certificate>, DbError> {
    let row: Option<Row> = certificates::table
        .filter(certificates::zone_id.eq(zone).and(certificates::case_id.eq(Id(case))))
        .order(certificates::granted_at.desc())
        .select(Row::as_select())
        .first(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The certificate with this identifier.
///
/// # Errors
/// [`DbError`].
pub fn find_by_identifier(tx: &mut Tx<'_>, zone: i32, identifier: &str) -> Result<Option<Certificate>, DbError> {
    let row: Option<Row> = certificates::table
        .filter(certificates::zone_id.eq(zone).and(certificates::identifier.eq(identifier)))
        .select(Row::as_select())
        .first(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// What took the place of a holder's certificate.
///
/// # Errors
/// [`DbError`].
pub fn find_successor(tx: &mut Tx<'_>, zone: i32, holder: &[u8], number: &str) -> Result<Option<Certificate>, DbError> {
    let row: Option<Row> = certificates::table
        .filter(certificates::zone_id.eq(zone).and(certificates::holder_hash.eq(holder)).and(certificates::replaces.eq(number)))
        .order(certificates::granted_at.desc())
        .select(Row::as_select())
        .first(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}
