//! Search over matters and bundles as people type.

use crate::AppState;
use crate::etag::remembered;
use crate::extract::{Anyone, InZone, Params, ZonePath, may};
use crate::problem::Problem;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::local_time::date_of;
use search::{HitKind, HitReason, Segment};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// What is looked for.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// 想办的事：名称、俗称、拼音、首字母，允许有错别字
    #[param(example = "开公司")]
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    q: String,
    /// 只找事项或者一件事
    kind: Option<HitKind>,
    /// 最多条数，1至50
    #[validate(range(min = 1, max = 50, message = "应为1至50"))]
    limit: Option<usize>,
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchHit {
    /// Matter or bundle.
    kind: HitKind,
    /// The same in Chinese.
    #[schema(example = "一件事")]
    kind_text: &'static str,
    /// Its code.
    #[schema(example = "start-business")]
    code: String,
    /// Its name.
    #[schema(example = "企业开办一件事")]
    name: String,
    /// The name in stretches; what was typed is marked.
    highlight: Vec<Segment>,
    /// Why it was found.
    reason: HitReason,
    /// Rank value; higher is better.
    #[schema(example = 1000)]
    score: u32,
}

/// What was found, the best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchHits {
    /// The hits.
    items: Vec<SearchHit>,
}

/// 搜索事项和一件事
#[utoipa::path(tag = "目录", params(ZonePath, SearchQuery), responses((status = 200, description = "按相关程度排列", body = SearchHits)))]
#[get("/api/v1/zones/{zone}/search")]
pub(crate) async fn search_catalogue(
    _: Anyone<may::SearchCatalogue>,
    zone: InZone,
    query: Params<SearchQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    remembered(&request, &state, &zone, || {
        let (today, limit) = (date_of(state.db.clock().now()), query.0.limit.unwrap_or(10));
        let mut hits = zone.search(&query.0.q, today, if query.0.kind.is_some() { 200 } else { limit })?;
        hits.retain(|h| query.0.kind.is_none_or(|k| h.kind == k));
        let hit = |h: search::Hit| SearchHit {
            kind: h.kind,
            kind_text: h.kind.label(),
            code: h.code,
            name: h.highlight.iter().map(|s| s.text.as_str()).collect(),
            highlight: h.highlight,
            reason: h.reason,
            score: h.score,
        };
        Ok(SearchHits { items: hits.into_iter().take(limit).map(hit).collect() })
    })
}
