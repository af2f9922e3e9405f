//! What supervisors and desks keep in sight: counts, duties, colleagues, credit.

use crate::AppState;
use crate::extract::{Caller, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use crate::view::case_file::ObligationView;
use crate::view::page::{Count, Page, PageQuery, Paging};
use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::NaiveDate;
use domain::access::{Reach, Role};
use domain::application::{CaseState, Light};
use domain::flow::{CreditKind, ObligationState};
use persistence::account::list_staff;
use persistence::application::{DeskFilter, count_desk_cases};
use persistence::credit::{self, CreditRecord};
use persistence::obligation::{self, ObligationFilter};
use persistence::{DbError, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::Error;

/// How many cases wait, each counted up to a thousand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeskSummary {
    /// By state.
    states: Vec<StateCount>,
    /// By light, of those with a deadline.
    lights: Vec<LightCount>,
    /// Taken on by the caller.
    mine: Count,
}

/// How many in one state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StateCount {
    /// State.
    state: CaseState,
    /// In Chinese.
    name: &'static str,
    /// How many.
    count: Count,
}

/// How many of one light.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LightCount {
    /// Light.
    light: Light,
    /// In Chinese.
    name: &'static str,
    /// How many.
    count: Count,
}

/// 工作台汇总
#[utoipa::path(tag = "窗口", params(ZonePath), responses((status = 200, description = "汇总", body = DeskSummary)))]
#[get("/api/v1/zones/{zone}/desk/summary")]
pub(crate) async fn get_desk_summary(
    caller: Caller<may::GetDeskSummary>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<DeskSummary>, Problem> {
    let (number, scope, me) = (zone.zone, caller.scope(), caller.account);
    let read = state.db.read(move |tx| {
        let count = |tx: &mut Tx<'_>, filter: DeskFilter| Ok::<_, DbError>(Count::bounded(count_desk_cases(tx, number, &scope, &filter)?));
        let mut states = Vec::new();
        for state in [CaseState::Received, CaseState::Supplementing, CaseState::Accepted, CaseState::Decided] {
            let filter = DeskFilter { state: Some(state), ..DeskFilter::default() };
            states.push(StateCount { state, name: state.label(), count: count(tx, filter)? });
        }
        let mut lights = Vec::new();
        for light in [Light::Yellow, Light::Red] {
            let filter = DeskFilter { light: Some(light), ..DeskFilter::default() };
            lights.push(LightCount { light, name: light.label(), count: count(tx, filter)? });
        }
        let mine = count(tx, DeskFilter { handler: Some(me), ..DeskFilter::default() })?;
        Ok::<_, DbError>(DeskSummary { states, lights, mine })
    });
    Ok(Json(read.await?))
}

/// Somebody a case can be handed over to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Colleague {
    /// His account.
    account: Uuid,
    /// His name.
    #[schema(example = "演示审批人员")]
    name: String,
    /// Role.
    role: Role,
    /// Department.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "HUC")]
    department: String,
}

/// Colleagues.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Colleagues {
    /// By department.
    items: Vec<Colleague>,
}

/// 可移交、可共同核查的同事
#[utoipa::path(tag = "窗口", params(ZonePath), responses((status = 200, description = "同事", body = Colleagues)))]
#[get("/api/v1/zones/{zone}/desk/colleagues")]
pub(crate) async fn list_colleagues(
    caller: Caller<may::ListColleagues>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<Colleagues>, Problem> {
    let (number, scope) = (zone.zone, caller.scope());
    let read = state.db.read(move |tx| {
        let departments = (scope.reach == Reach::Department).then_some(scope.departments.as_slice());
        let roles: &[Role] = if departments.is_some() { &[Role::Examiner] } else { &[Role::Examiner, Role::WindowClerk] };
        list_staff(tx, number, roles, departments)
    });
    let items = read.await?.into_iter().map(|(account, name, role, department)| Colleague { account, name, role, department });
    Ok(Json(Colleagues { items: items.collect() }))
}

/// Which duties.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ObligationQuery {
    /// 状态
    state: Option<ObligationState>,
    /// 义务人：applicant或者部门代码
    #[param(example = "applicant")]
    owed_by: Option<String>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// A duty in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObligationLine {
    /// Identity of its application.
    application: Uuid,
    /// The duty.
    obligation: ObligationView,
}

