//! Results of grants: the public register, and their later life.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{application_accounts, applications, certificates};
use crate::seal::{Keys, Place};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::application::{FilingChannel, PartyKind};
use domain::codes;
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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

/// What result is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// Keyed hash of the holder's identifier.
    pub holder: &'a [u8],
    /// Codes of the matters, any of which will do.
    pub matters: &'a [String],
    /// Of this project only.
    pub project: Option<&'a str>,
    /// Granted since then only.
    pub since: Option<Instant>,
    /// Holding on this day.
    pub today: NaiveDate,
}

/// When a result that is looked for was first granted.
///
/// # Errors
/// [`DbError`].
pub fn granted_to(tx: &mut Tx<'_>, zone: i32, sought: &Sought<'_>) -> Result<Option<Instant>, DbError> {
    let holds = certificates::valid_until.is_null().or(certificates::valid_until.ge(sought.today));
    let mut query = certificates::table
        .inner_join(
            applications::table.on(applications::zone_id.eq(certificates::zone_id).and(applications::id.eq(certificates::application_id))),
        )
        .filter(certificates::zone_id.eq(zone).and(certificates::holder_hash.eq(sought.holder)))
        .filter(certificates::matter_code.eq_any(sought.matters.to_vec()).and(certificates::state.eq(Code(CertificateState::Valid))))
        .filter(holds)
        .order(certificates::granted_at)
        .select(certificates::granted_at)
        .into_boxed();
    if let Some(project) = sought.project {
        query = query.filter(applications::project_code.eq(project.to_owned()));
    }
    if let Some(since) = sought.since {
        query = query.filter(certificates::granted_at.ge(At(since)));
    }
    let found: Option<At> = query.first(tx.connection).optional()?;
    Ok(found.map(|at| at.0))
}

/// Of these matters those whose results the other applications of a project have lost: taken back, and none that holds.
///
/// # Errors
/// [`DbError`].
pub fn lost_to_project(tx: &mut Tx<'_>, zone: i32, project: &str, except: Uuid, matters: &[String]) -> Result<BTreeSet<String>, DbError> {
    let states = [CertificateState::Valid, CertificateState::Revoked, CertificateState::Recalled].map(Code);
    let rows: Vec<(String, Code<CertificateState>)> = certificates::table
        .inner_join(
            applications::table.on(applications::zone_id.eq(certificates::zone_id).and(applications::id.eq(certificates::application_id))),
        )
        .filter(applications::zone_id.eq(zone).and(applications::project_code.eq(project)).and(applications::id.ne(Id(except))))
        .filter(certificates::matter_code.eq_any(matters.to_vec()).and(certificates::state.eq_any(states)))
        .select((certificates::matter_code, certificates::state))
        .distinct()
        .limit(500)
        .load(tx.connection)?;
    let valid: BTreeSet<&String> = rows.iter().filter(|(_, s)| s.0 == CertificateState::Valid).map(|(m, _)| m).collect();
    Ok(rows.iter().filter(|(m, _)| !valid.contains(m)).map(|(m, _)| m.clone()).collect())
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

/// The certificates of some matters that a holder has and that hold on `day`; for an applicant those on his own list.
///
/// # Errors
/// [`DbError`].
pub fn list_held(
    tx: &mut Tx<'_>,
    zone: i32,
    (holder, account): (&[u8], Option<Uuid>),
    matters: &[String],
    day: NaiveDate,
) -> Result<Vec<Certificate>, DbError> {
    let mut query = certificates::table
        .filter(certificates::zone_id.eq(zone).and(certificates::holder_hash.eq(holder)))
        .filter(certificates::matter_code.eq_any(matters.to_vec()).and(certificates::state.eq(Code(CertificateState::Valid))))
        .order(certificates::granted_at.desc())
        .limit(200)
        .select(Row::as_select())
        .into_boxed();
    if let Some(account) = account {
        let listed = application_accounts::table
            .filter(application_accounts::zone_id.eq(zone).and(application_accounts::account_id.eq(Id(account))))
            .filter(application_accounts::application_id.eq(certificates::application_id))
            .select(application_accounts::application_id);
        query = query.filter(diesel::dsl::exists(listed));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    let opened: Vec<Certificate> = rows.into_iter().map(|r| r.open(tx.keys())).collect::<Result<_, DbError>>()?;
    Ok(opened.into_iter().filter(|c| c.holds_on(day)).collect())
}

/// The certificates granted on the applications of an account's list, newest first; what a clerk keyed for others is not his.
///
/// # Errors
/// [`DbError`].
pub fn list_mine(
    tx: &mut Tx<'_>,
    zone: i32,
    account: Uuid,
    before: Option<&RegisterPosition>,
    limit: i64,
) -> Result<Vec<Certificate>, DbError> {
    let mut query = certificates::table
        .inner_join(
            application_accounts::table.on(application_accounts::zone_id
                .eq(certificates::zone_id)
                .and(application_accounts::application_id.eq(certificates::application_id))),
        )
        .inner_join(
            applications::table.on(applications::zone_id.eq(certificates::zone_id).and(applications::id.eq(certificates::application_id))),
        )
        .filter(application_accounts::zone_id.eq(zone).and(application_accounts::account_id.eq(Id(account))))
        .filter(applications::channel.ne(Code(FilingChannel::Window)).or(applications::filed_by.ne(Id(account))))
        .order((certificates::granted_at.desc(), certificates::number.desc()))
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        let at = At(before.granted_at);
        let same = certificates::granted_at.eq(at).and(certificates::number.lt(before.number.clone()));
        query = query.filter(certificates::granted_at.lt(at).or(same));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}

/// A place in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterPosition {
    /// When the last line seen was granted.
    pub granted_at: Instant,
    /// Its number.
    pub number: String,
}

impl RegisterPosition {
    /// The place of a certificate.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self { granted_at: certificate.granted_at, number: certificate.number.clone() }
    }
}

/// The public register of grants, newest first (行政许可法 40).
///
/// # Errors
/// [`DbError`].
pub fn list_register(
    tx: &mut Tx<'_>,
    zone: i32,
    matter: Option<&str>,
    before: Option<&RegisterPosition>,
    limit: i64,
) -> Result<Vec<Certificate>, DbError> {
    let mut query = certificates::table
        .filter(certificates::zone_id.eq(zone))
        .order((certificates::granted_at.desc(), certificates::number.desc()))
        .select(Row::as_select())
        .limit(limit)
        .into_boxed();
    if let Some(matter) = matter {
        query = query.filter(certificates::matter_code.eq(matter.to_owned()));
    }
    if let Some(before) = before {
        let at = At(before.granted_at);
        let same = certificates::granted_at.eq(at).and(certificates::number.lt(before.number.clone()));
        query = query.filter(certificates::granted_at.le(at)).filter(certificates::granted_at.lt(at).or(same));
    }
    let rows: Vec<Row> = query.load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}
