//! Cases of an application.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{cases, clock_entries};
use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use diesel::prelude::*;
use domain::application::{Case, CaseState, Deadline, PromisedLimit};
use domain::calendar::{Due, Limit, LimitUnit};
use domain::catalogue::{LimitStart, Procedure};
use domain::local_time::Instant;
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
            queue_at: At(case.deadline.map_or_else(end_of_queue, |d| d.due.at)),
            version: case.version,
        }
    }

    pub(super) fn into_case(self) -> Case {
        let deadline = match (self.deadline_on, self.deadline_at, self.yellow_at) {
            (Some(on), Some(at), Some(yellow)) => {
                Some(Deadline { due: Due { on, at: at.0, provisional: self.provisional }, yellow_at: yellow.0 })
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

/// Saves one case of a locked application.
///
/// # Errors
/// [`DbError`].
pub fn save_case(tx: &mut Tx<'_>, zone: i32, application: Uuid, case: &Case) -> Result<(), DbError> {
    let row = CaseRow::new(zone, application, case);
    diesel::update(cases::table.find((zone, Id(case.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

#[derive(Insertable)]
#[diesel(table_name = clock_entries, treat_none_as_default_value = false)]
struct ClockRow<'a> {
    zone_id: i32,
    case_id: Id,
    seq: i32,
    kind: &'a str,
    at: At,
    reason: Option<String>,
    basis: &'a str,
    actor_id: Option<Id>,
    recorded_at: At,
}

/// Enters the start of a case's clock in its ledger.
///
/// # Errors
/// [`DbError`].
pub fn insert_clock_start(tx: &mut Tx<'_>, zone: i32, case: Uuid, at: Instant, basis: &str) -> Result<(), DbError> {
    let recorded_at = At(tx.now());
    let row =
        ClockRow { zone_id: zone, case_id: Id(case), seq: 1, kind: "start", at: At(at), reason: None, basis, actor_id: None, recorded_at };
    insert_many(clock_entries::table, [row]).execute(tx.connection)?;
    Ok(())
}
