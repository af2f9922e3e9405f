//! The public register of grants (行政许可法 40).

use crate::AppState;
use crate::extract::{Anyone, InZone, Params, ZonePath, may};
use crate::problem::Problem;
use crate::view::page::{Page, Paging};
use crate::view::{Moment, masked};
use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use persistence::certificate::{Certificate, CertificateState, RegisterPosition, list_register as list};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// Which grants.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RegisterQuery {
    /// 事项代码
    #[param(example = "construction-permit")]
    matter: Option<String>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// One grant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisterLine {
    /// Number of the certificate.
    #[schema(example = "Z4304762024101020000017")]
    certificate_no: String,
    /// Code of the matter.
    #[schema(example = "construction-permit")]
    matter: String,
    /// Name of the result.
    #[schema(example = "建筑工程施工许可证")]
    name: String,
    /// The holder; persons are masked.
    #[schema(example = "天嘉置业（示例）有限公司")]
    holder: String,
    /// Name of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "天嘉·上河九章")]
    project_name: Option<String>,
    /// What it covers.
    scope: Vec<String>,
    /// When it was granted.
    granted_at: Moment,
    /// Last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<NaiveDate>,
    /// Where it stands.
    state: CertificateState,
    /// The certificate it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// What is printed on it besides: what was granted before everything had come.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "本件为容缺通过：「建设工程规划许可证」应于2024-11-08前补齐。依据：容缺办理事项清单。")]
    remark: Option<String>,
}

impl From<Certificate> for RegisterLine {
    fn from(c: Certificate) -> Self {
        Self {
            holder: masked::listed_name(c.holder_kind, c.holder),
            certificate_no: c.number,
            matter: c.matter,
            name: c.name,
            project_name: c.project_name,
            scope: c.scope,
            granted_at: c.granted_at.into(),
            valid_until: c.valid_until,
            state: c.state,
            replaces: c.replaces,
            remark: c.remark,
        }
    }
}

/// 准予决定公示
#[utoipa::path(tag = "公开", params(ZonePath, RegisterQuery), responses((status = 200, description = "一页准予决定", body = Page<RegisterLine>)))]
#[get("/api/v1/zones/{zone}/register")]
pub(crate) async fn list_register(
    _: Anyone<may::ListRegister>,
    zone: InZone,
    query: Params<RegisterQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<RegisterLine>>, Problem> {
    let RegisterQuery { matter, limit, cursor } = query.0;
    let paging = Paging::new(&state, format!("register/{}/{matter:?}", zone.zone), limit, cursor)?;
    let (number, (before, wanted)) = (zone.zone, paging.wanted());
    let found = state.db.read(move |tx| list(tx, number, matter.as_deref(), before.as_ref(), wanted)).await?;
    Ok(Json(paging.page(found, RegisterPosition::of, RegisterLine::from)))
}
