//! Joint site visits, drawing reviews and acceptances.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, InZone, Segment, Segments, Target, Valid, ZonePath, may};
use crate::problem::{ErrorCode, ErrorDetail, Problem};
use crate::view::Moment;
use crate::view::application::ApplicationView;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::flow::{Correction, JointKind, JointReview, JointState};
use persistence::joint_review::list;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::Dossier;
use workflow::application::{
    NewJointReview, NewOpinion, correct_joint_review as correct, give_joint_opinion as give, open_joint_review as open,
};

/// Who speaks for a case.
#[derive(Deserialize, Serialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JointParticipant {
    /// The case.
    case: Uuid,
    /// The discipline.
    #[validate(length(min = 1, max = 50, message = "应为1至50个字"))]
    #[schema(example = "消防")]
    discipline: String,
}

/// A joint look to arrange.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenJointReview {
    /// What is looked at.
    kind: JointKind,
    /// When they meet.
    #[schema(example = "2024-09-30T10:00:00+08:00")]
    scheduled_at: DateTime<Utc>,
    /// Where.
    #[validate(length(min = 1, max = 200, message = "应为1至200个字"))]
    #[schema(example = "项目现场")]
    place: String,
    /// Who takes part.
    #[validate(length(min = 1, max = 30, message = "应有1至30个专业"), nested)]
    participants: Vec<JointParticipant>,
}

/// 组织联合踏勘、联合审图、联合验收（同一申请每类一次）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = OpenJointReview,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/joint-reviews")]
pub(crate) async fn open_joint_review(on: Target<may::OpenJointReview>, body: Valid<OpenJointReview>) -> Result<HttpResponse, Problem> {
    let OpenJointReview { kind, scheduled_at: at, place, participants } = body.value;
    let participants = participants.into_iter().map(|p| (p.case, p.discipline)).collect();
    on.application(body.digest, move |work| open(work, NewJointReview { kind, participants, at, place })).await
}

/// A department's opinion.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GiveJointOpinion {
    /// The discipline.
    #[validate(length(min = 1, max = 50, message = "应为1至50个字"))]
    #[schema(example = "消防")]
    discipline: String,
    /// In words.
    #[validate(length(min = 1, max = 2000, message = "应为1至2000个字"))]
    #[schema(example = "符合消防技术标准")]
    opinion: String,
    /// What is wrong, in the first round; nothing = passed.
    #[serde(default)]
    #[validate(length(max = 100, message = "最多100项"))]
    corrections: Vec<Correction>,
    /// In a later round: the numbers that still stand.
    #[serde(default)]
    unresolved: BTreeSet<u32>,
}

/// 出具联合办理的部门意见
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("kind" = JointKind, Path, description = "种类"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = GiveJointOpinion,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/joint-reviews/{kind}/opinions")]
pub(crate) async fn give_joint_opinion(
    on: Target<may::GiveJointOpinion>,
    path: Segments<Uuid, JointKind>,
    body: Valid<GiveJointOpinion>,
) -> Result<HttpResponse, Problem> {
    let GiveJointOpinion { discipline, opinion: text, corrections, unresolved } = body.value;
    let fields = corrections.iter().enumerate();
    let fields = fields.flat_map(|(i, c)| [(i, "defect", c.defect.as_str(), 500), (i, "basis", c.basis.as_str(), 200)]);
    let wrong = fields.filter(|(.., text, most)| !(1..=*most).contains(&text.trim().chars().count()));
    let wrong = wrong.map(|(i, name, _, most)| ErrorDetail {
        pointer: format!("/corrections/{i}/{name}"),
        code: "length".to_owned(),
        message: format!("应为1至{most}个字"),
    });
    let wrong: Vec<ErrorDetail> = wrong.collect();
    if !wrong.is_empty() {
        return Err(Problem::new(ErrorCode::InvalidBody).errors(wrong));
    }
    let kind = path.1;
    on.application(body.digest, move |work| give(work, kind, NewOpinion { discipline, text, corrections, unresolved })).await
}

/// What was corrected.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectJointReview {
    /// How.
    #[validate(length(min = 1, max = 2000, message = "应为1至2000个字"))]
    #[schema(example = "已按清单整改完毕")]
    how: String,
}

