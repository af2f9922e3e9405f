//! Projects whose approval is followed to the end (闭环审批): by which mechanisms, how far, and how much earlier they began.

use crate::AppState;
use crate::etag::{Caching, changed, tagged};
use crate::extract::{Anyone, Caller, IdempotencyKey, IfMatch, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use crate::view::page::{Page, PageQuery, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use chrono::NaiveDate;
use domain::project::{Mechanism, average_months, months_gained};
use persistence::DbError;
use persistence::project::{LoopReport, ProjectLoop, list, list_all, reports};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;
use workflow::Error;
use workflow::catalogue::{NewProject, ProjectChange, change_project, open_project};

/// How far a project is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LoopReport)]
pub(crate) struct ReportView {
    /// Applications filed.
    opened: i64,
    /// Cases decided.
    decided: i64,
    /// Lights that went red.
    overdue: i64,
    /// Findings somebody was urged about.
    escalated: i64,
    /// Applications closed.
    closed: i64,
}

/// A project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProjectLoop)]
pub(crate) struct ProjectView {
    /// Code.
    #[schema(example = "2309-430400-04-01-123456")]
    code: String,
    /// Name.
    #[schema(example = "示例产业园")]
    name: String,
    /// The mechanisms it works by.
    mechanisms: Vec<Mechanism>,
    /// Since when it is followed.
    opened_on: NaiveDate,
    /// When it was to begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    planned_start_on: Option<NaiveDate>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    actual_start_on: Option<NaiveDate>,
    /// How many months earlier it began; absent until both days are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "6.00")]
    months_gained: Option<String>,
    /// How far it is.
    report: ReportView,
    /// What `If-Match` compares: `"version"` in quotes.
    version: i64,
}

/// By how many hundredths of a month a project began earlier.
fn gained(p: &ProjectLoop) -> Option<i64> {
    Some(months_gained(p.planned_start_on?, p.actual_start_on?))
}

impl ProjectView {
    fn new(p: ProjectLoop, r: LoopReport) -> Self {
        Self {
            months_gained: gained(&p).and_then(|n| average_months(&[n])),
            code: p.code,
            name: p.name,
            mechanisms: p.mechanisms,
            opened_on: p.opened_on,
            planned_start_on: p.planned_start_on,
            actual_start_on: p.actual_start_on,
            report: ReportView { opened: r.opened, decided: r.decided, overdue: r.overdue, escalated: r.escalated, closed: r.closed },
            version: p.version,
        }
    }
}

/// 闭环审批项目
#[utoipa::path(tag = "监督", params(ZonePath, PageQuery), responses((status = 200, description = "一页项目", body = Page<ProjectView>)))]
#[get("/api/v1/zones/{zone}/project-loops")]
pub(crate) async fn list_project_loops(
    _: Caller<may::ListProjectLoops>,
    zone: InZone,
    query: Params<PageQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let number = zone.zone;
    let paging = Paging::<String>::new(&state, format!("project-loops/{number}"), query.0.limit, query.0.cursor.clone())?;
    let (after, wanted) = paging.wanted();
    let found = state.db.read(move |tx| {
        let projects = list(tx, number, after.as_deref().unwrap_or_default(), wanted)?;
        let codes: Vec<String> = projects.iter().map(|p| p.code.clone()).collect();
        let far = reports(tx, number, &codes)?;
        Ok::<_, DbError>(projects.into_iter().map(|p| (far.get(&p.code).copied().unwrap_or_default(), p)).collect::<Vec<_>>())
    });
    let page = paging.page(found.await?, |(_, p)| p.code.clone(), |(report, p)| ProjectView::new(p, report));
    Ok(tagged(&request, &page, None, Caching::Private))
}

/// Figures over every project that is followed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectLoopFigures {
    /// How many.
    #[schema(example = 50)]
    projects: usize,
    /// How many have begun, with both days known.
    begun: usize,
    /// How many months earlier they began on the average.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "6.00")]
    average_months: Option<String>,
    /// How many work by each mechanism.
    mechanisms: Vec<MechanismCount>,
}

/// How many projects work by a mechanism.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MechanismCount {
    /// The mechanism.
    mechanism: Mechanism,
    /// Its name.
    #[schema(example = "容缺审批")]
    name: &'static str,
    /// Projects.
    projects: usize,
}

