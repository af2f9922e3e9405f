//! Dated duties of cases.

use crate::certificate::CertificateState;
use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{application_accounts, applications, certificates, obligations};
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::access::Reach;
use domain::calendar::Due;
use domain::flow::{NewObligation, OWED_BY_APPLICANT, Obligation, ObligationKind, ObligationState};
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = obligations, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    case_id: Id,
    department: String,
    kind: Code<ObligationKind>,
    owed_by: String,
    subject: String,
    due_on: Option<NaiveDate>,
    due_at: Option<At>,
    provisional: bool,
    state: Code<ObligationState>,
    opened_at: At,
    settled_at: Option<At>,
    extended: Option<i32>,
    asked_at: Option<At>,
    before_matter: Option<String>,
}

impl Row {
    fn new(zone: i32, application: Uuid, o: &Obligation) -> Self {
        Self {
            zone_id: zone,
            id: Id(o.id),
            application_id: Id(application),
            case_id: Id(o.case),
            department: o.department.clone(),
            kind: Code(o.new.kind),
            owed_by: o.new.owed_by.clone(),
            subject: o.new.subject.clone(),
            due_on: o.new.due.map(|d| d.on),
            due_at: o.new.due.map(|d| At(d.at)),
            provisional: o.new.due.is_some_and(|d| d.provisional),
            state: Code(o.state),
            opened_at: At(o.opened_at),
            settled_at: o.settled_at.map(At),
            extended: i32::try_from(o.extended).ok().filter(|n| *n > 0),
            asked_at: o.asked_at.map(At),
            before_matter: o.new.before.clone(),
        }
    }

    fn into_obligation(self) -> Obligation {
        let due = self.due_on.zip(self.due_at).map(|(on, at)| Due { on, at: at.0, provisional: self.provisional });
        Obligation {
            id: self.id.0,
            case: self.case_id.0,
            department: self.department,
            new: NewObligation { kind: self.kind.0, owed_by: self.owed_by, subject: self.subject, due, before: self.before_matter },
            state: self.state.0,
            opened_at: self.opened_at.0,
            settled_at: self.settled_at.map(|a| a.0),
            extended: self.extended.and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
            asked_at: self.asked_at.map(|a| a.0),
        }
    }
}

/// Enters new duties of an application's cases.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, application: Uuid, new: &[Obligation]) -> Result<(), DbError> {
    if !new.is_empty() {
        insert_many(obligations::table, new.iter().map(|o| Row::new(zone, application, o)).collect::<Vec<_>>()).execute(tx.connection)?;
    }
    Ok(())
}

/// Saves one duty of a locked application.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, application: Uuid, obligation: &Obligation) -> Result<(), DbError> {
    let row = Row::new(zone, application, obligation);
    diesel::update(obligations::table.find((zone, Id(obligation.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// The duties of an application, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Obligation>, DbError> {
    let rows: Vec<Row> = obligations::table
        .filter(obligations::zone_id.eq(zone).and(obligations::application_id.eq(Id(application))))
        .order(obligations::id)
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(Row::into_obligation).collect())
}

/// What applicants owe in the applications of an account, soonest first, each with its application; at most `limit`.
///
/// # Errors
/// [`DbError`].
pub fn list_of_account(tx: &mut Tx<'_>, zone: i32, account: Uuid, limit: i64) -> Result<Vec<(Uuid, Obligation)>, DbError> {
    let rows: Vec<(Id, Row)> = application_accounts::table
        .inner_join(
            obligations::table.on(obligations::zone_id
                .eq(application_accounts::zone_id)
                .and(obligations::application_id.eq(application_accounts::application_id))),
        )
        .filter(application_accounts::zone_id.eq(zone).and(application_accounts::account_id.eq(Id(account))))
        .filter(obligations::state.eq(Code(ObligationState::Open)).and(obligations::owed_by.eq(OWED_BY_APPLICANT)))
        .order((obligations::due_at, obligations::id))
        .select((obligations::application_id, Row::as_select()))
        .limit(limit)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(application, row)| (application.0, row.into_obligation())).collect())
}

