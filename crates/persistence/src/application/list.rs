//! Lists: keyset pages, filtered in SQL by how far the caller reaches.

use super::case::CaseRow;
use super::insert::{name_place, party_row};
use super::{Application, Row, Scope};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{application_accounts, application_parties, applications, cases};
use diesel::prelude::*;
use domain::access::Reach;
use domain::application::{Case, CaseState, Light, PartyKind, PartyRole};
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One line of the caller's own list.
pub struct ListedApplication {
    /// The application.
    pub application: Application,
    /// Its applicant's name.
    pub applicant: String,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// Cases of an account's applications that wait for its supplements, soonest first, each with its application; at most
/// `limit`.
///
/// # Errors
/// [`DbError`].
pub fn list_to_supplement(tx: &mut Tx<'_>, zone: i32, account: Uuid, limit: i64) -> Result<Vec<(Uuid, Case)>, DbError> {
    let rows: Vec<(Id, CaseRow)> = application_accounts::table
        .inner_join(
            cases::table
                .on(cases::zone_id.eq(application_accounts::zone_id).and(cases::application_id.eq(application_accounts::application_id))),
        )
        .filter(application_accounts::zone_id.eq(zone).and(application_accounts::account_id.eq(Id(account))))
        .filter(cases::state.eq(Code(CaseState::Supplementing)))
        .order((cases::queue_at, cases::id))
        .select((cases::application_id, CaseRow::as_select()))
        .limit(limit)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(application, row)| (application.0, row.into_case())).collect())
}

/// The applications on `account`'s list, newest first, at most `limit`, after `before`.
///
/// # Errors
/// [`DbError`].
pub fn list_mine(tx: &mut Tx<'_>, zone: i32, account: Uuid, before: Option<Uuid>, limit: i64) -> Result<Vec<ListedApplication>, DbError> {
    let mut query = application_accounts::table
        .inner_join(
            applications::table
                .on(applications::zone_id.eq(application_accounts::zone_id).and(applications::id.eq(application_accounts::application_id))),
        )
        .inner_join(
            application_parties::table.on(application_parties::zone_id
                .eq(applications::zone_id)
                .and(application_parties::application_id.eq(applications::id))
                .and(application_parties::role.eq(Code(PartyRole::Applicant)))),
        )
        .filter(application_accounts::zone_id.eq(zone).and(application_accounts::account_id.eq(Id(account))))
        .order(application_accounts::application_id.desc())
        .select((Row::as_select(), application_parties::position, application_parties::sealed))
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(application_accounts::application_id.lt(Id(before)));
    }
    let rows: Vec<(Row, i32, Vec<u8>)> = query.load(tx.connection)?;
    let ids: Vec<Id> = rows.iter().map(|(row, ..)| row.id).collect();
    let mut by_application: BTreeMap<Uuid, Vec<Case>> = BTreeMap::new();
    let found: Vec<(Id, CaseRow)> = cases::table
        .filter(cases::zone_id.eq(zone).and(cases::application_id.eq_any(ids)))
        .order((cases::application_id, cases::position))
        .select((cases::application_id, CaseRow::as_select()))
        .load(tx.connection)?;
    for (id, case) in found {
        by_application.entry(id.0).or_default().push(case.into_case());
    }
    rows.into_iter()
        .map(|(row, position, sealed)| {
            let application = Application::from(row);
            let applicant = open_name(tx, zone, application.id, position, &sealed)?;
            let cases = by_application.remove(&application.id).unwrap_or_default();
            Ok(ListedApplication { application, applicant, cases })
        })
        .collect()
}

/// What a desk looks for.
#[derive(Debug, Clone, Default)]
pub struct DeskFilter {
    /// One state.
    pub state: Option<CaseState>,
    /// One light.
    pub light: Option<Light>,
    /// One department.
    pub department: Option<String>,
    /// Taken on by one person.
    pub handler: Option<Uuid>,
}

/// A place in a desk's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskPosition {
    /// Deadline of the last line seen.
    pub queue_at: Instant,
    /// Its case.
    pub case: Uuid,
}

/// One line of a desk's queue.
pub struct DeskCase {
    /// The case.
    pub case: Case,
    /// Its place.
    pub position: DeskPosition,
    /// Its application.
    pub application: Uuid,
    /// 申办流水号.
    pub submission_no: Option<String>,
    /// The applicant's name.
    pub applicant: String,
    /// What the applicant is; a person's name is masked to others.
    pub applicant_kind: PartyKind,
}

/// A line as selected: case, place, application, number, applicant's position, kind and sealed name.
type DeskRow = (CaseRow, At, Id, Option<String>, i32, Code<PartyKind>, Vec<u8>);

