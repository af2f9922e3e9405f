//! The register of delegated matters (赋权清单) and the way into force.

use crate::AppState;
use crate::extract::{Anyone, Caller, IdempotencyKey, InZone, Params, Segment, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use crate::view::page::{Page, Paging};
use actix_web::web::{Data, Json};
use actix_web::{get, patch};
use chrono::NaiveDate;
use domain::catalogue::DelegatedState;
use persistence::delegation::{self, DelegatedMatter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;
use workflow::catalogue::move_matter;

/// A delegated matter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DelegatedMatter)]
pub(crate) struct DelegatedView {
    /// Code.
    #[schema(example = "dm-001")]
    code: String,
    /// Name.
    name: String,
    /// The body that hands it over.
    #[schema(example = "衡阳市住房和城乡建设局")]
    delegating_body: String,
    /// Code of the department that takes it.
    #[schema(example = "HUC")]
    department: String,
    /// The system it is handled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    /// Where it stands.
    state: DelegatedState,
    /// The same in Chinese.
    #[schema(example = "已承接")]
    state_text: &'static str,
    /// First day it is handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_from: Option<NaiveDate>,
    /// First day it no longer is.
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_to: Option<NaiveDate>,
    /// The document it rests on.
    basis: String,
}

impl From<DelegatedMatter> for DelegatedView {
    fn from(m: DelegatedMatter) -> Self {
        Self {
            code: m.code,
            name: m.name,
            delegating_body: m.delegating_body,
            department: m.department,
            system: m.system,
            state: m.state,
            state_text: m.state.label(),
            effective_from: m.effective_from,
            effective_to: m.effective_to,
            basis: m.basis,
        }
    }
}

/// Which delegated matters.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DelegatedQuery {
    /// 承接部门代码
    #[validate(length(max = 50, message = "最多50个字符"))]
    department: Option<String>,
    /// 状态
    state: Option<DelegatedState>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 赋权事项清单
#[utoipa::path(tag = "赋权", params(ZonePath, DelegatedQuery), responses((status = 200, description = "一页赋权事项", body = Page<DelegatedView>)))]
#[get("/api/v1/zones/{zone}/delegated-matters")]
pub(crate) async fn list_delegated_matters(
    _: Anyone<may::ListDelegatedMatters>,
    zone: InZone,
    query: Params<DelegatedQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<DelegatedView>>, Problem> {
    let DelegatedQuery { department, state: state_wanted, limit, cursor } = query.0;
    let paging = Paging::new(&state, format!("delegated/{}/{department:?}/{state_wanted:?}", zone.zone), limit, cursor)?;
    let (number, (after, wanted)) = (zone.zone, paging.wanted());
    let read = state.db.read(move |tx| delegation::list(tx, number, department.as_deref(), state_wanted, after.as_deref(), wanted));
    Ok(Json(paging.page(read.await?, |m| m.code.clone(), DelegatedView::from)))
}

/// Counts of one department.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegatedOfDepartment {
    /// Code of the department.
    #[schema(example = "HUC")]
    department: String,
    /// Its name.
    #[schema(example = "建设局")]
    name: String,
    /// Matters that are not cancelled.
    total: i64,
    /// By state.
    states: BTreeMap<DelegatedState, i64>,
}

/// Counts of the register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DelegatedSummary {
    /// Matters that are not cancelled.
    #[schema(example = 346)]
    total: i64,
    /// Handled by the zone.
    in_force: i64,
    /// Taken out.
    cancelled: i64,
    /// Departments that take them.
    #[schema(example = 12)]
    departments: usize,
    /// Department by department.
    items: Vec<DelegatedOfDepartment>,
}

/// 赋权事项汇总：按部门、按状态
#[utoipa::path(tag = "赋权", params(ZonePath), responses((status = 200, description = "汇总", body = DelegatedSummary)))]
#[get("/api/v1/zones/{zone}/delegated-matters/summary")]
pub(crate) async fn get_delegated_summary(
    _: Anyone<may::GetDelegatedSummary>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<DelegatedSummary>, Problem> {
    let number = zone.zone;
    let counted = state.db.read(move |tx| delegation::count(tx, number)).await?;
    let mut by_department: BTreeMap<String, BTreeMap<DelegatedState, i64>> = BTreeMap::new();
    for (department, standing, n) in &counted {
        by_department.entry(department.clone()).or_default().insert(*standing, *n);
    }
    let live =
        |states: &BTreeMap<DelegatedState, i64>| states.iter().filter(|(s, _)| **s != DelegatedState::Cancelled).map(|(_, n)| n).sum();
    let of = |wanted: DelegatedState| counted.iter().filter(|(_, s, _)| *s == wanted).map(|(_, _, n)| n).sum();
    let name = |code: &str| zone.catalogue.zone.department(code).map_or_else(String::new, |d| d.name.clone());
    let items: Vec<DelegatedOfDepartment> = by_department
        .into_iter()
        .map(|(department, states)| DelegatedOfDepartment { name: name(&department), total: live(&states), department, states })
        .collect();
    Ok(Json(DelegatedSummary {
        total: items.iter().map(|i| i.total).sum(),
        in_force: of(DelegatedState::InForce),
        cancelled: of(DelegatedState::Cancelled),
        departments: items.iter().filter(|i| i.total > 0).count(),
        items,
    }))
}

/// Where a matter goes.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MoveDelegated {
    /// The next state.
    state: DelegatedState,
}

/// 推进承接：拟承接→申请账号→已培训→已承接
#[utoipa::path(tag = "赋权", params(ZonePath, ("code" = String, Path, description = "赋权事项代码", example = "dm-001")), request_body = MoveDelegated, responses((status = 200, description = "赋权事项", body = DelegatedView)))]
#[patch("/api/v1/zones/{zone}/delegated-matters/{code}")]
pub(crate) async fn move_delegated_matter(
    caller: Caller<may::MoveDelegatedMatter>,
    zone: InZone,
    code: Segment<String>,
    body: Valid<MoveDelegated>,
    state: Data<AppState>,
) -> Result<Json<DelegatedView>, Problem> {
    let editing = editing(&caller, &zone, &state, IdempotencyKey(None), Vec::new());
    let moved = state.db.write(move |tx| move_matter(tx, &editing, &code.0, body.value.state)).await?;
    Ok(Json(moved.into()))
}
