//! The public catalogue, from memory.

use crate::AppState;
use crate::etag::{Caching, remembered, tagged};
use crate::extract::{Anyone, InZone, Params, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::catalogue::{
    BundleSummary, BundleView, DepartmentView, Departments, IntermediaryServices, MatterSummary, MatterView, Places, ZoneView, Zones,
};
use crate::view::guide::Guide;
use crate::view::page::{Count, CountMode, Page, Paging};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::assessment::Facts;
use domain::catalogue::{Audience, Bundle, CaseKind, Channel, Matter, MatterType, Stage, Subject, Way, Zone};
use domain::local_time::date_of;
use search::HitKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::IntoParams;
use validator::Validate;

/// 园区列表
#[utoipa::path(tag = "目录", responses((status = 200, description = "全部园区", body = Zones)))]
#[get("/api/v1/zones")]
pub(crate) async fn list_zones(_: Anyone<may::ListZones>, state: Data<AppState>, request: HttpRequest) -> HttpResponse {
    let items = state.snapshots.zones().iter().map(|s| ZoneView::from(s.catalogue.zone.as_ref())).collect();
    tagged(&request, &Zones { items }, None, Caching::Public)
}

/// 园区
#[utoipa::path(tag = "目录", params(ZonePath), responses((status = 200, description = "园区", body = ZoneView)))]
#[get("/api/v1/zones/{zone}")]
pub(crate) async fn get_zone(_: Anyone<may::GetZone>, zone: InZone, request: HttpRequest) -> HttpResponse {
    tagged(&request, &ZoneView::from(zone.catalogue.zone.as_ref()), None, Caching::Public)
}

/// 部门列表
#[utoipa::path(tag = "目录", params(ZonePath), responses((status = 200, description = "全部部门", body = Departments)))]
#[get("/api/v1/zones/{zone}/departments")]
pub(crate) async fn list_departments(_: Anyone<may::ListDepartments>, zone: InZone, request: HttpRequest) -> HttpResponse {
    tagged(&request, &Departments { items: zone.catalogue.zone.departments.clone() }, None, Caching::Public)
}

/// 场所列表：大厅、驿站、政务超市
#[utoipa::path(tag = "目录", params(ZonePath), responses((status = 200, description = "全部场所", body = Places)))]
#[get("/api/v1/zones/{zone}/places")]
pub(crate) async fn list_places(_: Anyone<may::ListPlaces>, zone: InZone, request: HttpRequest) -> HttpResponse {
    tagged(&request, &Places { items: zone.catalogue.zone.places.clone() }, None, Caching::Public)
}

/// 部门及其事项
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "部门代码", example = "HUC")), responses((status = 200, description = "部门", body = DepartmentView)))]
#[get("/api/v1/zones/{zone}/departments/{code}")]
pub(crate) async fn get_department(
    _: Anyone<may::GetDepartment>,
    zone: InZone,
    code: Segment<String>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    remembered(&request, &state, &zone, || {
        let profile = &zone.catalogue.zone;
        let department = profile.department(&code.0).cloned().ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
        let own = zone.catalogue.current_matters(date_of(state.db.clock().now())).filter(|m| m.document.department == department.code);
        let matters = own.map(|m| MatterSummary::new(&m.document, profile)).collect();
        Ok(DepartmentView { presence_text: department.presence.label(), department, matters })
    })
}

/// 中介服务清单
#[utoipa::path(tag = "目录", params(ZonePath), responses((status = 200, description = "中介服务", body = IntermediaryServices)))]
#[get("/api/v1/zones/{zone}/intermediary-services")]
pub(crate) async fn list_intermediary_services(
    _: Anyone<may::ListIntermediaryServices>,
    zone: InZone,
    request: HttpRequest,
) -> HttpResponse {
    tagged(&request, &IntermediaryServices { items: zone.catalogue.zone.intermediary_services.clone() }, None, Caching::Public)
}

/// Which matters to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MatterQuery {
    /// 名称、俗称、拼音或者首字母；按相关程度排列，最多一百条
    #[validate(length(max = 100, message = "最多100个字"))]
    q: Option<String>,
    /// 服务对象
    audience: Option<Audience>,
    /// 部门代码
    department: Option<String>,
    /// 办理形式
    way: Option<Channel>,
    /// 事项类型
    matter_type: Option<MatterType>,
    /// 办件类型
    case_kind: Option<CaseKind>,
    /// 能否网上办理
    online: Option<bool>,
    /// 办理场所代码
    place: Option<String>,
    /// 主题分类
    topic: Option<String>,
    /// 可容缺受理
    deferral: Option<bool>,
    /// 可告知承诺
    commitment: Option<bool>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<usize>,
    /// 上一页返回的游标
    cursor: Option<String>,
    /// 是否计数：bounded最多数到一千
    count: Option<CountMode>,
}

