//! Read one application: as a whole, how it stands, what happened.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, InZone, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::application::ApplicationView;
use crate::view::timeline::{TimelineEntry, timeline};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::assessment::Assessment;
use persistence::{application, event};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::{Dossier, Error};

/// 查看申请
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "申请", body = ApplicationView)))]
#[get("/api/v1/zones/{zone}/applications/{id}")]
pub(crate) async fn get_application(
    caller: Caller<may::GetApplication>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let dossier = state.db.read(move |tx| Dossier::read(tx, &snapshot, id.0, &scope)).await?;
    let view = ApplicationView::new(dossier, &zone, state.db.keys(), &caller.scope(), &caller.seat());
    Ok(tagged(&request, &view, Some(view.version()), Caching::Private))
}

/// 申请的预检结果
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "预检结果", body = Assessment)))]
#[get("/api/v1/zones/{zone}/applications/{id}/assessment")]
pub(crate) async fn get_application_assessment(
    caller: Caller<may::GetAssessment>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let dossier = state.db.read(move |tx| Dossier::read(tx, &snapshot, id.0, &scope)).await?;
    let assessment = dossier.assess(&zone).ok_or_else(|| Problem::new(ErrorCode::SubjectNotInForce))?;
    Ok(tagged(&request, &assessment, Some(dossier.application.version), Caching::Private))
}

/// What happened to an application.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timeline {
    /// Oldest first.
    items: Vec<TimelineEntry>,
}

/// 办理过程
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "办理过程", body = Timeline)))]
#[get("/api/v1/zones/{zone}/applications/{id}/timeline")]
pub(crate) async fn get_application_timeline(
    caller: Caller<may::GetTimeline>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (number, scope) = (zone.zone, caller.scope());
    let found = state.db.read(move |tx| {
        let (application, _) = application::find_visible(tx, number, id.0, &scope)?.ok_or(Error::NotFound)?;
        let events = event::list(tx, application.stream(), None, 500)?;
        Ok::<_, Error>((application.version, events))
    });
    let (version, events) = found.await?;
    Ok(tagged(&request, &Timeline { items: timeline(events, &zone.catalogue) }, Some(version), Caching::Private))
}
