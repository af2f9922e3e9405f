//! Cases of an application.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{applications, cases};
use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use diesel::prelude::*;
use domain::application::{Case, CaseState, Deadline, Outcome, PromisedLimit, Target};
use domain::calendar::{Due, Limit, LimitUnit};
use domain::catalogue::LaterAct;
use domain::catalogue::{LimitStart, Procedure};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(super) struct CaseRow {
    zone_id: i32,
    id: Id,
    application_id: Id,
    position: i32,
    matter_code: String,
    version_id: Id,
    department: String,
    procedure_kind: Code<Procedure>,
    state: Code<CaseState>,
    case_no: Option<String>,
    received_at: Option<At>,
    accepted_at: Option<At>,
    deemed: bool,
    limit_n: i32,
    limit_unit: Code<LimitUnit>,
    limit_starts: Code<LimitStart>,
    deadline_on: Option<NaiveDate>,
    deadline_at: Option<At>,
    yellow_at: Option<At>,
    provisional: bool,
    queue_at: At,
    version: i64,
    target_kind: Option<Code<LaterAct>>,
    target_ref: Option<String>,
    handler_id: Option<Id>,
    outcome: Option<Code<Outcome>>,
    decided_at: Option<At>,
    progress: Option<String>,
}

/// Where cases without a deadline stand in a queue: at its end.
fn end_of_queue() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(9999, 1, 1, 0, 0, 0).single().unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl CaseRow {
    fn new(zone: i32, application: Uuid, case: &Case) -> Self {
        Self {
            zone_id: zone,
            id: Id(case.id),
            application_id: Id(application),
            position: case.position,
            matter_code: case.matter.clone(),
            version_id: Id(case.version_id),
            department: case.department.clone(),
            procedure_kind: Code(case.procedure),
            state: Code(case.state),
            case_no: case.case_no.clone(),
            received_at: case.received_at.map(At),
            accepted_at: case.accepted_at.map(At),
            deemed: case.deemed,
            limit_n: i32::try_from(case.promised.limit.n).unwrap_or(i32::MAX),
            limit_unit: Code(case.promised.limit.unit),
            limit_starts: Code(case.promised.starts),
            deadline_on: case.deadline.map(|d| d.due.on),
            deadline_at: case.deadline.map(|d| At(d.due.at)),
            yellow_at: case.deadline.map(|d| At(d.yellow_at)),
            provisional: case.deadline.is_some_and(|d| d.due.provisional),
            queue_at: At(case.deadline.map_or_else(end_of_queue, |d| d.red_at)),
            version: case.version,
            target_kind: case.target.as_ref().map(|t| Code(t.act)),
            target_ref: case.target.as_ref().map(|t| t.certificate_no.clone()),
            handler_id: case.handler.map(Id),
            outcome: case.outcome.map(Code),
            decided_at: case.decided_at.map(At),
            progress: serde_json::to_string(&case.progress).ok(),
        }
    }

    pub(super) fn into_case(self) -> Case {
        let deadline = match (self.deadline_on, self.deadline_at, self.yellow_at) {
            (Some(on), Some(at), Some(yellow)) => {
                let due = Due { on, at: at.0, provisional: self.provisional };
                Some(Deadline { due, yellow_at: yellow.0, red_at: self.queue_at.0 })
            }
            _ => None,
        };
        Case {
            id: self.id.0,
            position: self.position,
            matter: self.matter_code,
            version_id: self.version_id.0,
            department: self.department,
            procedure: self.procedure_kind.0,
            state: self.state.0,
            case_no: self.case_no,
            received_at: self.received_at.map(|a| a.0),
            accepted_at: self.accepted_at.map(|a| a.0),
            deemed: self.deemed,
            promised: PromisedLimit {
                limit: Limit { n: self.limit_n.unsigned_abs(), unit: self.limit_unit.0 },
                starts: self.limit_starts.0,
            },
            deadline,
            handler: self.handler_id.map(|i| i.0),
            outcome: self.outcome.map(|o| o.0),
            decided_at: self.decided_at.map(|a| a.0),
            target: self.target_kind.zip(self.target_ref).map(|(act, certificate_no)| Target { act: act.0, certificate_no }),
            progress: self.progress.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
            version: self.version,
        }
    }
}

