//! The caller's own list.

use crate::AppState;
use crate::extract::{Caller, InZone, Params, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationSummary;
use crate::view::page::{Count, CountMode, Page, Paging};
use actix_web::get;
use actix_web::web::{Data, Json};
use domain::local_time::date_of;
use persistence::DbError;
use persistence::application::{count_mine, list_mine};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;
use workflow::settle_cases;

/// Which page.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
    /// 是否计数：bounded最多数到一千
    count: Option<CountMode>,
}

/// 我的申请：最新的在前
#[utoipa::path(tag = "申报", params(ZonePath, ListQuery), responses((status = 200, description = "一页申请", body = Page<ApplicationSummary>)))]
#[get("/api/v1/zones/{zone}/applications")]
pub(crate) async fn list_applications(
    caller: Caller<may::ListApplications>,
    zone: InZone,
    query: Params<ListQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<ApplicationSummary>>, Problem> {
    let ListQuery { limit, cursor, count } = query.0;
    let (number, account) = (zone.zone, caller.account);
    let paging = Paging::new(&state, format!("applications/{number}/{account}"), limit, cursor)?;
    let (before, wanted) = paging.wanted();
    let read = state.db.read(move |tx| {
        let counted = count.map(|CountMode::Bounded| count_mine(tx, number, account)).transpose()?;
        Ok::<_, DbError>((list_mine(tx, number, account, before, wanted)?, counted, tx.now()))
    });
    let (mut found, counted, now) = read.await?;
    for listed in &mut found {
        settle_cases(&mut listed.cases, now, &zone);
    }
    let page = paging.page(found, |l| l.application.id, |l| ApplicationSummary::new(l, &zone.catalogue, date_of(now)));
    Ok(Json(Page { count: counted.map(Count::bounded), ..page }))
}