/// 完成整改，申请复查（只查未通过的内容）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("kind" = JointKind, Path, description = "种类"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = CorrectJointReview,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/joint-reviews/{kind}/corrected")]
pub(crate) async fn correct_joint_review(
    on: Target<may::CorrectJointReview>,
    path: Segments<Uuid, JointKind>,
    body: Valid<CorrectJointReview>,
) -> Result<HttpResponse, Problem> {
    let (kind, how) = (path.1, body.value.how);
    on.application(body.digest, move |work| correct(work, kind, how)).await
}

/// An opinion that is awaited or was given.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JointOpinionView {
    /// Discipline.
    #[schema(example = "消防")]
    discipline: String,
    /// Code of the department.
    #[schema(example = "HUC")]
    department: String,
    /// Round.
    #[schema(example = 1)]
    round: usize,
    /// In words; absent while awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    opinion: Option<String>,
    /// It found nothing wrong; absent while awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<bool>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Moment>,
}

/// One thing to correct.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionView {
    /// The discipline that asks for it.
    #[schema(example = "消防")]
    discipline: String,
    /// The rest.
    #[serde(flatten)]
    correction: Correction,
}

/// A joint look.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JointReview)]
pub(crate) struct JointReviewView {
    /// What is looked at.
    kind: JointKind,
    /// In Chinese.
    #[schema(example = "联合验收")]
    kind_name: &'static str,
    /// Where it stands.
    state: JointState,
    /// In Chinese.
    #[schema(example = "待申请人整改")]
    state_name: &'static str,
    /// When they meet, in the present round.
    scheduled_at: Option<Moment>,
    /// Where.
    #[schema(example = "项目现场")]
    place: String,
    /// Present round, from 1.
    #[schema(example = 1)]
    round: usize,
    /// Passed in the first round.
    passed_at_first: bool,
    /// Every opinion, in the order of rounds.
    opinions: Vec<JointOpinionView>,
    /// The one list of what is to be corrected now.
    corrections: Vec<CorrectionView>,
}

impl From<JointReview> for JointReviewView {
    fn from(review: JointReview) -> Self {
        let department = |discipline: &str| review.participant(discipline).map_or_else(String::new, |p| p.department.clone());
        let opinions = (1..).zip(&review.rounds).flat_map(|(number, round)| {
            round.awaited.iter().map(move |discipline| {
                let given = round.opinions.iter().find(|o| o.discipline == *discipline);
                (number, discipline, given)
            })
        });
        let opinions = opinions.map(|(round, discipline, given)| JointOpinionView {
            discipline: discipline.clone(),
            department: department(discipline),
            round,
            opinion: given.map(|o| o.text.clone()),
            passed: given.map(|o| o.corrections.is_empty()),
            at: given.map(|o| o.at.into()),
        });
        let corrections = review.corrections().into_iter();
        Self {
            kind: review.kind,
            kind_name: review.kind.label(),
            state: review.state,
            state_name: review.state.label(),
            scheduled_at: review.rounds.last().map(|r| r.at.into()),
            round: review.rounds.len(),
            passed_at_first: review.passed_at_first(),
            opinions: opinions.collect(),
            corrections: corrections.map(|(d, c)| CorrectionView { discipline: d.to_owned(), correction: c.clone() }).collect(),
            place: review.place,
        }
    }
}

/// Joint looks of one application.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JointReviews {
    /// Oldest first.
    items: Vec<JointReviewView>,
}

/// 联合踏勘、审图、验收的记录和整改清单
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "联合办理", body = JointReviews)))]
#[get("/api/v1/zones/{zone}/applications/{id}/joint-reviews")]
pub(crate) async fn list_joint_reviews(
    caller: Caller<may::ListJointReviews>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        Dossier::read(tx, &snapshot, id.0, &scope)?;
        Ok::<_, workflow::Error>(list(tx, snapshot.zone, id.0)?)
    });
    let view = JointReviews { items: read.await?.into_iter().map(JointReviewView::from).collect() };
    Ok(tagged(&request, &view, None, Caching::Private))
}
