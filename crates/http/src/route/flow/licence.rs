//! E-licences: held, shown, verified, used, suspended and given back, cancelled.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Anyone, Caller, InZone, Params, Segment, Target, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::route::flow::constant_time_eq;
use crate::state::SealState;
use crate::view::case::CaseView;
use crate::view::page::{Page, PageQuery, Paging};
use crate::view::{Moment, masked};
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{NaiveDate, TimeDelta};
use domain::flow::CancelGround;
use domain::identity::LicenceIdentifier;
use domain::local_time::{Instant, date_of};
use persistence::application::find_application_of;
use persistence::certificate::{self, Certificate, CertificateState, RegisterPosition};
use persistence::instrument::{self, FaceLine, InstrumentKind};
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::application::{
    Cancellation, cancel_licence as cancel, restore_licence as restore, suspend_licence as suspend, use_licence as use_it,
};
use workflow::{Dossier, Error};

/// An e-licence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Licence)]
pub(crate) struct LicenceView {
    /// 证照标识, where its type has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1.2.156.3005.2.11100000000013338W001.1143040000TE00049W.2024TEST0000000000001.001.T")]
    identifier: Option<String>,
    /// Number.
    #[schema(example = "Z4304762024101020000017")]
    certificate_no: String,
    /// Code of the matter that granted it.
    #[schema(example = "construction-permit")]
    matter: String,
    /// Name.
    #[schema(example = "建筑工程施工许可证")]
    name: String,
    /// The holder: plain to himself and to whom he shows its code, masked to others.
    #[schema(example = "天嘉置业（示例）有限公司")]
    holder: String,
    /// What it covers.
    scope: Vec<String>,
    /// When it was granted.
    granted_at: Moment,
    /// Last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<NaiveDate>,
    /// Where it stands.
    state: CertificateState,
    /// In Chinese, expiry included.
    #[schema(example = "有效")]
    state_name: &'static str,
    /// It holds today.
    valid: bool,
    /// What is printed on it besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    remark: Option<String>,
    /// The certificate it replaces (关联证照).
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    /// Type, issuer and version, as the national identifier names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<LicenceIssue>,
    /// What stands on it, once it was made out: to its holder and to whom he shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    face: Option<LicenceFace>,
}

/// What a national identifier says (GB/T 36904).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceIssue {
    /// 证照类型代码.
    #[schema(example = "11100000000013338W001")]
    type_code: String,
    /// 颁发机构代码.
    #[schema(example = "1143040000TE00049W")]
    issuer_code: String,
    /// 版本号.
    #[schema(example = "001")]
    version: String,
}

/// The face of a licence (照面信息).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceFace {
    /// Who issued it.
    #[schema(example = "衡阳高新区建设局")]
    issuer: String,
    /// Line by line.
    lines: Vec<FaceLine>,
    /// SM3 of its words, hexadecimal.
    digest: String,
    /// Its electronic seal.
    seal: SealState,
    /// Code that verifies it as a document.
    #[schema(example = "7K3M9QXT2B7K3M9Q")]
    verify_code: String,
}

impl LicenceView {
    fn new(c: Certificate, today: NaiveDate, plain: bool) -> Self {
        let (valid, state_name) = (c.holds_on(today), c.state_name(today));
        let identifier = c.identifier.as_deref().and_then(|i| LicenceIdentifier::parse(i).ok());
        let issue = identifier.as_ref().and_then(LicenceIdentifier::issue_parts);
        Self {
            holder: if plain { c.holder } else { masked::listed_name(c.holder_kind, c.holder) },
            identifier: c.identifier,
            certificate_no: c.number,
            matter: c.matter,
            name: c.name,
            scope: c.scope,
            granted_at: c.granted_at.into(),
            valid_until: c.valid_until,
            state: c.state,
            state_name,
            valid,
            remark: c.remark,
            replaces: c.replaces,
            issue: issue.map(|(kind, issuer, version)| LicenceIssue {
                type_code: kind.to_owned(),
                issuer_code: issuer.to_owned(),
                version: version.to_owned(),
            }),
            face: None,
        }
    }
}

