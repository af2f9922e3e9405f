//! Read one case: where it stands, its files, its clock.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, InZone, Segment, ZonePath, may};
use crate::problem::Problem;
use crate::view::Moment;
use crate::view::case::CaseView;
use crate::view::case_file::{CaseFileView, ObligationView};
use crate::view::clock::{ClockEntryView, ClockView};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::access::Reach;
use domain::application::Case;
use domain::flow::Clock;
use domain::local_time::{date_of, end_of};
use persistence::application::{Scope, find_application_of, find_case_file, list_clock};
use persistence::{Tx, obligation};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::{Dossier, Error, ZoneSnapshot};

/// A case with its files.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CaseDetail {
    /// Identity of its application.
    application: Uuid,
    /// 申办流水号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4304762024092710000015")]
    submission_no: Option<String>,
    /// The case.
    case: CaseView,
    /// What is said about it in words.
    file: CaseFileView,
    /// What is owed.
    obligations: Vec<ObligationView>,
}

/// The case in its application, as far as the caller sees it: an officer of one department does not see the
/// cases of another.
pub(super) fn find(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, scope: &Scope) -> Result<(Dossier, Case), Error> {
    let application = find_application_of(tx, snapshot.zone, id)?.ok_or(Error::NotFound)?;
    let dossier = Dossier::read(tx, snapshot, application, scope)?;
    let case = dossier.cases.iter().find(|c| c.id == id).cloned().ok_or(Error::NotFound)?;
    if !scope.covers(&case.department) && dossier.application.filed_by != scope.account {
        Err(Error::NotFound)
    } else {
        Ok((dossier, case))
    }
}

/// 查看办件
#[utoipa::path(tag = "审批", params(ZonePath, ("id" = Uuid, Path, description = "办件标识")), responses((status = 200, description = "办件", body = CaseDetail)))]
#[get("/api/v1/zones/{zone}/cases/{id}")]
pub(crate) async fn get_case(
    caller: Caller<may::GetCase>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        let (dossier, case) = find(tx, &snapshot, id.0, &scope)?;
        let file = find_case_file(tx, snapshot.zone, id.0)?;
        let mut owed = obligation::list(tx, snapshot.zone, dossier.application.id)?;
        owed.retain(|o| o.case == id.0);
        for o in &mut owed {
            o.lapse(dossier.at);
        }
        Ok::<_, Error>((dossier, case, file, owed))
    });
    let (dossier, case, file, owed) = read.await?;
    let own = caller.scope().reach == Reach::Own || dossier.application.filed_by == caller.account;
    let (version, seat) = (case.version, caller.seat());
    let plan = dossier.plan(&zone);
    let matter = plan.as_ref().and_then(|p| p.matters.iter().find(|m| m.document.code == case.matter)).map(|m| m.document.as_ref());
    let detail = CaseDetail {
        application: dossier.application.id,
        submission_no: dossier.application.submission_no,
        file: CaseFileView::new(file, (&case, matter), own, !seat.roles.is_empty()),
        case: CaseView::new(case, &zone.catalogue, dossier.at, Some((&seat, own))),
        obligations: owed.into_iter().map(|o| ObligationView::from(o).named(plan.as_deref())).collect(),
    };
    Ok(tagged(&request, &detail, Some(version), Caching::Private))
}

/// 办理时限逐日说明
#[utoipa::path(tag = "审批", params(ZonePath, ("id" = Uuid, Path, description = "办件标识")), responses((status = 200, description = "时限", body = ClockView)))]
#[get("/api/v1/zones/{zone}/cases/{id}/clock")]
pub(crate) async fn get_case_clock(
    caller: Caller<may::GetCaseClock>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        let (dossier, case) = find(tx, &snapshot, id.0, &scope)?;
        let mut entries = list_clock(tx, snapshot.zone, id.0)?;
        let reasons = find_case_file(tx, snapshot.zone, id.0)?.clock_reasons;
        for (seq, entry) in (1..).zip(&mut entries) {
            entry.reason = reasons.get(&seq).cloned();
        }
        Ok::<_, Error>((dossier.at, case, entries))
    });
    let (at, case, entries) = read.await?;
    let clock = Clock { entries: &entries, calendar: &zone.calendar, hours: &zone.catalogue.zone.hours };
    let due = clock.promise(case.promised.limit);
    let view = ClockView {
        limit: clock.extended(case.promised.limit).text(),
        due_on: due.map(|d| d.on),
        due_at: due.filter(|d| d.at != end_of(d.on)).map(|d| Moment::from(d.at)),
        provisional: due.is_some_and(|d| d.provisional),
        statutory_due_on: case.progress.statutory_due.map(|d| d.on),
        days: clock.days(case.promised.limit, date_of(at)),
        entries: entries.iter().cloned().map(ClockEntryView::from).collect(),
    };
    Ok(tagged(&request, &view, Some(case.version), Caching::Private))
}