impl MatterQuery {
    fn matches(&self, matter: &Matter) -> bool {
        self.audience.is_none_or(|a| matter.audiences.contains(&a))
            && self.department.as_ref().is_none_or(|d| matter.department == *d)
            && self.way.is_none_or(|w| matter.channels.contains(&w))
            && self.matter_type.is_none_or(|t| matter.matter_type == t)
            && self.case_kind.is_none_or(|k| matter.case_kind == k)
            && self.online.is_none_or(|o| matter.online_depth.is_available() == o)
            && self.place.as_ref().is_none_or(|p| matter.handled_at.iter().any(|at| at.place == *p))
            && self.topic.as_ref().is_none_or(|t| matter.topics.contains(t))
            && self.deferral.is_none_or(|d| matter.deferral.is_some() == d)
            && self.commitment.is_none_or(|c| matter.commitment.is_some() == c)
    }

    /// The list with its filters: what a cursor is bound to.
    fn name(&self, zone: i32) -> String {
        let Self { q, audience, department, way, matter_type, case_kind, online, place, topic, deferral, commitment, .. } = self;
        format!("matters/{zone}/{:?}", (q, audience, department, way, matter_type, case_kind, online, place, topic, deferral, commitment))
    }
}

/// 事项列表
#[utoipa::path(tag = "目录", params(ZonePath, MatterQuery), responses((status = 200, description = "一页事项", body = Page<MatterSummary>)))]
#[get("/api/v1/zones/{zone}/matters")]
pub(crate) async fn list_matters(
    _: Anyone<may::ListMatters>,
    zone: InZone,
    query: Params<MatterQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let paging = Paging::<String>::new(&state, query.name(zone.zone), query.limit, query.cursor.clone())?;
    let (after, limit) = (paging.wanted().0, paging.limit);
    let today = date_of(state.db.clock().now());
    if let Some(q) = query.q.as_ref().filter(|q| !q.trim().is_empty()) {
        // By relevance: one page of what fits best.
        let hits = zone.search(q, today, MOST_HITS)?;
        let all = hits.len() < MOST_HITS;
        let found = hits.into_iter().filter(|h| h.kind == HitKind::Matter).filter_map(|h| zone.catalogue.matter(&h.code, today));
        let items: Vec<_> =
            found.filter(|m| query.matches(&m.document)).map(|m| MatterSummary::new(&m.document, &zone.catalogue.zone)).collect();
        let count = query.count.map(|CountMode::Bounded| Count { value: items.len(), exact: all });
        return Ok(tagged(&request, &Page { items: items.into_iter().take(limit).collect(), next: None, count }, None, Caching::Public));
    }
    let matters = || zone.catalogue.current_matters(today).filter(|m| query.matches(&m.document));
    let count = query.count.map(|CountMode::Bounded| Count::bounded(matters().take(COUNTED + 1).count()));
    let later = matters().filter(|m| after.as_ref().is_none_or(|a| m.document.code > *a)).take(limit + 1);
    let page = paging.page(later.collect(), |m| m.document.code.clone(), |m| MatterSummary::new(&m.document, &zone.catalogue.zone));
    let page = Page { count, ..page };
    Ok(tagged(&request, &page, None, Caching::Public))
}

/// The most hits a search looks at.
const MOST_HITS: usize = 400;
/// How far a list counts.
const COUNTED: usize = 1000;

/// 事项（当前版本）
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit")), responses((status = 200, description = "事项", body = MatterView)))]
#[get("/api/v1/zones/{zone}/matters/{code}")]
pub(crate) async fn get_matter(
    _: Anyone<may::GetMatter>,
    zone: InZone,
    code: Segment<String>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    remembered(&request, &state, &zone, || {
        let version = zone.catalogue.matter(&code.0, date_of(state.db.clock().now()));
        version.map(MatterView::from).ok_or_else(|| Problem::new(ErrorCode::NotFound))
    })
}

/// Answers given so far.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GuideQuery {
    /// 已选情形：`情形:选项`，多个以逗号分隔
    #[param(example = "permit_stage:excavation,expropriation:no")]
    #[validate(length(max = 2000, message = "最多2000个字"))]
    answers: Option<String>,
}

impl GuideQuery {
    /// The same from another query's answers.
    pub(super) fn of(answers: Option<String>) -> Self {
        Self { answers }
    }

    /// `situation:answer` pairs, or the same as a JSON object.
    pub(super) fn facts(&self, now: domain::local_time::Instant) -> Result<Facts, Problem> {
        let text = self.answers.as_deref().unwrap_or_default().trim();
        let wrong = || Problem::at(ErrorCode::InvalidQuery, "/answers", "wrong_format", "应为「情形:选项」，多个以逗号分隔");
        let answers: BTreeMap<String, String> = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|_| wrong())?
        } else {
            let pairs = text.split(',').filter(|p| !p.is_empty());
            let pair = |p: &str| p.split_once([':', '=']).map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned())).ok_or_else(wrong);
            pairs.map(pair).collect::<Result<_, _>>()?
        };
        Ok(Facts { answers, ..Facts::at(now) })
    }
}

