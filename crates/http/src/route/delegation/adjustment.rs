//! What goes in and out (能进能出), batch by batch.

use crate::AppState;
use crate::extract::{Anyone, Caller, IdempotencyKey, InZone, Params, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::route::catalogue::editing;
use crate::view::Moment;
use crate::view::page::{Page, Paging};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use chrono::NaiveDate;
use domain::catalogue::{AdjustmentKind, DelegatedState};
use persistence::delegation::{self, Adjustment, DelegatedMatter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::catalogue::{Adjusting, AdjustmentLine, adjust};

/// A matter as it is to stand.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentInput {
    /// What happens to it.
    kind: AdjustmentKind,
    /// Code.
    #[schema(example = "dm-347")]
    #[validate(length(min = 1, max = 80, message = "应为1至80个字符"))]
    code: String,
    /// Name; needed unless it is taken out.
    #[serde(default)]
    #[validate(length(max = 200, message = "最多200个字"))]
    name: String,
    /// The body that hands it over; needed unless it is taken out.
    #[serde(default)]
    #[validate(length(max = 200, message = "最多200个字"))]
    delegating_body: String,
    /// Code of the department that takes it; needed unless it is taken out.
    #[serde(default)]
    department: String,
    /// The system it is handled in.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    system: Option<String>,
    /// Where a new one begins; in force if absent.
    state: Option<DelegatedState>,
    /// Why.
    #[schema(example = "无实质意义，予以取消")]
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    reason: String,
}

/// A batch of adjustments.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustDelegation {
    /// The document behind it.
    #[schema(example = "衡行审函〔2024〕1号（示例）")]
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    document: String,
    /// First day it holds.
    effective_on: NaiveDate,
    /// What changes.
    #[validate(nested, length(min = 1, max = 1000, message = "应为1至1000项"))]
    lines: Vec<AdjustmentInput>,
}

/// What went in or out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DelegationAdjustment)]
pub(crate) struct AdjustmentView {
    /// Identity.
    id: Uuid,
    /// Its batch.
    batch: Uuid,
    /// What happened.
    kind: AdjustmentKind,
    /// Code of the matter.
    #[schema(example = "dm-012")]
    code: String,
    /// Its name.
    name: String,
    /// Why.
    reason: String,
    /// The document behind it.
    document: String,
    /// First day it holds.
    effective_on: NaiveDate,
    /// When it was entered.
    entered_at: Moment,
}

impl From<Adjustment> for AdjustmentView {
    fn from(a: Adjustment) -> Self {
        Self {
            id: a.id,
            batch: a.batch,
            kind: a.kind,
            code: a.code,
            name: a.name,
            reason: a.reason,
            document: a.document,
            effective_on: a.effective_on,
            entered_at: a.created_at.into(),
        }
    }
}

/// What a batch did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdjustmentBatch {
    /// Its lines.
    items: Vec<AdjustmentView>,
}

/// 动态调整：新增、取消、变更，整批生效
#[utoipa::path(tag = "赋权", params(ZonePath, ("Idempotency-Key" = Option<String>, Header, description = "重复请求只执行一次")), request_body = AdjustDelegation, responses((status = 201, description = "已调整", body = AdjustmentBatch)))]
#[post("/api/v1/zones/{zone}/delegated-matters/adjustments")]
pub(crate) async fn adjust_delegation(
    caller: Caller<may::AdjustDelegation>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<AdjustDelegation>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let editing = editing(&caller, &zone, &state, key, body.digest);
    let line = |l: AdjustmentInput| AdjustmentLine {
        kind: l.kind,
        reason: l.reason,
        matter: DelegatedMatter {
            code: l.code,
            name: l.name,
            delegating_body: l.delegating_body,
            department: l.department,
            system: l.system,
            state: l.state.unwrap_or(DelegatedState::InForce),
            effective_from: None,
            effective_to: None,
            basis: body.value.document.clone(),
        },
    };
    let lines = body.value.lines.into_iter().map(line).collect();
    let batch = Adjusting { document: body.value.document.clone(), effective_on: body.value.effective_on, lines };
    let made = state.db.write(move |tx| adjust(tx, &editing, batch)).await?;
    state.snapshots.poll(&state.db).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(AdjustmentBatch { items: made.into_iter().map(AdjustmentView::from).collect() }))
}

/// Which adjustments.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AdjustmentQuery {
    /// 新增、取消或者变更
    kind: Option<AdjustmentKind>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 调整记录，每项都有理由和文件
#[utoipa::path(tag = "赋权", params(ZonePath, AdjustmentQuery), responses((status = 200, description = "一页调整记录", body = Page<AdjustmentView>)))]
#[get("/api/v1/zones/{zone}/delegated-matters/adjustments")]
pub(crate) async fn list_delegation_adjustments(
    _: Anyone<may::ListDelegationAdjustments>,
    zone: InZone,
    query: Params<AdjustmentQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<AdjustmentView>>, Problem> {
    let AdjustmentQuery { kind, limit, cursor } = query.0;
    let paging = Paging::new(&state, format!("adjustments/{}/{kind:?}", zone.zone), limit, cursor)?;
    let (number, (before, wanted)) = (zone.zone, paging.wanted());
    let found = state.db.read(move |tx| delegation::list_adjustments(tx, number, kind, before, wanted)).await?;
    Ok(Json(paging.page(found, |a| a.id, AdjustmentView::from)))
}
