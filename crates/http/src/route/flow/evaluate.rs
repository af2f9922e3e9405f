//! Ratings (好差评): given, changed, answered, counted honestly.

use crate::AppState;
use crate::etag::changed;
use crate::extract::{Anyone, Caller, InZone, Segment, Target, Valid, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::request_id::RequestId;
use crate::route::flow::constant_time_eq;
use crate::view::Moment;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, post};
use chrono::TimeDelta;
use domain::flow::{EvaluationChannel, Level, OPTIONS, Rating, Rectification, ServicePoint, Verification, rate_text};
use persistence::application::{find_application_of, find_visible};
use persistence::evaluation::{self, Evaluation};
use persistence::number::Stock;
use persistence::seal::Keys;
use qrcode::QrCode;
use qrcode::render::svg;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::application::{Acting, NewEvaluation, Order, answer_review as answer, evaluate, perform};
use workflow::{Dossier, Error};

/// A rating.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluateApplication {
    /// The case; may be left out where there is one.
    case: Option<Uuid>,
    /// Number of the service in its case, 1 to 99.
    #[validate(range(min = 1, max = 99, message = "应为1至99"))]
    #[schema(example = 1)]
    service_no: u8,
    /// What is rated.
    service: ServicePoint,
    /// Level.
    level: Level,
    /// Codes of the options ticked, of this level.
    #[serde(default)]
    #[validate(length(max = 10, message = "最多10项"))]
    #[schema(example = json!([510, 513]))]
    options: Vec<u16>,
    /// In words.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    text: Option<String>,
    /// Where.
    channel: EvaluationChannel,
}

/// A rating as given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evaluation)]
pub(crate) struct EvaluationView {
    /// Identity.
    id: Uuid,
    /// Its case.
    case: Uuid,
    /// Number of the service.
    #[schema(example = 1)]
    service_no: u8,
    /// What was rated.
    service: ServicePoint,
    /// Level.
    level: Level,
    /// In Chinese.
    #[schema(example = "非常满意")]
    level_name: &'static str,
    /// Options ticked, in words.
    options: Vec<&'static str>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// When.
    rated_at: Moment,
    /// It was changed since.
    changed: bool,
    /// What the rater was told after a bad review.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Moment>,
}

impl From<Evaluation> for EvaluationView {
    fn from(e: Evaluation) -> Self {
        let named = |code: &u16| OPTIONS.iter().find(|(known, _)| known == code).map(|(_, text)| *text);
        Self {
            id: e.id,
            case: e.case,
            service_no: e.service_no,
            service: e.service,
            level: e.rating.level,
            level_name: e.rating.level.label(),
            options: e.rating.options.iter().filter_map(named).collect(),
            text: e.rating.text,
            rated_at: e.rated_at.into(),
            changed: e.changes > 0,
            reply: e.answer.map(|a| a.reply),
            answered_at: e.answered_at.map(Moment::from),
        }
    }
}

/// 评价服务（每个服务环节一次，可修改一次）
#[utoipa::path(
    tag = "评价",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = EvaluateApplication,
    responses((status = 200, description = "申请", body = crate::view::application::ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/evaluations")]
pub(crate) async fn evaluate_application(
    on: Target<may::EvaluateApplication>,
    body: Valid<EvaluateApplication>,
) -> Result<HttpResponse, Problem> {
    let EvaluateApplication { case, service_no, service, level, options, text, channel } = body.value;
    let new = NewEvaluation { case, service_no, service, rating: Rating { level, options, text }, channel };
    on.application(body.digest, move |work| evaluate(work, new)).await
}

/// The ratings of an application.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Evaluations {
    /// Oldest first.
    items: Vec<EvaluationView>,
    /// Anything was rated; unrated is not good.
    evaluated: bool,
}

/// 申请的评价
#[utoipa::path(tag = "评价", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "评价", body = Evaluations)))]
#[get("/api/v1/zones/{zone}/applications/{id}/evaluations")]
pub(crate) async fn list_evaluations(
    caller: Caller<may::ListEvaluations>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<Evaluations>, Problem> {
    let (number, scope) = (zone.zone, caller.scope());
    let read = state.db.read(move |tx| {
        find_visible(tx, number, id.0, &scope)?.ok_or(Error::NotFound)?;
        Ok::<_, Error>(evaluation::list(tx, number, id.0)?)
    });
    let items: Vec<EvaluationView> = read.await?.into_iter().map(EvaluationView::from).collect();
    Ok(Json(Evaluations { evaluated: !items.is_empty(), items }))
}

/// Which service the link is for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkEvaluation {
    /// Number of the service, 1 to 99.
    #[validate(range(min = 1, max = 99, message = "应为1至99"))]
    #[schema(example = 1)]
    service_no: u8,
    /// What is rated.
    service: ServicePoint,
}

/// A link that rates one service without login.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvaluationLink {
    /// The address, to be called with POST.
    url: String,
    /// The same as a QR code, SVG.
    qr_svg: String,
    /// Until when it holds.
    expires_at: Moment,
}