/// Narrows a query on cases to what a desk may see and looks for; the page and its count share it.
macro_rules! narrowed {
    ($query:expr, $scope:expr, $filter:expr, $now:expr) => {{
        let (mut query, scope, filter, now) = ($query, $scope, $filter, $now);
        if scope.reach != Reach::Zone {
            query = query.filter(cases::department.eq_any(scope.departments.clone()));
        }
        if let Some(state) = filter.state {
            query = query.filter(cases::state.eq(Code(state)));
        }
        if let Some(department) = &filter.department {
            query = query.filter(cases::department.eq(department.clone()));
        }
        if let Some(handler) = filter.handler {
            query = query.filter(cases::handler_id.eq(Id(handler)));
        }
        let overdue = || cases::queue_at.le(now).and(cases::provisional.eq(false));
        query = match filter.light {
            None => query,
            Some(Light::Red) => query.filter(overdue()),
            Some(Light::Yellow) => query.filter(cases::yellow_at.le(now)).filter(cases::queue_at.gt(now).or(cases::provisional.eq(true))),
            Some(Light::Green) => query.filter(cases::yellow_at.gt(now)),
        };
        query
    }};
}

/// Cases the caller's desk may see, the most urgent first.
///
/// # Errors
/// [`DbError`].
pub fn list_desk_cases(
    tx: &mut Tx<'_>,
    zone: i32,
    scope: &Scope,
    filter: &DeskFilter,
    after: Option<DeskPosition>,
    limit: i64,
) -> Result<Vec<DeskCase>, DbError> {
    let now = At(tx.now());
    let mut query = cases::table
        .inner_join(applications::table.on(applications::zone_id.eq(cases::zone_id).and(applications::id.eq(cases::application_id))))
        .inner_join(
            application_parties::table.on(application_parties::zone_id
                .eq(cases::zone_id)
                .and(application_parties::application_id.eq(cases::application_id))
                .and(application_parties::role.eq(Code(PartyRole::Applicant)))),
        )
        .filter(cases::zone_id.eq(zone))
        .order((cases::queue_at, cases::id))
        .select((
            CaseRow::as_select(),
            cases::queue_at,
            applications::id,
            applications::submission_no,
            application_parties::position,
            application_parties::kind,
            application_parties::sealed,
        ))
        .limit(limit)
        .into_boxed();
    query = narrowed!(query, scope, filter, now);
    if let Some(after) = after {
        let later = cases::queue_at.gt(At(after.queue_at)).or(cases::queue_at.eq(At(after.queue_at)).and(cases::id.gt(Id(after.case))));
        query = query.filter(cases::queue_at.ge(At(after.queue_at))).filter(later);
    }
    let rows: Vec<DeskRow> = query.load(tx.connection)?;
    rows.into_iter()
        .map(|(case, queue_at, application, submission_no, position, kind, sealed)| {
            let case = case.into_case();
            let applicant = open_name(tx, zone, application.0, position, &sealed)?;
            Ok(DeskCase {
                position: DeskPosition { queue_at: queue_at.0, case: case.id },
                case,
                application: application.0,
                submission_no,
                applicant,
                applicant_kind: kind.0,
            })
        })
        .collect()
}

/// How many lines a count looks at before it stops being exact.
pub const COUNTED: i64 = 1000;

/// How many cases the caller's desk may see, up to one more than [`COUNTED`].
///
/// # Errors
/// [`DbError`].
pub fn count_desk_cases(tx: &mut Tx<'_>, zone: i32, scope: &Scope, filter: &DeskFilter) -> Result<usize, DbError> {
    let now = At(tx.now());
    let query = cases::table.filter(cases::zone_id.eq(zone)).select(cases::id).limit(COUNTED + 1).into_boxed();
    let ids: Vec<Id> = narrowed!(query, scope, filter, now).load(tx.connection)?;
    Ok(ids.len())
}

/// How many applications are on `account`'s list, up to one more than [`COUNTED`].
///
/// # Errors
/// [`DbError`].
pub fn count_mine(tx: &mut Tx<'_>, zone: i32, account: Uuid) -> Result<usize, DbError> {
    let of_account = application_accounts::zone_id.eq(zone).and(application_accounts::account_id.eq(Id(account)));
    let ids: Vec<Id> = application_accounts::table
        .filter(of_account)
        .select(application_accounts::application_id)
        .limit(COUNTED + 1)
        .load(tx.connection)?;
    Ok(ids.len())
}

fn open_name(tx: &Tx<'_>, zone: i32, application: Uuid, position: i32, sealed: &[u8]) -> Result<String, DbError> {
    let name = tx.keys().open(name_place(zone, &party_row(application, position)), sealed)?;
    String::from_utf8(name).map_err(|e| DbError::Damaged(e.to_string()))
}