/// Applications with open duties whose date may still move.
///
/// # Errors
/// [`DbError`].
pub fn list_provisional(tx: &mut Tx<'_>, zone: i32, after: Uuid, limit: i64) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let rows: Vec<(Id, Id)> = obligations::table
        .filter(obligations::zone_id.eq(zone).and(obligations::provisional.eq(true)).and(obligations::id.gt(Id(after))))
        .order(obligations::id)
        .select((obligations::id, obligations::application_id))
        .limit(limit)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(id, application)| (id.0, application.0)).collect())
}

/// The application of a duty.
///
/// # Errors
/// [`DbError`].
pub fn find_application_of(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let found: Option<Id> = obligations::table.find((zone, Id(id))).select(obligations::application_id).first(tx.connection).optional()?;
    Ok(found.map(|i| i.0))
}

/// Applications of a project, others than `except`, in which an applicant still owes a deferred material.
///
/// # Errors
/// [`DbError`].
pub fn list_deferring(tx: &mut Tx<'_>, zone: i32, project: &str, except: Uuid) -> Result<Vec<Uuid>, DbError> {
    let kinds = [Code(ObligationKind::DeferredBeforeDecision), Code(ObligationKind::DeferredAfterGrant)];
    let unsettled = [Code(ObligationState::Open), Code(ObligationState::Lapsed)];
    let rows: Vec<Id> = obligations::table
        .inner_join(
            applications::table.on(applications::zone_id.eq(obligations::zone_id).and(applications::id.eq(obligations::application_id))),
        )
        .filter(applications::zone_id.eq(zone).and(applications::project_code.eq(project)).and(applications::id.ne(Id(except))))
        .filter(obligations::kind.eq_any(kinds).and(obligations::state.eq_any(unsettled)))
        .select(obligations::application_id)
        .distinct()
        .limit(500)
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|i| i.0).collect())
}

/// What applicants still owe before a matter is granted, in the other applications of its project: codes of the materials.
///
/// # Errors
/// [`DbError`].
pub fn list_owed_before(tx: &mut Tx<'_>, zone: i32, project: &str, except: Uuid, matter: &str) -> Result<Vec<String>, DbError> {
    let unsettled = [Code(ObligationState::Open), Code(ObligationState::Lapsed)];
    // A grant that was given up or taken back leaves nothing owed.
    let gone = [CertificateState::Cancelled, CertificateState::Revoked, CertificateState::Recalled].map(Code);
    let given_up = certificates::table
        .filter(certificates::zone_id.eq(obligations::zone_id).and(certificates::application_id.eq(obligations::application_id)))
        .filter(certificates::case_id.eq(obligations::case_id).and(certificates::state.eq_any(gone)));
    let rows: Vec<String> = obligations::table
        .inner_join(
            applications::table.on(applications::zone_id.eq(obligations::zone_id).and(applications::id.eq(obligations::application_id))),
        )
        .filter(applications::zone_id.eq(zone).and(applications::project_code.eq(project)).and(applications::id.ne(Id(except))))
        .filter(obligations::before_matter.eq(matter).and(obligations::state.eq_any(unsettled)))
        .filter(diesel::dsl::not(diesel::dsl::exists(given_up)))
        .select(obligations::subject)
        .distinct()
        .limit(100)
        .load(tx.connection)?;
    Ok(rows)
}

/// What a desk looks for among duties.
#[derive(Debug, Clone, Default)]
pub struct ObligationFilter {
    /// State.
    pub state: Option<ObligationState>,
    /// Who owes: the applicant or a department.
    pub owed_by: Option<String>,
}

/// Duties a desk may see, oldest first, each with its application.
///
/// # Errors
/// [`DbError`].
pub fn list_desk(
    tx: &mut Tx<'_>,
    zone: i32,
    scope: &crate::application::Scope,
    filter: &ObligationFilter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(Uuid, Obligation)>, DbError> {
    let mut query = obligations::table
        .filter(obligations::zone_id.eq(zone))
        .order(obligations::id)
        .select((obligations::application_id, Row::as_select()))
        .limit(limit)
        .into_boxed();
    if scope.reach != Reach::Zone {
        query = query.filter(obligations::department.eq_any(scope.departments.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(obligations::state.eq(Code(state)));
    }
    if let Some(owed_by) = &filter.owed_by {
        query = query.filter(obligations::owed_by.eq(owed_by.clone()));
    }
    if let Some(after) = after {
        query = query.filter(obligations::id.gt(Id(after)));
    }
    let rows: Vec<(Id, Row)> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(|(application, row)| (application.0, row.into_obligation())).collect())
}
