//! Hearings, and those whose interests a grant touches.

use super::case::find;
use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, InZone, Segment, Target, Valid, ZonePath, may, read_phone};
use crate::problem::Problem;
use crate::view::Moment;
use crate::view::case::CaseView;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::access::Reach;
use domain::flow::{HearingCause, HearingStage};
use domain::identity::{mask_name, mask_phone};
use persistence::application::{InterestedParty, find_case_file};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::Error;
use workflow::application::{HearingCall, call_hearing as call, hold_hearing as hold, offer_hearing as offer, request_hearing as request};

/// The right to be heard is told.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfferHearing {
    /// Why: by law (46), or because it touches significant interests (47).
    cause: HearingCause,
    /// What is to be decided.
    #[validate(length(min = 1, max = 1000, message = "应为1至1000个字"))]
    #[schema(example = "拟准予三号地块变更规划条件")]
    subject: String,
}

/// 告知听证权利，或者公告依法举行的听证
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = OfferHearing,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/offer-hearing")]
pub(crate) async fn offer_hearing(on: Target<may::OfferHearing>, body: Valid<OfferHearing>) -> Result<HttpResponse, Problem> {
    let OfferHearing { cause, subject } = body.value;
    on.case(body.digest, move |work, id| offer(work, id, cause, subject)).await
}

/// Somebody asks to be heard.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestHearing {
    /// The name of the interested party whose request the department takes down; the applicant asks for himself.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "李四")]
    interested: Option<String>,
}

/// 申请听证（申请人本人；利害关系人的申请由部门登记）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = RequestHearing,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/request-hearing")]
pub(crate) async fn request_hearing(on: Target<may::RequestHearing>, body: Valid<RequestHearing>) -> Result<HttpResponse, Problem> {
    let interested = body.value.interested;
    on.case(body.digest, move |work, id| request(work, id, interested.as_deref())).await
}

/// Time, place and chair of a hearing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallHearing {
    /// When; told at least 7 working days before.
    #[schema(value_type = String, format = DateTime, example = "2024-06-20T09:00:00+08:00")]
    at: DateTime<FixedOffset>,
    /// Where.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "政务服务中心三楼听证室")]
    place: String,
    /// Who leads it: an officer of the department who did not examine the case.
    chair: Uuid,
}

/// 通知听证时间、地点和主持人（再次通知即改期）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = CallHearing,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/call-hearing")]
pub(crate) async fn call_hearing(on: Target<may::CallHearing>, body: Valid<CallHearing>) -> Result<HttpResponse, Problem> {
    let CallHearing { at, place, chair } = body.value;
    on.case(body.digest, move |work, id| call(work, id, HearingCall { at: at.to_utc(), place, chair })).await
}

/// The record of a hearing.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoldHearing {
    /// Who came.
    #[validate(length(min = 1, max = 100, message = "应为1至100人"))]
    participants: Vec<String>,
    /// 听证笔录, as those who took part checked and signed it.
    #[validate(length(min = 1, max = 10000, message = "应为1至10000个字"))]
    #[schema(example = "利害关系人提出日照影响，申请人出示日照分析报告……")]
    record: String,
}

/// 登记听证笔录（由主持人），恢复计时
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = HoldHearing,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/hold-hearing")]
pub(crate) async fn hold_hearing(on: Target<may::HoldHearing>, body: Valid<HoldHearing>) -> Result<HttpResponse, Problem> {
    let HoldHearing { participants, record } = body.value;
    on.case(body.digest, move |work, id| hold(work, id, participants, record)).await
}

/// Somebody whose interests a grant touches.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TellInterested {
    /// Name.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "李四")]
    name: String,
    /// Phone.
    #[schema(example = "13800003210")]
    phone: String,
    /// What it is to him.
    #[validate(length(min = 1, max = 500, message = "应为1至500个字"))]
    #[schema(example = "相邻住宅的日照")]
    interest: String,
    /// What he said, once he has (陈述、申辩).
    #[validate(length(min = 1, max = 4000, message = "应为1至4000个字"))]
    statement: Option<String>,
}

/// 告知利害关系人，登记其陈述和申辩
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = TellInterested,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/tell-interested")]
pub(crate) async fn tell_interested(on: Target<may::TellInterested>, body: Valid<TellInterested>) -> Result<HttpResponse, Problem> {
    let TellInterested { name, phone, interest, statement } = body.value;
    let phone = read_phone(&phone)?;
    on.case(body.digest, move |work, id| {
        let told_at = work.now();
        workflow::application::tell_interested(work, id, InterestedParty { name, phone, interest, told_at, statement })
    })
    .await
}

/// Somebody whom a grant concerns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InterestedParty)]
pub(crate) struct InterestedView {
    /// Name; masked but to the department that has to reach him.
    #[schema(example = "李*")]
    name: String,
    /// Phone; masked likewise.
    #[schema(example = "138****3210")]
    phone: String,
    /// What it is to him.
    interest: String,
    /// When he was told.
    told_at: Moment,
    /// What he said.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<String>,
}

/// A hearing, and those whom it concerns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Hearing)]
pub(crate) struct HearingView {
    /// Why; absent while nothing was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<HearingCause>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<HearingStage>,
    /// In Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "已告知听证权利")]
    stage_name: Option<&'static str>,
    /// Until when it may be asked for, then until when it is to be held.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<NaiveDate>,
    /// What is to be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// When it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Moment>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    /// Who leads it; to staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    chair: Option<Uuid>,
    /// The record.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    /// Those whom the grant concerns.
    interested: Vec<InterestedView>,
}

/// 听证与利害关系人
#[utoipa::path(tag = "审批", params(ZonePath, ("id" = Uuid, Path, description = "办件标识")), responses((status = 200, description = "听证", body = HearingView)))]
#[get("/api/v1/zones/{zone}/cases/{id}/hearing")]
pub(crate) async fn get_hearing(
    caller: Caller<may::GetHearing>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let (staff, account, looking) = (scope.reach != Reach::Own, caller.account, scope.clone());
    let read = state.db.read(move |tx| {
        let (dossier, case) = find(tx, &snapshot, id.0, &scope)?;
        let own = dossier.application.filed_by == account;
        Ok::<_, Error>((case, find_case_file(tx, snapshot.zone, id.0)?, own))
    });
    let (case, file, own) = read.await?;
    // The department that has to reach them, and nobody who is the applicant himself.
    let reaching = !own && looking.reach == Reach::Department && looking.covers(&case.department);
    let (hearing, words) = (case.progress.hearing, file.hearing.unwrap_or_default());
    let shown = |p: InterestedParty| InterestedView {
        name: if reaching { p.name } else { mask_name(&p.name) },
        phone: if reaching { p.phone } else { mask_phone(&p.phone) },
        interest: p.interest,
        told_at: p.told_at.into(),
        statement: p.statement,
    };
    let view = HearingView {
        cause: hearing.map(|h| h.cause),
        stage: hearing.map(|h| h.stage),
        stage_name: hearing.map(|h| h.stage.label()),
        due_on: hearing.and_then(|h| h.due).map(|d| d.on),
        subject: Some(words.subject).filter(|s| !s.is_empty()),
        at: words.at.map(Moment::from),
        place: words.place,
        chair: words.chair.filter(|_| staff && !own),
        record: words.record,
        interested: file.interested.into_iter().map(shown).collect(),
    };
    Ok(tagged(&request, &view, Some(case.version), Caching::Private))
}
