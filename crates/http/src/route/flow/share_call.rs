//! The record of every use of an e-licence and of other bodies' data.

use super::licence::require_holder;
use crate::AppState;
use crate::extract::{Caller, InZone, Params, Segment, ZonePath, may};
use crate::problem::Problem;
use crate::view::Moment;
use crate::view::page::{Page, PageQuery, Paging};
use actix_web::get;
use actix_web::web::{Data, Json};
use persistence::application::find_application_of;
use persistence::certificate;
use persistence::instrument;
use persistence::share_call::{self, CallFilter, ShareCall};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::{Dossier, Error};

/// One use of an e-licence or of a data source.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShareCall)]
pub(crate) struct CallView {
    /// Identity.
    id: Uuid,
    /// Code of the source; `licences` for the zone's own e-licences, `documents` for what applicants handed in.
    #[schema(example = "firm-registry")]
    source: String,
    /// Number of the certificate, or the evidence of the other system.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// The application it was for.
    application: Uuid,
    /// Code of the material.
    #[schema(example = "business-licence")]
    material: String,
    /// Fields asked for.
    fields: Vec<String>,
    /// What for.
    purpose: String,
    /// What came of it.
    outcome: domain::flow::ShareOutcome,
    /// Fields that came.
    size: i32,
    /// Who asked.
    called_by: Uuid,
    /// When.
    called_at: Moment,
}

impl From<ShareCall> for CallView {
    fn from(c: ShareCall) -> Self {
        let ShareCall { id, source, reference, application, material, fields, purpose, outcome, size, called_by, called_at } = c;
        Self { id, source, reference, application, material, fields, purpose, outcome, size, called_by, called_at: called_at.into() }
    }
}

/// Uses of one e-licence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceUses {
    /// Newest first, at most 100.
    items: Vec<CallView>,
}

/// 本人证照的使用记录
#[utoipa::path(tag = "证照", params(ZonePath, ("id" = Uuid, Path, description = "颁发证照的办件标识")), responses((status = 200, description = "使用记录", body = LicenceUses)))]
#[get("/api/v1/zones/{zone}/cases/{id}/licence-uses")]
pub(crate) async fn list_licence_uses(
    caller: Caller<may::ListLicenceUses>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<LicenceUses>, Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let read = state.db.read(move |tx| {
        let application = find_application_of(tx, snapshot.zone, id.0)?.ok_or(Error::NotFound)?;
        require_holder(&Dossier::read_for(tx, &snapshot, application, &acting)?, &acting)?;
        let certificate = certificate::find_of_case(tx, snapshot.zone, id.0)?.ok_or(Error::NotFound)?;
        let filter = CallFilter { reference: Some(certificate.number), ..CallFilter::default() };
        Ok::<_, Error>(share_call::list(tx, snapshot.zone, &filter, None, 100)?)
    });
    Ok(Json(LicenceUses { items: read.await?.into_iter().map(CallView::from).collect() }))
}

/// 材料、申请表、证照文件的查阅和使用记录（何人、为何事）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, PageQuery, ("id" = Uuid, Path, description = "申请标识")),
    responses((status = 200, description = "一页使用记录", body = Page<CallView>))
)]
#[get("/api/v1/zones/{zone}/applications/{id}/material-uses")]
pub(crate) async fn list_material_uses(
    caller: Caller<may::ListMaterialUses>,
    zone: InZone,
    id: Segment<Uuid>,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<CallView>>, Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let paging = Paging::new(&state, format!("material-uses/{}/{}", zone.zone, id.0), query.0.limit, query.0.cursor)?;
    let (before, wanted) = paging.wanted();
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read_for(tx, &snapshot, id.0, &acting)?;
        require_holder(&dossier, &acting)?;
        let mut of: Vec<String> = dossier.materials.iter().map(|m| m.id.to_string()).collect();
        of.extend(instrument::ids(tx, snapshot.zone, id.0)?.iter().map(Uuid::to_string));
        Ok::<_, Error>(share_call::list_of(tx, snapshot.zone, &of, before, wanted)?)
    });
    Ok(Json(paging.page(read.await?, |c| c.id, CallView::from)))
}

/// Which calls.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallQuery {
    /// 数据源代码
    source: Option<String>,
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    limit: Option<u8>,
    /// 上一页返回的游标
    cursor: Option<String>,
}

/// 电子证照、数据共享的调用日志
#[utoipa::path(tag = "监督", params(ZonePath, CallQuery), responses((status = 200, description = "一页调用记录", body = Page<CallView>)))]
#[get("/api/v1/zones/{zone}/share-calls")]
pub(crate) async fn list_share_calls(
    _: Caller<may::ListShareCalls>,
    zone: InZone,
    query: Params<CallQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<CallView>>, Problem> {
    let CallQuery { source, limit, cursor } = query.0;
    let paging = Paging::new(&state, format!("share-calls/{}/{source:?}", zone.zone), limit, cursor)?;
    let (number, (before, wanted), filter) = (zone.zone, paging.wanted(), CallFilter { source, reference: None });
    let found = state.db.read(move |tx| share_call::list(tx, number, &filter, before, wanted)).await?;
    Ok(Json(paging.page(found, |c| c.id, CallView::from)))
}
