//! Cases.

use super::Moment;
use super::Seat;
use chrono::NaiveDate;
use domain::application::{Action, Case, CaseState, Ending, Light, Outcome, ProceedingStage, Target, exchange_state, light};
use domain::calendar::Due;
use domain::catalogue::Catalogue;
use domain::catalogue::LaterAct;
use domain::code::TextCode;
use domain::flow::{Command, Renewal, forbidden};
use domain::local_time::{Instant, date_of};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One case of an application.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "facts of an answer, each under its own name")]
pub struct CaseView {
    /// Identity.
    pub id: Uuid,
    /// 办件编号, from acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4304762024101020000017")]
    pub case_no: Option<String>,
    /// Code of the matter.
    #[schema(example = "construction-permit")]
    pub matter: String,
    /// Name of the matter.
    #[schema(example = "建筑工程施工许可证核发（可分阶段）")]
    pub matter_name: String,
    /// Code of the department.
    #[schema(example = "HUC")]
    pub department: String,
    /// Name of the department.
    #[schema(example = "建设局")]
    pub department_name: String,
    /// The windows that take it.
    #[schema(example = json!(["消防窗口"]))]
    pub windows: Vec<String>,
    /// Where it stands.
    pub state: CaseState,
    /// The state in Chinese.
    #[schema(example = "已受理")]
    pub state_name: &'static str,
    /// National state code 1–16.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 8)]
    pub exchange_state: Option<u8>,
    /// Legal moment of receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Moment>,
    /// Legal day of acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_on: Option<NaiveDate>,
    /// Legal moment of acceptance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Moment>,
    /// Accepted by silence (行政许可法 32(4)).
    pub deemed_accepted: bool,
    /// Last day of the term for a notice, while received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_due_on: Option<NaiveDate>,
    /// Last day of the promise, once accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// The due date may still move: the calendar of some day is not published yet.
    pub provisional: bool,
    /// Traffic light of the deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub light: Option<Light>,
    /// The clock stands for a special procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseView>,
    /// Last day of the statutory limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statutory_due_on: Option<NaiveDate>,
    /// The promise was missed.
    pub promise_breached: bool,
    /// The statutory limit was missed.
    pub statutory_breached: bool,
    /// Last day for the supplements, while they are owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplement_due_on: Option<NaiveDate>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How it ended without a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<Ending>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Moment>,
    /// When the result was made out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Moment>,
    /// When the result reached the applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Moment>,
    /// Last day for the delivery, while it is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deliver_by: Option<NaiveDate>,
    /// The certificate granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Z4304762024101020000017")]
    pub certificate_no: Option<String>,
    /// Handled by commitment (告知承诺).
    pub by_commitment: bool,
    /// Where a proceeding against the applicant stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proceeding: Option<ProceedingStage>,
    /// When the term of its stage ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proceeding_due_on: Option<NaiveDate>,
    /// The earlier result it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The renewal it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renewal: Option<RenewalView>,
    /// Who has taken it on; to staff only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<Uuid>,
    /// What this caller may do with the case now.
    pub actions: Vec<Action>,
    /// Version of the case.
    pub version: i64,
}

/// The renewal of a licence (行政许可法 50).
#[derive(Debug, Serialize, ToSchema)]
pub struct RenewalView {
    /// Last day of the licence.
    pub expires_on: NaiveDate,
    /// Last day on which it was to be asked for.
    pub ask_by: NaiveDate,
    /// It was asked for by then: no decision by the licence's last day renews it.
    pub in_time: bool,
    /// Silence renewed it.
    pub by_silence: bool,
}

impl From<Renewal> for RenewalView {
    fn from(r: Renewal) -> Self {
        Self { expires_on: r.expires_on, ask_by: r.ask_by, in_time: r.in_time, by_silence: r.by_silence }
    }
}

