//! Cases.

use super::Moment;
use chrono::NaiveDate;
use domain::application::{Action, Case, CaseState, Light, exchange_state, light};
use domain::catalogue::Catalogue;
use domain::local_time::{Instant, date_of};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// One case of an application.
#[derive(Debug, Serialize, ToSchema)]
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
    /// What this caller may do with the case now.
    pub actions: Vec<Action>,
    /// Version of the case.
    pub version: i64,
}

impl CaseView {
    /// The case at `now`, with names from the catalogue.
    #[must_use]
    pub fn new(case: Case, catalogue: &Catalogue, now: Instant) -> Self {
        let matter_name = catalogue.pinned_matter(case.version_id).map_or_else(|| case.matter.clone(), |v| v.document.name.clone());
        let department_name = catalogue.zone.department(&case.department).map_or_else(|| case.department.clone(), |d| d.name.clone());
        let due_in = |state| case.deadline.filter(|_| case.state == state).map(|d| d.due.on);
        Self {
            matter_name,
            department_name,
            state: case.state,
            state_name: case.state.label(),
            exchange_state: exchange_state(&case),
            received_at: case.received_at.map(Moment::from),
            accepted_on: case.accepted_at.map(date_of),
            accepted_at: case.accepted_at.map(Moment::from),
            deemed_accepted: case.deemed,
            notice_due_on: due_in(CaseState::Received),
            due_on: due_in(CaseState::Accepted),
            provisional: case.deadline.is_some_and(|d| d.due.provisional),
            light: case.deadline.map(|d| light(&d, now)),
            actions: Vec::new(),
            version: case.version,
            id: case.id,
            case_no: case.case_no,
            matter: case.matter,
            department: case.department,
        }
    }
}
