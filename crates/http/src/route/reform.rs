//! Tasks of a reform (改革任务): what is to be done, by whom, and how far it is.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Anyone, Caller, IdempotencyKey, IfMatch, InZone, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, patch, post};
use chrono::NaiveDate;
use domain::catalogue::TaskProgress;
use domain::figure::percent;
use domain::local_time::date_of;
use persistence::reform::{self, ReformTask};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::catalogue::{NewTask, begin_task, progress_task};

/// A task.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReformTask)]
pub(crate) struct TaskView {
    /// Identity.
    id: Uuid,
    /// The document that sets it.
    #[schema(example = "国发〔2024〕3号")]
    document: String,
    /// Its number there.
    #[schema(example = 1)]
    number: i32,
    /// Title.
    title: String,
    /// Code of the department that leads.
    #[schema(example = "GSC")]
    lead_department: String,
    /// Codes of the departments that take part.
    departments: Vec<String>,
    /// Last day.
    due_on: NaiveDate,
    /// How far it is.
    progress: TaskProgress,
    /// The same in Chinese.
    #[schema(example = "推进中")]
    progress_text: &'static str,
    /// Its last day is over and it is not done.
    overdue: bool,
    /// What `If-Match` compares: `"version"` in quotes.
    version: i64,
}

impl TaskView {
    fn new(t: ReformTask, today: NaiveDate) -> Self {
        Self {
            overdue: t.progress.overdue(t.due_on, today),
            id: t.id,
            document: t.document,
            number: t.number,
            title: t.title,
            lead_department: t.lead_department,
            departments: t.departments,
            due_on: t.due_on,
            progress: t.progress,
            progress_text: t.progress.label(),
            version: t.version,
        }
    }
}

/// Every task, and how many are done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReformTasks {
    /// How many.
    #[schema(example = 17)]
    total: usize,
    /// How many are done.
    #[schema(example = 12)]
    done: usize,
    /// Share done, per cent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "70.59")]
    done_percent: Option<String>,
    /// The tasks.
    items: Vec<TaskView>,
}

/// 改革任务台账
#[utoipa::path(tag = "目录", params(ZonePath), responses((status = 200, description = "改革任务", body = ReformTasks)))]
#[get("/api/v1/zones/{zone}/reform-tasks")]
pub(crate) async fn list_reform_tasks(
    _: Anyone<may::ListReformTasks>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<ReformTasks>, Problem> {
    let (number, today) = (zone.zone, date_of(state.db.clock().now()));
    let tasks = state.db.read(move |tx| reform::list(tx, number)).await?;
    let (total, done) = (tasks.len(), tasks.iter().filter(|t| t.progress == TaskProgress::Done).count());
    let done_percent = percent(done as u64, total as u64);
    Ok(Json(ReformTasks { total, done, done_percent, items: tasks.into_iter().map(|t| TaskView::new(t, today)).collect() }))
}

/// A new task.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeginReformTask {
    /// The document that sets it.
    #[schema(example = "国发〔2024〕3号")]
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    document: String,
    /// Its number there.
    #[schema(example = 18)]
    #[validate(range(min = 1, max = 9999, message = "应为1至9999"))]
    number: i32,
    /// Title.
    #[schema(example = "推动一件事一次办向基层延伸")]
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    title: String,
    /// Code of the department that leads.
    #[schema(example = "GSC")]
    lead_department: String,
    /// Codes of the departments that take part.
    #[serde(default)]
    #[validate(length(max = 50, message = "最多50个部门"))]
    departments: Vec<String>,
    /// Last day.
    due_on: NaiveDate,
}

/// 登记改革任务
#[utoipa::path(tag = "目录管理", params(ZonePath), request_body = BeginReformTask, responses((status = 201, description = "改革任务", body = TaskView)))]
#[post("/api/v1/zones/{zone}/reform-tasks")]
pub(crate) async fn begin_reform_task(
    caller: Caller<may::BeginReformTask>,
    zone: InZone,
    body: Valid<BeginReformTask>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let BeginReformTask { document, number, title, lead_department, departments, due_on } = body.value;
    let new = NewTask { document, number, title, lead_department, departments, due_on };
    let task = state.db.write(move |tx| begin_task(tx, &editing, new)).await?;
    Ok(answer(StatusCode::CREATED, task, &state))
}

fn answer(status: StatusCode, task: ReformTask, state: &AppState) -> HttpResponse {
    let version = task.version;
    changed(status, &TaskView::new(task, date_of(state.db.clock().now())), version, false)
}

/// How far a task is.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgressReformTask {
    /// How far.
    progress: TaskProgress,
}

/// 更新改革任务进展
#[utoipa::path(tag = "目录管理", params(ZonePath, ("id" = Uuid, Path, description = "任务标识"), ("If-Match" = String, Header, description = "所依据版本的ETag")), request_body = ProgressReformTask, responses((status = 200, description = "改革任务", body = TaskView)))]
#[patch("/api/v1/zones/{zone}/reform-tasks/{id}")]
pub(crate) async fn progress_reform_task(
    caller: Caller<may::ProgressReformTask>,
    zone: InZone,
    id: Segment<Uuid>,
    expected: IfMatch,
    body: Valid<ProgressReformTask>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let task = state.db.write(move |tx| progress_task(tx, &editing, id.0, expected.0, body.value.progress)).await?;
    Ok(answer(StatusCode::OK, task, &state))
}