/// A clock that stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct PauseView {
    /// Since when.
    pub since: Moment,
    /// When it is expected to end.
    pub expected_on: NaiveDate,
    /// The light it was stopped at.
    pub light: Light,
}

/// What may be done with a case by somebody in this seat.
fn actions(case: &Case, seat: &Seat, own: bool) -> Vec<Action> {
    let open = Command::ALL.iter().filter(|c| seat.may(c.operation(), &case.department, own));
    open.map(|c| {
        let reasons: Vec<_> = forbidden(case, *c).into_iter().collect();
        Action { name: c.as_str().to_owned(), allowed: reasons.is_empty(), reasons }
    })
    .collect()
}

impl CaseView {
    /// The case at `now`, with names from the catalogue; `seat` is who looks, and whether the case is his.
    #[must_use]
    pub fn new(case: Case, catalogue: &Catalogue, now: Instant, seat: Option<(&Seat, bool)>) -> Self {
        let matter_name = case.matter_name(catalogue).to_owned();
        let windows = case.version(catalogue).map(|m| catalogue.zone.window_names(&m.document)).unwrap_or_default();
        let department_name = catalogue.zone.department(&case.department).map_or_else(|| case.department.clone(), |d| d.name.clone());
        let due_in = |state| case.deadline.filter(|_| case.state == state).map(|d| d.due.on);
        let progress = &case.progress;
        let judged = case.decided_at.unwrap_or(now);
        let decided = case.state == CaseState::Decided;
        let promise = if decided { None } else { case.deadline.filter(|_| case.state == CaseState::Accepted).map(|d| d.due) };
        let running = decided || case.state == CaseState::Accepted;
        let over = |due: Option<Due>| running && due.is_some_and(|d| !d.provisional && judged >= d.at);
        let granted = case.outcome.is_some_and(Outcome::is_grant);
        let staff = seat.is_some_and(|(seat, _)| !seat.roles.is_empty());
        Self {
            windows: windows.into_iter().map(str::to_owned).collect(),
            pause: progress.pause.map(|p| PauseView { since: p.since.into(), expected_on: p.expected_on, light: p.light }),
            statutory_due_on: progress.statutory_due.map(|d| d.on),
            promise_breached: over(promise.or(progress.promise_due)),
            statutory_breached: over(progress.statutory_due),
            supplement_due_on: due_in(CaseState::Supplementing),
            outcome: case.outcome,
            ending: progress.ending,
            decided_at: case.decided_at.map(Moment::from),
            issued_at: progress.issued_at.map(Moment::from),
            delivered_at: progress.delivered_at.map(Moment::from),
            deliver_by: due_in(CaseState::Decided),
            certificate_no: case
                .case_no
                .as_ref()
                .filter(|_| granted && case.target.as_ref().is_none_or(|t| t.act != LaterAct::Cancel))
                .map(|no| format!("Z{no}")),
            by_commitment: progress.by_commitment,
            proceeding: progress.proceeding,
            proceeding_due_on: progress.proceeding_due.map(|d| d.on),
            handler: case.handler.filter(|_| staff),
            matter_name,
            department_name,
            state: case.state,
            state_name: case.state_name(),
            exchange_state: exchange_state(&case),
            received_at: case.received_at.map(Moment::from),
            accepted_on: case.accepted_at.map(date_of),
            accepted_at: case.accepted_at.map(Moment::from),
            deemed_accepted: case.deemed,
            notice_due_on: due_in(CaseState::Received),
            due_on: due_in(CaseState::Accepted),
            provisional: case.deadline.is_some_and(|d| d.due.provisional),
            light: case.deadline.map(|d| light(&d, now)),
            actions: seat.map(|(seat, own)| actions(&case, seat, own)).unwrap_or_default(),
            target: case.target.clone(),
            renewal: progress.renewal.map(RenewalView::from),
            version: case.version,
            id: case.id,
            case_no: case.case_no,
            matter: case.matter,
            department: case.department,
        }
    }
}
