//! The desk of clerks, examiners and supervisors.

use crate::AppState;
use crate::extract::{Caller, InZone, Params, ZonePath, may};
use crate::problem::Problem;
use crate::view::case::CaseView;
use crate::view::masked;
use crate::view::page::{Count, CountMode, Page, Paging};
use actix_web::get;
use actix_web::web::{Data, Json};
use domain::application::{CaseState, Light};
use persistence::DbError;
use persistence::application::{DeskFilter, count_desk_cases, list_desk_cases as list};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::settle_cases;

/// Which cases to list.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeskQuery {
    /// 办件状态
    state: Option<CaseState>,
    /// 红黄灯
    light: Option<Light>,
    /// 部门代码
    department: Option<String>,
    /// 只看本人领办的
    #[serde(default)]
    mine: bool,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
    /// 是否计数：bounded最多数到一千
    count: Option<CountMode>,
}

/// One case of a queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeskLine {
    /// Identity of its application.
    application: Uuid,
    /// 申办流水号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4304762024092710000015")]
    submission_no: Option<String>,
    /// The applicant, masked.
    #[schema(example = "张*")]
    applicant: String,
    /// The case.
    case: CaseView,
}

/// 办件队列：最紧急的在前
#[utoipa::path(tag = "窗口", params(ZonePath, DeskQuery), responses((status = 200, description = "一页办件", body = Page<DeskLine>)))]
#[get("/api/v1/zones/{zone}/desk/cases")]
pub(crate) async fn list_desk_cases(
    caller: Caller<may::ListDeskCases>,
    zone: InZone,
    query: Params<DeskQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<DeskLine>>, Problem> {
    let DeskQuery { state: case_state, light, department, mine, limit, cursor, count } = query.0;
    let name = format!("desk/{}/{case_state:?}/{light:?}/{department:?}/{mine}", zone.zone);
    let paging = Paging::new(&state, name, limit, cursor)?;
    let (number, scope, (after, wanted)) = (zone.zone, caller.scope(), paging.wanted());
    let handler = mine.then_some(caller.account);
    let filter = DeskFilter { state: case_state, light, department, handler };
    let read = state.db.read(move |tx| {
        let counted = count.map(|CountMode::Bounded| count_desk_cases(tx, number, &scope, &filter)).transpose()?;
        Ok::<_, DbError>((list(tx, number, &scope, &filter, after, wanted)?, counted, tx.now()))
    });
    let (mut found, counted, now) = read.await?;
    for line in &mut found {
        settle_cases(std::slice::from_mut(&mut line.case), now, &zone);
    }
    let seat = caller.seat();
    let line = |d: persistence::application::DeskCase| DeskLine {
        application: d.application,
        submission_no: d.submission_no,
        applicant: masked::listed_name(d.applicant_kind, d.applicant),
        case: CaseView::new(d.case, &zone.catalogue, now, Some((&seat, false))),
    };
    Ok(Json(Page { count: counted.map(Count::bounded), ..paging.page(found, |line| line.position, line) }))
}
