//! Results that somebody holds, or that a project has lost.

use super::{Certificate, CertificateState, Row};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{application_accounts, applications, certificates};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::local_time::Instant;
use std::collections::BTreeSet;
use uuid::Uuid;

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
    use CertificateState::{Cancelled, Recalled, Revoked, Valid};
    let states = [Valid, Revoked, Recalled, Cancelled].map(Code);
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