/// 我的电子证照
#[utoipa::path(tag = "证照", params(ZonePath, PageQuery), responses((status = 200, description = "一页证照", body = Page<LicenceView>)))]
#[get("/api/v1/zones/{zone}/licences")]
pub(crate) async fn list_licences(
    caller: Caller<may::ListLicences>,
    zone: InZone,
    query: Params<PageQuery>,
    state: Data<AppState>,
) -> Result<Json<Page<LicenceView>>, Problem> {
    let (number, account, today) = (zone.zone, caller.account, date_of(state.db.clock().now()));
    let paging = Paging::new(&state, format!("licences/{number}/{account}"), query.0.limit, query.0.cursor)?;
    let (before, wanted) = paging.wanted();
    let found = state.db.read(move |tx| certificate::list_mine(tx, number, account, before.as_ref(), wanted)).await?;
    Ok(Json(paging.page(found, RegisterPosition::of, |c| LicenceView::new(c, today, true))))
}

/// What shows more than the public sees.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerifyQuery {
    /// 持证人出示的校验码（10分钟内有效）；有校验码时显示持证人全名
    code: Option<String>,
}

/// 核验电子证照（按证照标识或者证照编号）
#[utoipa::path(tag = "公开", params(ZonePath, ("identifier" = String, Path, description = "证照标识或者证照编号"), VerifyQuery), responses((status = 200, description = "证照", body = LicenceView)))]
#[get("/api/v1/zones/{zone}/licences/{identifier}")]
pub(crate) async fn verify_licence(
    _: Anyone<may::VerifyLicence>,
    zone: InZone,
    identifier: Segment<String>,
    query: Params<VerifyQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let number = zone.zone;
    let wanted = if identifier.0.starts_with('Z') {
        identifier.0.clone()
    } else {
        let wrong =
            |e: domain::identity::IdentityError| Problem::at(ErrorCode::InvalidQuery, "/identifier", "identifier_invalid", e.to_string());
        LicenceIdentifier::parse(&identifier.0).map_err(wrong)?.to_string()
    };
    let found = state.db.read(move |tx| {
        if wanted.starts_with('Z') { certificate::find(tx, number, &wanted) } else { certificate::find_by_identifier(tx, number, &wanted) }
    });
    let certificate = found.await?.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let now = state.db.clock().now();
    let shown = match &query.0.code {
        None => false,
        Some(given) if is_shown(&state, number, &certificate.number, given, now) => true,
        Some(_) => return Err(Problem::new(ErrorCode::LinkExpired)),
    };
    let mut view = LicenceView::new(certificate.clone(), date_of(now), shown);
    if shown {
        let of = (certificate.application, certificate.case);
        let found = state.db.read(move |tx| instrument::find_of_case(tx, number, of, InstrumentKind::Licence)).await?;
        view.face = found.map(|i| LicenceFace {
            seal: state.seal_of(number, &i.text.digest(), i.signature.as_deref()),
            issuer: i.text.body,
            lines: i.text.face,
            digest: hex::encode(&i.digest),
            verify_code: state.db.keys().verify_code(i.id),
        });
    }
    Ok(tagged(&request, &view, None, Caching::Private))
}

/// How long a code shows a licence.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(10);

/// Whether a code was given out for this certificate and still holds.
fn is_shown(state: &AppState, zone: i32, number: &str, code: &str, now: Instant) -> bool {
    let Some((until, check)) = code.split_once('.') else { return false };
    let expected = state.db.keys().link_check("licence", &format!("{zone}/{number}/{until}"));
    let fresh = until.parse::<i64>().is_ok_and(|until| now.timestamp() < until);
    fresh && constant_time_eq(check, &expected)
}

/// A code by which the holder shows his e-licence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceCode {
    /// Number of the certificate.
    #[schema(example = "Z4304762024101020000017")]
    certificate_no: String,
    /// Address behind the code.
    #[schema(
        example = "https://example.cn/api/v1/zones/hengyang-gaoxin/licences/Z4304762024101020000017?code=1727402400.7K3M9QXT2B7K3M9QXT2B7K3M9Q"
    )]
    url: String,
    /// The code as a picture, SVG.
    qr_svg: String,
}

/// A licence is its holder's: the clerk who keyed the application in for him is not he.
pub(super) fn require_holder(dossier: &Dossier, acting: &workflow::application::Acting) -> Result<(), Error> {
    if dossier.application.keyed_by(acting.may.account) { Err(Error::NotFound) } else { Ok(()) }
}

