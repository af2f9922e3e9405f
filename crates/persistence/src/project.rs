//! Projects whose approval is followed to the end, and how far each is.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Tx};
use crate::schema::{applications, cases, findings, project_loops as loops};
use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use domain::application::{ApplicationState, Light};
use domain::code::TextCode;
use domain::project::Mechanism;
use std::collections::BTreeMap;

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectLoop {
    /// Code of the project.
    pub code: String,
    /// Name.
    pub name: String,
    /// The mechanisms it works by.
    pub mechanisms: Vec<Mechanism>,
    /// Since when it is followed.
    pub opened_on: NaiveDate,
    /// When it was to begin.
    pub planned_start_on: Option<NaiveDate>,
    /// When it began.
    pub actual_start_on: Option<NaiveDate>,
    /// What `If-Match` compares.
    pub version: i64,
}

/// How far a project is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoopReport {
    /// Applications filed.
    pub opened: i64,
    /// Cases decided.
    pub decided: i64,
    /// Lights that went red.
    pub overdue: i64,
    /// Findings somebody was urged about.
    pub escalated: i64,
    /// Applications closed.
    pub closed: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = loops, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    code: String,
    name: String,
    mechanisms: String,
    opened_on: NaiveDate,
    planned_start_on: Option<NaiveDate>,
    actual_start_on: Option<NaiveDate>,
    version: i64,
    updated_at: At,
}

fn row(tx: &Tx<'_>, zone: i32, p: &ProjectLoop) -> Row {
    let mechanisms: Vec<&str> = p.mechanisms.iter().map(|m| m.as_str()).collect();
    Row {
        zone_id: zone,
        code: p.code.clone(),
        name: p.name.clone(),
        mechanisms: mechanisms.join(","),
        opened_on: p.opened_on,
        planned_start_on: p.planned_start_on,
        actual_start_on: p.actual_start_on,
        version: p.version,
        updated_at: At(tx.now()),
    }
}

impl From<Row> for ProjectLoop {
    fn from(row: Row) -> Self {
        Self {
            code: row.code,
            name: row.name,
            mechanisms: row.mechanisms.split(',').filter_map(Mechanism::parse).collect(),
            opened_on: row.opened_on,
            planned_start_on: row.planned_start_on,
            actual_start_on: row.actual_start_on,
            version: row.version,
        }
    }
}

/// Adds a project; `false` when it is followed already.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, project: &ProjectLoop) -> Result<bool, DbError> {
    let row = row(tx, zone, project);
    Ok(insert_many(loops::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// A project, locked in a write.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, code: &str) -> Result<Option<ProjectLoop>, DbError> {
    let found: Option<Row> = loops::table.find((zone, code)).select(Row::as_select()).locked().get_result(tx.connection).optional()?;
    Ok(found.map(ProjectLoop::from))
}

/// Saves a changed project.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, project: &ProjectLoop) -> Result<(), DbError> {
    let row = row(tx, zone, project);
    diesel::update(loops::table.find((zone, project.code.as_str()))).set(row).execute(tx.connection)?;
    Ok(())
}

/// Projects after a code, by code.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, after: &str, limit: i64) -> Result<Vec<ProjectLoop>, DbError> {
    let rows: Vec<Row> = loops::table
        .filter(loops::zone_id.eq(zone).and(loops::code.gt(after)))
        .order(loops::code)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(ProjectLoop::from).collect())
}

/// How far these projects are.
///
/// # Errors
/// [`DbError`].
pub fn reports(tx: &mut Tx<'_>, zone: i32, codes: &[String]) -> Result<BTreeMap<String, LoopReport>, DbError> {
    let mut reports: BTreeMap<String, LoopReport> = codes.iter().map(|c| (c.clone(), LoopReport::default())).collect();
    let of_projects = || applications::zone_id.eq(zone).and(applications::project_code.eq_any(codes.to_vec()));
    let filed = applications::table
        .filter(of_projects().and(applications::state.ne(Code(ApplicationState::Draft))))
        .group_by((applications::project_code, applications::state))
        .select((applications::project_code, applications::state, count_star()));
    let filed: Vec<(Option<String>, Code<ApplicationState>, i64)> = filed.load(tx.connection)?;
    for (code, state, n) in filed {
        if let Some(report) = code.and_then(|c| reports.get_mut(&c)) {
            report.opened += n;
            report.closed += if state.0 == ApplicationState::Closed { n } else { 0 };
        }
    }
    let with_cases = applications::table
        .inner_join(cases::table.on(cases::zone_id.eq(applications::zone_id).and(cases::application_id.eq(applications::id))));
    let decided: Vec<(Option<String>, i64)> = with_cases
        .filter(of_projects().and(cases::decided_at.is_not_null()))
        .group_by(applications::project_code)
        .select((applications::project_code, count_star()))
        .load(tx.connection)?;
    let found = || {
        with_cases
            .inner_join(findings::table.on(findings::zone_id.eq(cases::zone_id).and(findings::case_id.eq(cases::id))))
            .filter(of_projects())
            .group_by(applications::project_code)
            .select((applications::project_code, count_star()))
    };
    let red: Vec<(Option<String>, i64)> = found().filter(findings::light.eq(Code(Light::Red))).load(tx.connection)?;
    let urged: Vec<(Option<String>, i64)> = found().filter(findings::urged_at.is_not_null()).load(tx.connection)?;
    let mut enter = |counted: Vec<(Option<String>, i64)>, set: fn(&mut LoopReport, i64)| {
        for (code, n) in counted {
            if let Some(report) = code.and_then(|c| reports.get_mut(&c)) {
                set(report, n);
            }
        }
    };
    enter(decided, |r, n| r.decided = n);
    enter(red, |r, n| r.overdue = n);
    enter(urged, |r, n| r.escalated = n);
    Ok(reports)
}

/// The dates of every project that is followed: a zone has hundreds.
///
/// # Errors
/// [`DbError`].
pub fn list_all(tx: &mut Tx<'_>, zone: i32) -> Result<Vec<ProjectLoop>, DbError> {
    list(tx, zone, "", MOST_PROJECTS)
}

/// Projects counted at once.
const MOST_PROJECTS: i64 = 10_000;
