//! What electronic supervision found: listed, urged, answered, closed.

use crate::AppState;
use crate::extract::may::Permission;
use crate::extract::{Caller, InZone, Params, Target, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::page::{Page, Paging};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use domain::application::Light;
use domain::flow::{Finding, FindingState, WatchRule};
use persistence::finding::{self, FindingFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::Error;
use workflow::application::{Work, answer_finding as answer, close_finding as close, urge_finding as urge};

/// Which findings.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FindingQuery {
    /// 状态
    state: Option<FindingState>,
    /// 部门代码
    #[param(example = "HUC")]
    department: Option<String>,
    /// 灯色
    light: Option<Light>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// A finding.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SupervisionFinding)]
pub(crate) struct FindingView {
    /// Identity.
    id: Uuid,
    /// The application.
    application: Uuid,
    /// The case.
    case: Uuid,
    /// Code of the department.
    #[schema(example = "HUC")]
    department: String,
    /// What was watched.
    rule: WatchRule,
    /// In Chinese.
    #[schema(example = "办理期限")]
    rule_name: &'static str,
    /// What exactly.
    #[schema(example = "2024-07-02")]
    subject: String,
    /// How serious.
    light: Light,
    /// Where it stands.
    state: FindingState,
    /// In Chinese.
    #[schema(example = "已督办，待回复")]
    state_name: &'static str,
    /// When it arose.
    raised_at: Moment,
    /// When the department was urged.
    #[serde(skip_serializing_if = "Option::is_none")]
    urged_at: Option<Moment>,
    /// Until when it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_due_at: Option<Moment>,
    /// When it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Moment>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Moment>,
    /// What was said, oldest first.
    words: Vec<String>,
}

impl FindingView {
    fn new(application: Uuid, f: Finding) -> Self {
        Self {
            id: f.id,
            application,
            case: f.case,
            department: f.department,
            rule: f.rule,
            rule_name: f.rule.label(),
            subject: f.subject,
            light: f.light,
            state: f.state,
            state_name: f.state.label(),
            raised_at: f.raised_at.into(),
            urged_at: f.urged.map(|(at, ..)| at.into()),
            answer_due_at: f.urged.map(|(.., until)| until.into()),
            answered_at: f.answered.map(|(at, _)| at.into()),
            closed_at: f.closed.map(|(at, _)| at.into()),
            words: f.words,
        }
    }
}

/// 电子监察事项
#[utoipa::path(tag = "监督", params(ZonePath, FindingQuery), responses((status = 200, description = "一页监察事项", body = Page<FindingView>)))]
#[get("/api/v1/zones/{zone}/findings")]
pub(crate) async fn list_findings(
    caller: Caller<may::ListFindings>,
    zone: InZone,
    query: Params<FindingQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<FindingView>>, Problem> {
    let FindingQuery { state: standing, department, light, limit, cursor } = query.0;
    let name = format!("findings/{}/{}/{standing:?}/{department:?}/{light:?}", zone.zone, caller.account);
    let paging = Paging::new(&state, name, limit, cursor)?;
    let (number, scope, (before, wanted)) = (zone.zone, caller.scope(), paging.wanted());
    let filter = FindingFilter { state: standing, department, light };
    let found = state.db.read(move |tx| finding::list(tx, number, &scope, &filter, before, wanted)).await?;
    Ok(Json(paging.page(found, |(_, f)| f.id, |(application, f)| FindingView::new(application, f))))
}

/// What is said about a finding.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindingWords {
    /// In words.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "请于一个工作日内说明逾期原因")]
    text: String,
}

/// Does something about a finding; nothing but that it was done is answered.
async fn step<P: Permission>(
    on: Target<P>,
    body: Valid<FindingWords>,
    act: impl FnOnce(&mut Work<'_, '_>, Uuid, String) -> Result<(), Error> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let (number, id, text) = (on.zone.zone, on.id, body.value.text);
    let found = on.state.db.read(move |tx| finding::find_application_of(tx, number, id)).await?;
    let application = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let done = on.perform(application, body.digest, move |work| act(work, id, text)).await?;
    let mut answer = HttpResponse::NoContent();
    if done.replayed {
        answer.insert_header(("Idempotent-Replayed", "true"));
    }
    Ok(answer.finish())
}

/// 督办
#[utoipa::path(
    tag = "监督",
    params(ZonePath, ("id" = Uuid, Path, description = "监察事项标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = FindingWords,
    responses((status = 204, description = "已督办"))
)]
#[post("/api/v1/zones/{zone}/findings/{id}/urge")]
pub(crate) async fn urge_finding(on: Target<may::UrgeFinding>, body: Valid<FindingWords>) -> Result<HttpResponse, Problem> {
    step(on, body, urge).await
}

/// 督办回复
#[utoipa::path(
    tag = "监督",
    params(ZonePath, ("id" = Uuid, Path, description = "监察事项标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = FindingWords,
    responses((status = 204, description = "已回复"))
)]
#[post("/api/v1/zones/{zone}/findings/{id}/answer")]
pub(crate) async fn answer_finding(on: Target<may::AnswerFinding>, body: Valid<FindingWords>) -> Result<HttpResponse, Problem> {
    step(on, body, answer).await
}

/// 办结监察事项
#[utoipa::path(
    tag = "监督",
    params(ZonePath, ("id" = Uuid, Path, description = "监察事项标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = FindingWords,
    responses((status = 204, description = "已办结"))
)]
#[post("/api/v1/zones/{zone}/findings/{id}/close")]
pub(crate) async fn close_finding(on: Target<may::CloseFinding>, body: Valid<FindingWords>) -> Result<HttpResponse, Problem> {
    step(on, body, close).await
}
