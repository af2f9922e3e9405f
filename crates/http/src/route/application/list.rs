//! The caller's own list.

use crate::AppState;
use crate::cursor;
use crate::extract::{Caller, InZone, Params, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationSummary;
use crate::view::page::{Count, CountMode, Page, page};
use actix_web::get;
use actix_web::web::{Data, Json};
use domain::local_time::date_of;
use persistence::DbError;
use persistence::application::{count_mine, list_mine};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;
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
    let (keys, name) = (state.db.keys(), format!("applications/{}/{}", zone.zone, caller.account));
    let before: Option<Uuid> = query.0.cursor.as_deref().map(|c| cursor::read(keys, &name, c)).transpose()?;
    let (number, account, limit) = (zone.zone, caller.account, usize::from(query.0.limit.unwrap_or(20)));
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let count = query.0.count;
    let read = state.db.read(move |tx| {
        let counted = count.map(|CountMode::Bounded| count_mine(tx, number, account)).transpose()?;
        Ok::<_, DbError>((list_mine(tx, number, account, before, wanted)?, counted, tx.now()))
    });
    let (mut found, counted, now) = read.await?;
    for listed in &mut found {
        settle_cases(&mut listed.cases, now, &zone);
    }
    let found = page(found, limit, |l| cursor::write(keys, &name, &l.application.id));
    let items = found.items.into_iter().map(|l| ApplicationSummary::new(l, &zone.catalogue, date_of(now))).collect();
    Ok(Json(Page { items, next: found.next, count: counted.map(Count::bounded) }))
}