/// Inserts the cases a submission opens.
///
/// # Errors
/// [`DbError`].
pub fn insert_cases(tx: &mut Tx<'_>, zone: i32, application: Uuid, new: &[Case]) -> Result<(), DbError> {
    let rows: Vec<CaseRow> = new.iter().map(|c| CaseRow::new(zone, application, c)).collect();
    insert_many(cases::table, rows).execute(tx.connection)?;
    Ok(())
}

/// The cases of an application, in the order of its matters.
///
/// # Errors
/// [`DbError`].
pub fn list_cases(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Case>, DbError> {
    let rows: Vec<CaseRow> = cases::table
        .filter(cases::zone_id.eq(zone).and(cases::application_id.eq(Id(application))))
        .order(cases::position)
        .select(CaseRow::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(CaseRow::into_case).collect())
}

/// The cases of a project's other filed applications that have not come to their end; a project has few.
///
/// # Errors
/// [`DbError`].
pub fn list_open_of_project(tx: &mut Tx<'_>, zone: i32, project: &str, except: Uuid) -> Result<Vec<Case>, DbError> {
    let rows: Vec<CaseRow> = cases::table
        .inner_join(applications::table.on(applications::zone_id.eq(cases::zone_id).and(applications::id.eq(cases::application_id))))
        .filter(applications::zone_id.eq(zone).and(applications::project_code.eq(project)).and(applications::id.ne(Id(except))))
        .filter(cases::state.ne_all([Code(CaseState::Decided), Code(CaseState::Ended)]))
        .order(cases::id)
        .limit(MOST_OF_PROJECT)
        .select(CaseRow::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(CaseRow::into_case).collect())
}

/// The cases that ask to renew a certificate and are not decided: their applications, and where they stand.
///
/// # Errors
/// [`DbError`].
pub fn list_renewing(tx: &mut Tx<'_>, zone: i32, certificate_no: &str) -> Result<Vec<(Uuid, CaseState)>, DbError> {
    let rows: Vec<(Id, Code<CaseState>)> = cases::table
        .filter(cases::zone_id.eq(zone).and(cases::target_ref.eq(certificate_no)).and(cases::target_kind.eq(Code(LaterAct::Renew))))
        .filter(cases::state.ne_all([Code(CaseState::Decided), Code(CaseState::Ended)]))
        .select((cases::application_id, cases::state))
        .limit(100)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(id, state)| (id.0, state.0)).collect())
}

/// The filed applications of a project, others than `except`.
///
/// # Errors
/// [`DbError`].
pub fn list_of_project(tx: &mut Tx<'_>, zone: i32, project: &str, except: Uuid) -> Result<Vec<Uuid>, DbError> {
    let rows: Vec<Id> = applications::table
        .filter(applications::zone_id.eq(zone).and(applications::project_code.eq(project)).and(applications::id.ne(Id(except))))
        .filter(applications::submission_no.is_not_null())
        .order(applications::id)
        .limit(MOST_OF_PROJECT)
        .select(applications::id)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|id| id.0).collect())
}

/// Cases or applications of one project that are looked at.
const MOST_OF_PROJECT: i64 = 500;

/// Saves one case of a locked application.
///
/// # Errors
/// [`DbError`].
pub fn save_case(tx: &mut Tx<'_>, zone: i32, application: Uuid, case: &Case) -> Result<(), DbError> {
    let row = CaseRow::new(zone, application, case);
    diesel::update(cases::table.find((zone, Id(case.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// The application a case belongs to.
///
/// # Errors
/// [`DbError`].
pub fn find_application_of(tx: &mut Tx<'_>, zone: i32, case: Uuid) -> Result<Option<Uuid>, DbError> {
    let found: Option<Id> = cases::table.find((zone, Id(case))).select(cases::application_id).first(tx.connection).optional()?;
    Ok(found.map(|i| i.0))
}

/// Cases whose due date may still move, with their applications, in order of identity after `after`.
///
/// # Errors
/// [`DbError`].
pub fn list_provisional(tx: &mut Tx<'_>, zone: i32, after: Uuid, limit: i64) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let rows: Vec<(Id, Id)> = cases::table
        .filter(cases::zone_id.eq(zone).and(cases::provisional.eq(true)).and(cases::id.gt(Id(after))))
        .order(cases::id)
        .select((cases::id, cases::application_id))
        .limit(limit)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(case, application)| (case.0, application.0)).collect())
}
