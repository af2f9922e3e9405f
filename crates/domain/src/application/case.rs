//! A case (办件): one matter handled by one department.

use super::DeemedAcceptance;
use crate::calendar::{Due, Limit};
use crate::catalogue::{LimitStart, Procedure};
use crate::local_time::Instant;
use uuid::Uuid;

codes! {
    /// Where a case stands. Pauses, obligations, issue and delivery are facts beside the state.
    pub enum CaseState {
        /// Waits for another matter of the same application.
        Waiting = "waiting", "等待前序事项";
        /// Taken in, not yet accepted (收件).
        Received = "received", "已收件";
        /// A one-time notice is open (补正).
        Supplementing = "supplementing", "补正中";
        /// Accepted: the clock runs (受理).
        Accepted = "accepted", "已受理";
        /// Granted or refused (办结).
        Decided = "decided", "已办结";
        /// Ended without a decision.
        Ended = "ended", "已终止";
    }
}

/// The promise a case was filed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromisedLimit {
    /// How long.
    pub limit: Limit,
    /// From when.
    pub starts: LimitStart,
}

/// When the next act of the authority is due, and from when its light is yellow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The end.
    pub due: Due,
    /// From when the light is yellow.
    pub yellow_at: Instant,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Identity.
    pub id: Uuid,
    /// Place in its application.
    pub position: i32,
    /// Code of the matter.
    pub matter: String,
    /// The pinned version of the matter.
    pub version_id: Uuid,
    /// Code of the department that decides.
    pub department: String,
    /// The procedure it follows.
    pub procedure: Procedure,
    /// Where it stands.
    pub state: CaseState,
    /// 办件编号, from acceptance.
    pub case_no: Option<String>,
    /// When it legally arrived.
    pub received_at: Option<Instant>,
    /// When it was accepted.
    pub accepted_at: Option<Instant>,
    /// Accepted by silence (行政许可法 32(4)).
    pub deemed: bool,
    /// Promise it was filed under.
    pub promised: PromisedLimit,
    /// Deadline of the notice while received, of the decision once accepted.
    pub deadline: Option<Deadline>,
    /// Counts changes.
    pub version: i64,
}

impl Case {
    /// Applies an acceptance by silence.
    pub fn accept_deemed(&mut self, acceptance: &DeemedAcceptance, case_no: String) {
        self.state = CaseState::Accepted;
        self.accepted_at = Some(acceptance.accepted_at);
        self.deemed = true;
        self.deadline = Some(acceptance.decision);
        self.case_no = Some(case_no);
        self.version += 1;
    }
}

/// The state as exchange systems number it (办件状态 1–16); `None` before anything was taken in.
#[must_use]
pub fn exchange_state(case: &Case) -> Option<u8> {
    match case.state {
        CaseState::Waiting => None,
        CaseState::Received => Some(1),
        CaseState::Supplementing => Some(6),
        CaseState::Accepted => Some(8),
        CaseState::Decided => Some(11),
        CaseState::Ended => Some(2),
    }
}
