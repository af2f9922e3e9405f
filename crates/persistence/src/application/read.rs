//! Reading one application, only as far as the caller reaches.

use super::case::CaseRow;
use super::{Application, Content, Row, Scope};
use crate::engine::query::LockDsl;
use crate::engine::{Code, DbError, Id, Tx};
use crate::schema::{application_accounts, application_contents, applications, cases};
use diesel::dsl::exists;
use diesel::prelude::*;
use domain::access::Reach;
use domain::application::{ApplicationState, Case};
use domain::number::Series;
use uuid::Uuid;

/// An application the caller may see; `None` for one that does not exist or that he may not see.
///
/// # Errors
/// [`DbError`].
pub fn find_visible(tx: &mut Tx<'_>, zone: i32, id: Uuid, scope: &Scope) -> Result<Option<(Application, Content)>, DbError> {
    select(tx, zone, id, scope, Purpose::Read)
}

/// Locks an application the caller may see until the transaction ends; time never falls before its last
/// change. The lock orders every command on the application and its cases.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, id: Uuid, scope: &Scope) -> Result<Option<(Application, Content)>, DbError> {
    let found = select(tx, zone, id, scope, Purpose::Change)?;
    if let Some((application, _)) = &found {
        tx.not_before(application.updated_at);
    }
    Ok(found)
}

/// What a row is selected for.
#[derive(Clone, Copy)]
enum Purpose {
    Read,
    Change,
}

fn select(tx: &mut Tx<'_>, zone: i32, id: Uuid, scope: &Scope, purpose: Purpose) -> Result<Option<(Application, Content)>, DbError> {
    let own = exists(
        application_accounts::table.filter(
            application_accounts::zone_id
                .eq(zone)
                .and(application_accounts::account_id.eq(Id(scope.account)))
                .and(application_accounts::application_id.eq(Id(id))),
        ),
    );
    let mut query = applications::table
        .inner_join(
            application_contents::table
                .on(application_contents::zone_id.eq(applications::zone_id).and(application_contents::application_id.eq(applications::id))),
        )
        .filter(applications::zone_id.eq(zone).and(applications::id.eq(Id(id))))
        .select((Row::as_select(), application_contents::sealed))
        .into_boxed();
    query = match scope.reach {
        Reach::Own => query.filter(own),
        Reach::Zone => query.filter(own.or(applications::state.ne(Code(ApplicationState::Draft)))),
        Reach::Department => {
            let of_application = cases::zone_id.eq(zone).and(cases::application_id.eq(Id(id)));
            let handled = cases::table.filter(of_application.and(cases::department.eq_any(scope.departments.clone())));
            query.filter(own.or(exists(handled)))
        }
    };
    let found: Option<(Row, Vec<u8>)> = match purpose {
        Purpose::Read => query.get_result(tx.connection).optional()?,
        Purpose::Change => query.locked().get_result(tx.connection).optional()?,
    };
    found.map(|found| unsealed(tx, found)).transpose()
}

/// Locks an application with its contents for the system itself.
///
/// # Errors
/// [`DbError`].
pub fn lock_unscoped_whole(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<(Application, Content)>, DbError> {
    let Some(application) = lock_unscoped(tx, zone, id)? else { return Ok(None) };
    let sealed: Vec<u8> = application_contents::table.find((zone, Id(id))).select(application_contents::sealed).first(tx.connection)?;
    let content = Content::open(tx.keys(), zone, id, &sealed)?;
    Ok(Some((application, content)))
}

/// Locks an application for the system itself.
///
/// # Errors
/// [`DbError`].
fn lock_unscoped(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Application>, DbError> {
    let row: Option<Row> = applications::table
        .filter(applications::zone_id.eq(zone).and(applications::id.eq(Id(id))))
        .select(Row::as_select())
        .locked()
        .get_result(tx.connection)
        .optional()?;
    let found = row.map(Application::from);
    if let Some(application) = &found {
        tx.not_before(application.updated_at);
    }
    Ok(found)
}

/// The application a submission or case number names, with its cases in order; the caller still has to show
/// its tracking code.
///
/// # Errors
/// [`DbError`].
pub fn find_tracked(tx: &mut Tx<'_>, zone: i32, series: Series, number: &str) -> Result<Option<(Application, Vec<Case>)>, DbError> {
    let numbered = applications::table
        .inner_join(cases::table.on(cases::zone_id.eq(applications::zone_id).and(cases::application_id.eq(applications::id))))
        .filter(applications::zone_id.eq(zone))
        .order(cases::position)
        .select((Row::as_select(), CaseRow::as_select()))
        .into_boxed();
    let numbered = match series {
        Series::Submission => numbered.filter(applications::submission_no.eq(number)),
        Series::Case => {
            let named = diesel::alias!(cases as named);
            let application = named.filter(named.field(cases::zone_id).eq(zone).and(named.field(cases::case_no).eq(number)));
            numbered.filter(applications::id.eq_any(application.select(named.field(cases::application_id))))
        }
    };
    let rows: Vec<(Row, CaseRow)> = numbered.load(tx.connection)?;
    let (mut found, mut of_it) = (None, Vec::new());
    for (row, case) in rows {
        found = Some(Application::from(row));
        of_it.push(case.into_case());
    }
    Ok(found.map(|application| (application, of_it)))
}

fn unsealed(tx: &Tx<'_>, (row, sealed): (Row, Vec<u8>)) -> Result<(Application, Content), DbError> {
    let application = Application::from(row);
    let content = Content::open(tx.keys(), application.zone, application.id, &sealed)?;
    Ok((application, content))
}