/// Days a link for rating holds, legal time.
const LINK_DAYS: i64 = 30;

fn write_token(keys: &Keys, zone: i32, what: &str) -> String {
    format!("{what}.{}", keys.link_check("evaluation", &format!("{zone}/{what}")))
}

/// 生成评价二维码
#[utoipa::path(
    tag = "评价",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识")),
    request_body = LinkEvaluation,
    responses((status = 200, description = "评价链接", body = EvaluationLink))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/evaluation-link")]
pub(crate) async fn link_evaluation(
    caller: Caller<may::LinkEvaluation>,
    zone: InZone,
    id: Segment<Uuid>,
    body: Valid<LinkEvaluation>,
    state: Data<AppState>,
) -> Result<Json<EvaluationLink>, Problem> {
    use domain::code::TextCode;
    let (number, snapshot, acting) = (zone.zone, zone.0.clone(), caller.acting());
    let read = state.db.read(move |tx| {
        let application = find_application_of(tx, number, id.0)?.ok_or(Error::NotFound)?;
        let dossier = Dossier::read_for(tx, &snapshot, application, &acting)?;
        Ok::<_, Error>((application, dossier.at))
    });
    let (application, now) = read.await?;
    let until = now + TimeDelta::days(LINK_DAYS);
    let LinkEvaluation { service_no, service } = body.value;
    let what = format!("{}.{}.{service_no}.{}.{}", application.simple(), id.0.simple(), service.as_str(), until.timestamp());
    let url = format!("/api/v1/zones/{}/evaluations/{}", zone.catalogue.zone.slug, write_token(state.db.keys(), number, &what));
    let qr = QrCode::new(format!("{}{url}", state.public_url).as_bytes()).map_err(|_| Problem::new(ErrorCode::Internal))?;
    let qr_svg = qr.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    Ok(Json(EvaluationLink { url, qr_svg, expires_at: until.into() }))
}

/// A rating by link.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluateByLink {
    /// Level.
    level: Level,
    /// Codes of the options ticked, of this level.
    #[serde(default)]
    #[validate(length(max = 10, message = "最多10项"))]
    options: Vec<u16>,
    /// In words.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    text: Option<String>,
}