/// 闭环审批指标：项目数、平均提前开工月数
#[utoipa::path(tag = "公开", params(ZonePath), responses((status = 200, description = "指标", body = ProjectLoopFigures)))]
#[get("/api/v1/zones/{zone}/project-loops/figures")]
pub(crate) async fn get_project_loop_figures(
    _: Anyone<may::GetProjectLoopFigures>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<ProjectLoopFigures>, Problem> {
    let number = zone.zone;
    let all = state.db.read(move |tx| list_all(tx, number)).await?;
    let months: Vec<i64> = all.iter().filter_map(gained).collect();
    let by = |m: &Mechanism| all.iter().filter(|p| p.mechanisms.contains(m)).count();
    let mechanisms = Mechanism::ALL.iter().map(|m| MechanismCount { mechanism: *m, name: m.label(), projects: by(m) }).collect();
    Ok(Json(ProjectLoopFigures { projects: all.len(), begun: months.len(), average_months: average_months(&months), mechanisms }))
}

/// A project to follow.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenProjectLoop {
    /// Code.
    #[schema(example = "2309-430400-04-01-123456")]
    #[validate(length(min = 1, max = 40, message = "应为1至40个字符"))]
    code: String,
    /// Name.
    #[schema(example = "示例产业园")]
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    name: String,
    /// The mechanisms it works by.
    #[validate(length(min = 1, max = 4, message = "应为1至4项机制"))]
    mechanisms: Vec<Mechanism>,
    /// When it is to begin on the ordinary way.
    planned_start_on: Option<NaiveDate>,
}

/// 纳入闭环审批
#[utoipa::path(tag = "监督", params(ZonePath, ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")), request_body = OpenProjectLoop, responses((status = 201, description = "项目", body = ProjectView)))]
#[post("/api/v1/zones/{zone}/project-loops")]
pub(crate) async fn open_project_loop(
    caller: Caller<may::OpenProjectLoop>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<OpenProjectLoop>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, key, body.digest);
    let OpenProjectLoop { code, name, mechanisms, planned_start_on } = body.value;
    let new = NewProject { code, name, mechanisms, planned_start_on };
    let number = zone.zone;
    let done = state.db.write(move |tx| {
        let project = open_project(tx, &editing, new)?;
        with_report(tx, number, project)
    });
    Ok(answer(StatusCode::CREATED, done.await?))
}

fn with_report(tx: &mut persistence::Tx<'_>, zone: i32, project: ProjectLoop) -> Result<(ProjectLoop, LoopReport), Error> {
    let far = reports(tx, zone, std::slice::from_ref(&project.code))?;
    let report = far.get(&project.code).copied().unwrap_or_default();
    Ok((project, report))
}

fn answer(status: StatusCode, (project, report): (ProjectLoop, LoopReport)) -> HttpResponse {
    let version = project.version;
    changed(status, &ProjectView::new(project, report), version, false)
}

/// What changes about a project.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeProjectLoop {
    /// Name.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    name: Option<String>,
    /// The mechanisms it works by.
    #[validate(length(min = 1, max = 4, message = "应为1至4项机制"))]
    mechanisms: Option<Vec<Mechanism>>,
    /// When it is to begin on the ordinary way.
    planned_start_on: Option<NaiveDate>,
    /// When it began.
    actual_start_on: Option<NaiveDate>,
}

/// 变更闭环审批项目：机制、计划与实际开工日期
#[utoipa::path(tag = "监督", params(ZonePath, ("code" = String, Path, description = "项目代码"), ("If-Match" = String, Header, description = "所依据版本的ETag")), request_body = ChangeProjectLoop, responses((status = 200, description = "项目", body = ProjectView)))]
#[patch("/api/v1/zones/{zone}/project-loops/{code}")]
pub(crate) async fn change_project_loop(
    caller: Caller<may::ChangeProjectLoop>,
    zone: InZone,
    code: Segment<String>,
    expected: IfMatch,
    body: Valid<ChangeProjectLoop>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let ChangeProjectLoop { name, mechanisms, planned_start_on, actual_start_on } = body.value;
    let change = ProjectChange { name, mechanisms, planned_start_on, actual_start_on };
    let number = zone.zone;
    let done = state.db.write(move |tx| {
        let project = change_project(tx, &editing, &code.0, expected.0, change)?;
        with_report(tx, number, project)
    });
    Ok(answer(StatusCode::OK, done.await?))
}