/// 后续义务：容缺、承诺、核查、监督、差评整改
#[utoipa::path(tag = "监督", params(ZonePath, ObligationQuery), responses((status = 200, description = "一页义务", body = Page<ObligationLine>)))]
#[get("/api/v1/zones/{zone}/obligations")]
pub(crate) async fn list_obligations(
    caller: Caller<may::ListObligations>,
    zone: InZone,
    query: Params<ObligationQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<ObligationLine>>, Problem> {
    let ObligationQuery { state: wanted_state, owed_by, limit, cursor } = query.0;
    let paging = Paging::new(&state, format!("obligations/{}/{wanted_state:?}/{owed_by:?}", zone.zone), limit, cursor)?;
    let (number, scope, (after, wanted)) = (zone.zone, caller.scope(), paging.wanted());
    let filter = ObligationFilter { state: wanted_state, owed_by };
    let found = state.db.read(move |tx| obligation::list_desk(tx, number, &scope, &filter, after, wanted)).await?;
    let line = |(application, o)| ObligationLine { application, obligation: ObligationView::from(o) };
    Ok(Json(paging.page(found, |(_, o)| o.id, line)))
}

/// An internal record against an applicant; who he is stands in the application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreditRecord)]
pub(crate) struct CreditView {
    /// Identity.
    id: Uuid,
    /// The application it came from.
    application: Uuid,
    /// Its case.
    case: Uuid,
    /// Kind.
    kind: CreditKind,
    /// Code of the ground.
    #[schema(example = "false_commitment")]
    ground: String,
    /// Code of the matter.
    #[schema(example = "public-place-hygiene")]
    matter: String,
    /// First day a bar no longer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    until_on: Option<NaiveDate>,
    /// When it was recorded.
    recorded_at: Moment,
    /// When it was repaired.
    #[serde(skip_serializing_if = "Option::is_none")]
    repaired_at: Option<Moment>,
}

impl From<CreditRecord> for CreditView {
    fn from(r: CreditRecord) -> Self {
        Self {
            id: r.id,
            application: r.application,
            case: r.case,
            kind: r.kind,
            ground: r.ground,
            matter: r.matter,
            until_on: r.until,
            recorded_at: r.recorded_at.into(),
            repaired_at: r.repaired_at.map(Moment::from),
        }
    }
}

/// 违诺记录与限制申请
#[utoipa::path(tag = "监督", params(ZonePath, PageQuery), responses((status = 200, description = "一页记录", body = Page<CreditView>)))]
#[get("/api/v1/zones/{zone}/credit-records")]
pub(crate) async fn list_credit_records(
    _: Caller<may::ListCreditRecords>,
    zone: InZone,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<CreditView>>, Problem> {
    let paging = Paging::new(&state, format!("credit/{}", zone.zone), query.0.limit, query.0.cursor)?;
    let (number, (before, wanted)) = (zone.zone, paging.wanted());
    let found = state.db.read(move |tx| credit::list(tx, number, before, wanted)).await?;
    Ok(Json(paging.page(found, |r| r.id, CreditView::from)))
}

/// The breach was repaired.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepairCredit {
    /// How.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "已补办许可并缴纳罚款")]
    reason: String,
}

/// 信用修复
#[utoipa::path(
    tag = "监督",
    params(ZonePath, ("id" = Uuid, Path, description = "记录标识")),
    request_body = RepairCredit,
    responses((status = 200, description = "记录", body = CreditView))
)]
#[post("/api/v1/zones/{zone}/credit-records/{id}/repair")]
pub(crate) async fn repair_credit(
    caller: Caller<may::RepairCredit>,
    zone: InZone,
    id: Segment<Uuid>,
    body: Valid<RepairCredit>,
    state: Data<AppState>,
) -> Result<Json<CreditView>, Problem> {
    let (snapshot, acting, reason) = (zone.0.clone(), caller.acting(), body.value.reason);
    let repaired = state.db.write(move |tx| workflow::credit::repair(tx, &snapshot, id.0, &reason, &acting)).await;
    match repaired {
        Ok(record) => Ok(Json(record.into())),
        Err(Error::NotFound) => Err(Problem::new(ErrorCode::NotFound)),
        Err(error) => Err(error.into()),
    }
}
