//! The certificates of an account, and the public register.

use super::{Certificate, Row};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{application_accounts, applications, certificates};
use diesel::prelude::*;
use domain::application::FilingChannel;
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
