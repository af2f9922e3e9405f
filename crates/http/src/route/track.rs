//! Anonymous tracking by number and code.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, InZone, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::route::flow::constant_time_eq;
use crate::view::Moment;
use crate::view::case::CaseView;
use crate::view::timeline::{TimelineEntry, timeline};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::application::{Action, ApplicationState, Case, next_step};
use domain::event::EventKind;
use domain::number::{Series, read_number};
use persistence::application::{Application, find_tracked};
use persistence::{DbError, Tx, event};
use serde::Serialize;
use utoipa::ToSchema;
use workflow::{ZoneSnapshot, settle_cases};

/// Where an application stands; no personal data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tracking {
    /// 申办流水号.
    #[schema(example = "4304762024092710000015")]
    submission_no: String,
    /// Code of the matter or bundle.
    #[schema(example = "newborn")]
    subject: String,
    /// Where it stands.
    state: ApplicationState,
    /// Legal moment of receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<Moment>,
    /// Its cases.
    cases: Vec<CaseView>,
    /// What happened, oldest first.
    timeline: Vec<TimelineEntry>,
    /// What may be done without login: nothing yet.
    actions: Vec<Action>,
    /// What happens next.
    next_step: String,
}

/// Wrong codes for a number and hour.
const MOST_FAILURES: u32 = 10;

/// 凭编号和查询码查询进度
#[utoipa::path(
    tag = "申报",
    params(
        ZonePath,
        ("number" = String, Path, description = "申办流水号或者办件编号", example = "4304762024092710000015"),
        ("Track-Code" = String, Header, description = "查询码", example = "7K3M9QXT2B"),
    ),
    responses((status = 200, description = "进度", body = Tracking))
)]
#[get("/api/v1/zones/{zone}/track/{number}")]
pub(crate) async fn track_submission(
    _: Anyone<may::Track>,
    zone: InZone,
    number: Segment<String>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let key = format!("{}/{}", zone.zone, number.0);
    if state.throttle.is_blocked(&key, MOST_FAILURES) {
        return Err(Problem::new(ErrorCode::TooManyRequests));
    }
    let given = request.headers().get("track-code").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let code: String = given.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let series = read_number(&number.0).ok_or_else(|| Problem::new(ErrorCode::TrackRefused))?;
    let (snapshot, number) = (zone.0, number.0);
    let found = state.db.read(move |tx| find(tx, &snapshot, series, &number, &code)).await?;
    let (tracking, version) = found.ok_or_else(|| {
        state.throttle.note(&key);
        Problem::new(ErrorCode::TrackRefused)
    })?;
    Ok(tagged(&request, &tracking, Some(version), Caching::Private))
}

/// The application behind a number, when the code fits.
fn find(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, series: Series, number: &str, code: &str) -> Result<Option<(Tracking, i64)>, DbError> {
    let Some((application, cases)) = find_tracked(tx, snapshot.zone, series, number)? else { return Ok(None) };
    if !constant_time_eq(&tx.keys().track_code(application.id, application.track_counter), code) {
        return Ok(None);
    }
    Ok(Some((read(tx, snapshot, &application, cases)?, application.version)))
}

fn read(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, application: &Application, mut cases: Vec<Case>) -> Result<Tracking, DbError> {
    tx.not_before(application.updated_at);
    let now = tx.now();
    settle_cases(&mut cases, now, snapshot);
    let events = event::list(tx, application.stream(), Some(EventKind::ApplicationRevised), 200)?;
    Ok(Tracking {
        submission_no: application.submission_no.clone().unwrap_or_default(),
        subject: application.subject_code.clone(),
        state: application.state,
        received_at: application.received_at.map(Moment::from),
        actions: Vec::new(),
        next_step: next_step(application.state, &cases, None),
        timeline: timeline(events, &snapshot.catalogue),
        cases: cases.into_iter().map(|c| CaseView::new(c, &snapshot.catalogue, now, None)).collect(),
    })
}