/// 事项办事指南：按所选情形计算材料与时限
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "事项代码", example = "construction-permit"), GuideQuery), responses((status = 200, description = "办事指南", body = Guide)))]
#[get("/api/v1/zones/{zone}/matters/{code}/guide")]
pub(crate) async fn get_matter_guide(
    _: Anyone<may::GetMatterGuide>,
    zone: InZone,
    code: Segment<String>,
    query: Params<GuideQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    guide(&zone, Subject::Matter(&code.0), &query.0, &state, &request)
}

/// Which page of bundles.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BundleQuery {
    /// 服务对象
    audience: Option<Audience>,
    /// 办理方式：网上办、就近办、减证办、帮代办
    way: Option<Way>,
    /// 工程建设项目阶段
    stage: Option<Stage>,
    /// 牵头部门或者包含其事项的部门代码
    department: Option<String>,
    /// 办理场所代码
    place: Option<String>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<usize>,
    /// 上一页返回的游标
    cursor: Option<String>,
    /// 是否计数：bounded最多数到一千
    count: Option<CountMode>,
}

impl BundleQuery {
    fn matches(&self, bundle: &Bundle, zone: &Zone, matter: impl Fn(&str) -> Option<String>) -> bool {
        let of = |d: &String| bundle.lead_department == *d || bundle.members.iter().any(|m| matter(&m.matter).as_ref() == Some(d));
        self.audience.is_none_or(|a| bundle.audiences.contains(&a))
            && self.way.is_none_or(|w| bundle.supports(w, zone))
            && self.stage.is_none_or(|s| bundle.stage == Some(s))
            && self.department.as_ref().is_none_or(of)
            && self.place.as_ref().is_none_or(|p| bundle.places.contains(p))
    }
}

/// 一件事列表
#[utoipa::path(tag = "目录", params(ZonePath, BundleQuery), responses((status = 200, description = "一页一件事", body = Page<BundleSummary>)))]
#[get("/api/v1/zones/{zone}/bundles")]
pub(crate) async fn list_bundles(
    _: Anyone<may::ListBundles>,
    zone: InZone,
    query: Params<BundleQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let BundleQuery { audience, way, stage, department, place, .. } = &query;
    let list = format!("bundles/{}/{:?}", zone.zone, (audience, way, stage, department, place));
    let paging = Paging::<String>::new(&state, list, query.limit, query.cursor.clone())?;
    let (today, after, limit) = (date_of(state.db.clock().now()), paging.wanted().0, paging.limit);
    let department_of = |code: &str| zone.catalogue.matter(code, today).map(|m| m.document.department.clone());
    let bundles = || zone.catalogue.current_bundles(today).filter(|b| query.matches(&b.document, &zone.catalogue.zone, department_of));
    let later = bundles().filter(|b| after.as_ref().is_none_or(|a| b.document.code > *a)).take(limit + 1);
    let count = query.count.map(|CountMode::Bounded| Count::bounded(bundles().take(COUNTED + 1).count()));
    let page = paging.page(later.collect(), |b| b.document.code.clone(), |b| BundleSummary::from(b.document.as_ref()));
    let page = Page { count, ..page };
    Ok(tagged(&request, &page, None, Caching::Public))
}

/// 一件事（当前版本）
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn")), responses((status = 200, description = "一件事", body = BundleView)))]
#[get("/api/v1/zones/{zone}/bundles/{code}")]
pub(crate) async fn get_bundle(
    _: Anyone<may::GetBundle>,
    zone: InZone,
    code: Segment<String>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    remembered(&request, &state, &zone, || {
        let today = date_of(state.db.clock().now());
        let version = zone.catalogue.bundle(&code.0, today).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
        Ok(BundleView::new(version, &zone.catalogue, today))
    })
}

/// 一件事办事指南：一张表、一套材料
#[utoipa::path(tag = "目录", params(ZonePath, ("code" = String, Path, description = "一件事代码", example = "newborn"), GuideQuery), responses((status = 200, description = "办事指南", body = Guide)))]
#[get("/api/v1/zones/{zone}/bundles/{code}/guide")]
pub(crate) async fn get_bundle_guide(
    _: Anyone<may::GetBundleGuide>,
    zone: InZone,
    code: Segment<String>,
    query: Params<GuideQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    guide(&zone, Subject::Bundle(&code.0), &query.0, &state, &request)
}

fn guide(
    zone: &InZone,
    subject: Subject<'_>,
    query: &GuideQuery,
    state: &AppState,
    request: &HttpRequest,
) -> Result<HttpResponse, Problem> {
    remembered(request, state, zone, || {
        let now = state.db.clock().now();
        let plan = zone.plan(subject, date_of(now)).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
        Ok(Guide::new(&plan, &query.facts(now)?, zone))
    })
}
