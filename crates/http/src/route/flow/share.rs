//! Bring materials by e-licence and data sharing; sources and how they are.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, InZone, Target, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use domain::assessment::Assessment;
use domain::flow::{ShareOutcome, beyond_approval};
use domain::reason::Reason;
use integrations::data_share::{Answer, Health, Query};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;
use workflow::Error;
use workflow::application::{Asks, Told, asks, enter_shared};

/// What is to be asked for; nothing = everything that is missing and approved.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareMaterials {
    /// Only this material.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字符"))]
    #[schema(example = "business-licence")]
    material: Option<String>,
    /// Only these fields, all of them approved for the material.
    #[serde(default)]
    #[validate(length(max = 50, message = "最多50个字段"))]
    fields: Vec<String>,
}

/// What came of one question.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedView {
    /// Code of the material.
    #[schema(example = "business-licence")]
    material: String,
    /// Code of the source; `licences` for the zone's own e-licences.
    #[schema(example = "firm-registry")]
    source: String,
    /// What came of it.
    outcome: ShareOutcome,
    /// In Chinese; what to do where it did not come.
    #[schema(example = "已查得")]
    text: String,
}

/// What was brought, and how the application stands now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SharedMaterials {
    /// Every question and its answer.
    items: Vec<SharedView>,
    /// How the application stands.
    assessment: Option<Assessment>,
}

impl SharedView {
    fn new(told: &Told) -> Self {
        let (material, source) = (told.material.clone(), told.source.clone());
        Self { material, source, outcome: told.outcome, text: told.outcome.advice() }
    }
}

/// 调取电子证照和共享数据，减少提交材料（取不到的改为上传，不影响申报）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = uuid::Uuid, Path, description = "申请标识")),
    request_body = ShareMaterials,
    responses((status = 200, description = "调取结果", body = SharedMaterials))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/shared-materials")]
pub(crate) async fn share_materials(
    on: Target<may::ShareMaterials>,
    body: Valid<ShareMaterials>,
) -> Result<Json<SharedMaterials>, Problem> {
    let ShareMaterials { material, fields } = body.value;
    let (state, zone, acting, id) = (&on.state, on.zone.0.clone(), on.caller.acting(), on.id);
    let (snapshot, asking) = (zone.clone(), acting.clone());
    let mut found = state.db.read(move |tx| asks(tx, &snapshot, id, &asking)).await?;
    if material.is_none() && !fields.is_empty() {
        return Err(Problem::at(ErrorCode::InvalidBody, "/fields", "material_required", "限定字段时应同时指明材料"));
    }
    if let Some(material) = &material {
        if let Some(reason) = beyond_approval(&zone.catalogue.zone, material, &fields).filter(|_| !fields.is_empty()) {
            return Err(Problem::at(ErrorCode::NotAllowed, "/fields", &reason.code, reason.text));
        }
        found.licences.retain(|(m, _)| m == material);
        found.data.retain(|(m, ..)| m == material);
    }
    let told = ask_sources(&on, &found, &fields).await;
    let mut items: Vec<SharedView> = told.iter().map(SharedView::new).collect();
    items.extend(found.licences.iter().map(|(material, _)| SharedView {
        material: material.clone(),
        source: persistence::share_call::OWN_STORE.to_owned(),
        outcome: ShareOutcome::Found,
        text: ShareOutcome::Found.advice(),
    }));
    let snapshot = zone.clone();
    let write = move |tx: &mut persistence::Tx<'_>| enter_shared(tx, &snapshot, id, &found, told, &acting);
    let entered = state.db.write(write).await.map_err(|e: Error| Problem::from(e))?;
    let changed = || Reason::new("not_open", "申请已变更或者已受理，请重新调取", "在线政务服务若干规定 7");
    let dossier = entered.ok_or_else(|| Problem::from(Error::StateForbids(changed())))?;
    Ok(Json(SharedMaterials { items, assessment: dossier.assess(&zone) }))
}

/// Asks every source once, side by side, outside of any transaction.
async fn ask_sources(on: &Target<may::ShareMaterials>, asks: &Asks, only: &[String]) -> Vec<Told> {
    let Some(identifier) = &asks.identifier else { return Vec::new() };
    let ask = async |(material, source, approved): &(String, String, Vec<String>)| {
        let fields: Vec<String> = approved.iter().filter(|f| only.is_empty() || only.contains(f)).cloned().collect();
        let purpose = asks.purpose.clone();
        let query = Query { source: source.clone(), identifier: identifier.clone(), fields: fields.clone(), purpose };
        let (outcome, evidence, size) = match on.state.ports.data_share.query(&query).await {
            Ok(Answer::Found { fields: told, evidence }) => {
                (ShareOutcome::of_fields(told.len(), approved.len()), Some(evidence), told.len())
            }
            Ok(Answer::NotFound) => (ShareOutcome::NotFound, None, 0),
            Ok(Answer::Mismatch) => (ShareOutcome::Mismatch, None, 0),
            Err(_) => (ShareOutcome::Unavailable, None, 0),
        };
        Told { material: material.clone(), source: source.clone(), fields, outcome, evidence, size }
    };
    futures_util::future::join_all(asks.data.iter().map(ask)).await
}

/// A source of data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DataSourceHealth)]
pub(crate) struct SourceView {
    /// Code.
    #[schema(example = "firm-registry")]
    code: String,
    /// Name.
    #[schema(example = "市场主体登记信息")]
    name: String,
    /// The body that provides it.
    #[schema(example = "市场监督管理部门")]
    provider: String,
    /// Document of the approval.
    approval: String,
    /// Which fields may bring which material.
    grants: Vec<domain::catalogue::DataGrant>,
    /// How it is: `ok`, `degraded`, `down`.
    #[schema(example = "ok")]
    health: &'static str,
}

/// Sources of data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DataSources {
    /// How many.
    #[schema(example = 12)]
    total: usize,
    /// The sources.
    items: Vec<SourceView>,
}

/// 数据共享来源及其状态
#[utoipa::path(tag = "公开", params(ZonePath), responses((status = 200, description = "数据源", body = DataSources)))]
#[get("/api/v1/zones/{zone}/data-sources")]
pub(crate) async fn list_data_sources(
    _: Anyone<may::ListDataSources>,
    zone: InZone,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let health = |code: &str| match state.ports.data_share.health(code) {
        Health::Ok => "ok",
        Health::Degraded => "degraded",
        Health::Down => "down",
    };
    let sources = zone.catalogue.zone.data_sources.iter();
    let items: Vec<SourceView> = sources
        .map(|s| SourceView {
            code: s.code.clone(),
            name: s.name.clone(),
            provider: s.provider.clone(),
            approval: s.approval.clone(),
            grants: s.grants.clone(),
            health: health(&s.code),
        })
        .collect();
    Ok(tagged(&request, &DataSources { total: items.len(), items }, None, Caching::Public))
}