/// 出示电子证照（亮证二维码）
#[utoipa::path(tag = "证照", params(ZonePath, ("id" = Uuid, Path, description = "办件标识")), responses((status = 200, description = "亮证码", body = LicenceCode)))]
#[get("/api/v1/zones/{zone}/cases/{id}/licence-code")]
pub(crate) async fn show_licence(
    caller: Caller<may::ShowLicence>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<LicenceCode>, Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let read = state.db.read(move |tx| {
        let application = find_application_of(tx, snapshot.zone, id.0)?.ok_or(Error::NotFound)?;
        require_holder(&Dossier::read_for(tx, &snapshot, application, &acting)?, &acting)?;
        certificate::find_of_case(tx, snapshot.zone, id.0)?.ok_or(Error::NotFound)
    });
    let certificate = read.await?;
    let until = (state.db.clock().now() + SHOWN_FOR).timestamp();
    let code = format!("{until}.{}", state.db.keys().link_check("licence", &format!("{}/{}/{until}", zone.zone, certificate.number)));
    let slug = &zone.catalogue.zone.slug;
    let url = format!("{}/api/v1/zones/{slug}/licences/{}?code={code}", state.public_url, certificate.number);
    let qr = QrCode::new(url.as_bytes()).map_err(|_| Problem::new(ErrorCode::Internal))?;
    let qr_svg = qr.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    Ok(Json(LicenceCode { certificate_no: certificate.number, url, qr_svg }))
}

/// The use of an e-licence.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UseLicence {
    /// Number of the certificate.
    #[validate(length(min = 1, max = 64, message = "应为1至64个字符"))]
    #[schema(example = "Z4304762024101020000017")]
    certificate_no: String,
    /// What for.
    #[serde(default)]
    #[validate(length(max = 200, message = "最多200个字"))]
    #[schema(example = "核对规划许可范围")]
    purpose: String,
}

/// 为办件使用申请人的电子证照（留痕）
#[utoipa::path(
    tag = "证照",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = UseLicence,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/licence-uses")]
pub(crate) async fn use_licence(on: Target<may::UseLicence>, body: Valid<UseLicence>) -> Result<HttpResponse, Problem> {
    let UseLicence { certificate_no, purpose } = body.value;
    on.case(body.digest, move |work, id| use_it(work, id, &certificate_no, &purpose)).await
}

/// Why and by which rule a certificate is suspended.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuspendLicence {
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "限期整改期间暂扣")]
    reason: String,
    /// The rule it rests on.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "安全生产许可证条例 14")]
    basis: String,
}

/// 暂扣证照
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = SuspendLicence,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/suspend-licence")]
pub(crate) async fn suspend_licence(on: Target<may::SuspendLicence>, body: Valid<SuspendLicence>) -> Result<HttpResponse, Problem> {
    let SuspendLicence { reason, basis } = body.value;
    on.case(body.digest, move |work, id| suspend(work, id, &reason, &basis)).await
}

/// Why a certificate is given back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RestoreLicence {
    /// Why.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "整改合格")]
    reason: String,
}

/// 发还证照
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RestoreLicence,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/restore-licence")]
pub(crate) async fn restore_licence(on: Target<may::RestoreLicence>, body: Valid<RestoreLicence>) -> Result<HttpResponse, Problem> {
    let reason = body.value.reason;
    on.case(body.digest, move |work, id| restore(work, id, &reason)).await
}

/// Why the authority cancels a certificate.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelLicence {
    /// Which of the law's grounds.
    ground: CancelGround,
    /// What happened.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "领取施工许可证后三个月内未开工，也未申请延期")]
    reason: String,
    /// The law that ends it, where the ground is `by_law`.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "排污许可管理条例 20")]
    basis: Option<String>,
}

/// 注销证照（依职权，行政许可法 70）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = CancelLicence,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/cancel-licence")]
pub(crate) async fn cancel_licence(on: Target<may::CancelLicence>, body: Valid<CancelLicence>) -> Result<HttpResponse, Problem> {
    let CancelLicence { ground, reason, basis } = body.value;
    let new = Cancellation { ground, reason, law: basis };
    on.case(body.digest, move |work, id| cancel(work, id, &new)).await
}
