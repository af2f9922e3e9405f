//! What electronic supervision found.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::findings;
use crate::seal::{Keys, Place};
use diesel::prelude::*;
use domain::access::Reach;
use domain::application::Light;
use domain::flow::{Finding, FindingState, WatchRule};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = findings, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    case_id: Id,
    department: String,
    rule: Code<WatchRule>,
    subject: String,
    light: Code<Light>,
    state: Code<FindingState>,
    raised_at: At,
    urged_at: Option<At>,
    urged_by: Option<Id>,
    answer_due_at: Option<At>,
    answered_at: Option<At>,
    answered_by: Option<Id>,
    closed_at: Option<At>,
    closed_by: Option<Id>,
    sealed: Option<Vec<u8>>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "findings", column: "sealed", row }
}

impl Row {
    fn new(keys: &Keys, zone: i32, application: Uuid, f: &Finding) -> Result<Self, DbError> {
        let words = serde_json::to_vec(&f.words).map_err(|e| DbError::Damaged(e.to_string()))?;
        Ok(Self {
            zone_id: zone,
            id: Id(f.id),
            application_id: Id(application),
            case_id: Id(f.case),
            department: f.department.clone(),
            rule: Code(f.rule),
            subject: f.subject.clone(),
            light: Code(f.light),
            state: Code(f.state),
            raised_at: At(f.raised_at),
            urged_at: f.urged.map(|(at, ..)| At(at)),
            urged_by: f.urged.map(|(_, by, _)| Id(by)),
            answer_due_at: f.urged.map(|(.., until)| At(until)),
            answered_at: f.answered.map(|(at, _)| At(at)),
            answered_by: f.answered.map(|(_, by)| Id(by)),
            closed_at: f.closed.map(|(at, _)| At(at)),
            closed_by: f.closed.and_then(|(_, by)| by).map(Id),
            sealed: (!f.words.is_empty()).then(|| keys.seal(place(&f.id.to_string(), zone), &words)),
        })
    }

    fn open(self, keys: &Keys) -> Result<Finding, DbError> {
        let words = match &self.sealed {
            None => Vec::new(),
            Some(sealed) => {
                let plain = keys.open(place(&self.id.0.to_string(), self.zone_id), sealed)?;
                serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))?
            }
        };
        let urged = self.urged_at.zip(self.urged_by).zip(self.answer_due_at);
        Ok(Finding {
            id: self.id.0,
            case: self.case_id.0,
            department: self.department,
            rule: self.rule.0,
            subject: self.subject,
            light: self.light.0,
            state: self.state.0,
            raised_at: self.raised_at.0,
            urged: urged.map(|((at, by), until)| (at.0, by.0, until.0)),
            answered: self.answered_at.zip(self.answered_by).map(|(at, by)| (at.0, by.0)),
            closed: self.closed_at.map(|at| (at.0, self.closed_by.map(|i| i.0))),
            words,
        })
    }
}

/// Enters findings; one that is there already stays as it is, but turns red where it was yellow.
///
/// # Errors
/// [`DbError`].
pub fn raise(tx: &mut Tx<'_>, zone: i32, application: Uuid, new: &[Finding]) -> Result<(), DbError> {
    for finding in new {
        let row = Row::new(tx.keys(), zone, application, finding)?;
        if insert_many(findings::table, [row]).or_ignore().execute(tx.connection)? == 0 && finding.light == Light::Red {
            let same = findings::zone_id.eq(zone).and(findings::case_id.eq(Id(finding.case)));
            let same = same.and(findings::rule.eq(Code(finding.rule))).and(findings::subject.eq(finding.subject.clone()));
            // What was said about the warning is no answer to what it has become.
            let (never, nobody): (Option<At>, Option<Id>) = (None, None);
            let red = (
                (findings::light.eq(Code(Light::Red)), findings::state.eq(Code(FindingState::Open))),
                (findings::urged_at.eq(never), findings::urged_by.eq(nobody), findings::answer_due_at.eq(never)),
                (findings::answered_at.eq(never), findings::answered_by.eq(nobody)),
                (findings::closed_at.eq(never), findings::closed_by.eq(nobody)),
            );
            let yellow = same.and(findings::light.eq(Code(Light::Yellow)));
            diesel::update(findings::table.filter(yellow)).set(red).execute(tx.connection)?;
        }
    }
    Ok(())
}

/// Closes the warnings of a case whose act has been done: what was only near is over. What is overdue stays.
///
/// # Errors
/// [`DbError`].
pub fn resolve_warnings(tx: &mut Tx<'_>, zone: i32, case: Uuid) -> Result<(), DbError> {
    let now = At(tx.now());
    let of_case = findings::zone_id.eq(zone).and(findings::case_id.eq(Id(case))).and(findings::light.eq(Code(Light::Yellow)));
    let of_time = findings::rule.eq_any([Code(WatchRule::Deadline), Code(WatchRule::DeliveryLate)]);
    let unfinished = of_case.and(findings::closed_at.is_null()).and(of_time);
    diesel::update(findings::table.filter(unfinished))
        .set((findings::state.eq(Code(FindingState::Closed)), findings::closed_at.eq(now)))
        .execute(tx.connection)?;
    Ok(())
}

/// Locks a finding.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Finding>, DbError> {
    let row: Option<Row> = findings::table.find((zone, Id(id))).select(Row::as_select()).locked().get_result(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// Saves a finding that was locked.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, application: Uuid, finding: &Finding) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, application, finding)?;
    diesel::update(findings::table.find((zone, Id(finding.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// The application of a finding.
///
/// # Errors
/// [`DbError`].
pub fn find_application_of(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let found: Option<Id> = findings::table.find((zone, Id(id))).select(findings::application_id).first(tx.connection).optional()?;
    Ok(found.map(|i| i.0))
}

/// What is looked for among findings.
#[derive(Debug, Clone, Default)]
pub struct FindingFilter {
    /// State.
    pub state: Option<FindingState>,
    /// Department.
    pub department: Option<String>,
    /// Light.
    pub light: Option<Light>,
}

/// Findings somebody may see, newest first, each with its application.
///
/// # Errors
/// [`DbError`].
pub fn list(
    tx: &mut Tx<'_>,
    zone: i32,
    scope: &crate::application::Scope,
    filter: &FindingFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(Uuid, Finding)>, DbError> {
    let mut query = findings::table
        .filter(findings::zone_id.eq(zone))
        .order(findings::id.desc())
        .select((findings::application_id, Row::as_select()))
        .limit(limit)
        .into_boxed();
    if scope.reach != Reach::Zone {
        query = query.filter(findings::department.eq_any(scope.departments.clone()));
    }
    if let Some(department) = &filter.department {
        query = query.filter(findings::department.eq(department.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(findings::state.eq(Code(state)));
    }
    if let Some(light) = filter.light {
        query = query.filter(findings::light.eq(Code(light)));
    }
    if let Some(before) = before {
        query = query.filter(findings::id.lt(Id(before)));
    }
    let rows: Vec<(Id, Row)> = query.load(tx.connection)?;
    rows.into_iter().map(|(application, row)| Ok((application.0, row.open(tx.keys())?))).collect()
}