/// 扫码评价
#[utoipa::path(
    tag = "评价",
    params(ZonePath, ("token" = String, Path, description = "评价链接中的令牌")),
    request_body = EvaluateByLink,
    responses((status = 204, description = "已收到评价"))
)]
#[post("/api/v1/zones/{zone}/evaluations/{token}")]
pub(crate) async fn evaluate_by_link(
    _: Anyone<may::EvaluateByLink>,
    zone: InZone,
    token: Segment<String>,
    body: Valid<EvaluateByLink>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    use domain::code::TextCode;
    let expired = || Problem::new(ErrorCode::LinkExpired);
    let (what, _) = token.0.rsplit_once('.').ok_or_else(expired)?;
    if !constant_time_eq(&write_token(state.db.keys(), zone.zone, what), &token.0) {
        return Err(expired());
    }
    let parts: Vec<&str> = what.split('.').collect();
    let [application, case, service_no, service, until] = parts[..] else { return Err(expired()) };
    let until: i64 = until.parse().map_err(|_| expired())?;
    if state.db.clock().now().timestamp() >= until {
        return Err(expired());
    }
    let EvaluateByLink { level, options, text } = body.value;
    let new = NewEvaluation {
        case: Some(case.parse().map_err(|_| expired())?),
        service_no: service_no.parse().map_err(|_| expired())?,
        service: ServicePoint::parse(service).ok_or_else(expired)?,
        rating: Rating { level, options, text },
        channel: EvaluationChannel::QrCode,
    };
    let order = Order {
        snapshots: state.snapshots.clone(),
        known: zone.0.clone(),
        id: application.parse().map_err(|_| expired())?,
        acting: Acting::anonymous(request.extensions().get::<RequestId>().map(|r| r.0.clone())),
        request: None,
        stock: Stock::default(),
    };
    state.worker().settle(&zone, order.id).await?;
    state.db.write(move |tx| perform(tx, order, move |work| evaluate(work, new))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The answer to a bad review.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerReview {
    /// What the check found.
    verification: Verification,
    /// What was done.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "已对窗口人员进行业务培训")]
    measure: String,
    /// What the rater is told.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "感谢您的意见，已经整改")]
    reply: String,
}

/// 差评核实整改反馈
#[utoipa::path(
    tag = "评价",
    params(ZonePath, ("id" = Uuid, Path, description = "评价标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = AnswerReview,
    responses((status = 200, description = "评价", body = EvaluationView))
)]
#[post("/api/v1/zones/{zone}/reviews/{id}/answer")]
pub(crate) async fn answer_review(on: Target<may::AnswerReview>, body: Valid<AnswerReview>) -> Result<HttpResponse, Problem> {
    let (number, id, state) = (on.zone.zone, on.id, on.state.clone());
    let found = state.db.read(move |tx| Ok::<_, Error>(evaluation::find_application_of(tx, number, id)?)).await?;
    let application = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let AnswerReview { verification, measure, reply } = body.value;
    let done = on.perform(application, body.digest, move |work| answer(work, id, Rectification { verification, measure, reply })).await?;
    let all = state.db.read(move |tx| Ok::<_, Error>(evaluation::list(tx, number, application)?)).await?;
    let view = all.into_iter().find(|e| e.id == id).map(EvaluationView::from).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    Ok(changed(StatusCode::OK, &view, done.dossier.application.version, done.replayed))
}

/// Figures of the ratings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EvaluationSummary {
    /// Services rated.
    #[schema(example = 200)]
    evaluated: u64,
    /// Of them good: very, and basically, satisfied.
    #[schema(example = 199)]
    good: u64,
    /// Good of those rated, per cent with two decimals; absent while nothing was rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "99.50")]
    good_rate: Option<String>,
    /// By level.
    levels: Vec<LevelCount>,
}

/// How many of one level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LevelCount {
    /// Level.
    level: Level,
    /// In Chinese.
    name: &'static str,
    /// How many.
    rated: u64,
}

/// 好差评汇总：未评价的不计入
#[utoipa::path(tag = "评价", params(ZonePath), responses((status = 200, description = "汇总", body = EvaluationSummary)))]
#[get("/api/v1/zones/{zone}/evaluations/summary")]
pub(crate) async fn get_evaluation_summary(
    _: Anyone<may::GetEvaluationSummary>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<EvaluationSummary>, Problem> {
    let number = zone.zone;
    let counts = state.db.read(move |tx| Ok::<_, Error>(evaluation::count_by_level(tx, number)?)).await?;
    let rated = |level: &Level| counts.get(level).copied().unwrap_or(0);
    let evaluated = Level::ALL.iter().map(rated).sum();
    let good = Level::ALL.iter().filter(|l| !l.is_bad()).map(rated).sum();
    let levels = Level::ALL.iter().map(|l| LevelCount { level: *l, name: l.label(), rated: rated(l) }).collect();
    Ok(Json(EvaluationSummary { evaluated, good, good_rate: rate_text(good, evaluated), levels }))
}
