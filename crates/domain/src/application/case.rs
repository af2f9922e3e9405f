//! A case (办件): one matter handled by one department.

use super::{DeemedAcceptance, Progress, ReversalKind};
use crate::calendar::{Due, Limit};
use crate::catalogue::{Catalogue, LaterAct, LimitStart, Matter, Procedure, Version};
use crate::local_time::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
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

codes! {
    /// What was decided (办结结果).
    pub enum Outcome {
        /// 准予.
        Granted = "granted", "准予";
        /// 容缺通过: granted with an open obligation.
        GrantedWithDeferral = "granted_with_deferral", "准予（容缺通过）";
        /// 不予.
        Refused = "refused", "不予";
    }
}

impl Outcome {
    /// Whether the applicant got what was asked for.
    #[must_use]
    pub const fn is_grant(self) -> bool {
        matches!(self, Self::Granted | Self::GrantedWithDeferral)
    }
}

codes! {
    /// How a case ended without a decision.
    pub enum Ending {
        /// 不受理: no licence is needed (行政许可法 32(1)).
        NotRequired = "not_required", "不受理";
        /// 不予受理: another body is competent (行政许可法 32(2)).
        NotInScope = "not_in_scope", "不予受理";
        /// 不予受理: false materials (行政许可法 78).
        FalseMaterials = "false_materials", "不予受理（提供虚假材料）";
        /// 不予受理: incomplete, refused on the spot with everything listed (不动产登记暂行条例 17).
        Incomplete = "incomplete", "不予受理（材料不齐全）";
        /// 撤件 by the applicant.
        Withdrawn = "withdrawn", "已撤件";
        /// 视为撤回: the term for supplements ran out, where the zone has a legal basis for it.
        TreatedAsWithdrawn = "treated_as_withdrawn", "视为撤回申请";
        /// 撤回受理决定: a deferred material did not come.
        AcceptanceCancelled = "acceptance_cancelled", "撤回受理决定";
        /// 前序事项未获准: it never began; it waits again when the earlier decision is put right.
        PredecessorFailed = "predecessor_failed", "前序事项未获准，未启动";
    }
}

/// The earlier result a case is about (行政许可法 49, 50, 70).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// What is asked for.
    pub act: LaterAct,
    /// Number of the certificate.
    #[schema(example = "Z4304762024101020000017", max_length = 64)]
    pub certificate_no: String,
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
    /// From when the light is red: the end of the term, or of the law's limit where that ends before (a promise that was
    /// held or extended).
    pub red_at: Instant,
}

impl Deadline {
    /// A term, and from when it is nearly over.
    #[must_use]
    pub const fn new(due: Due, yellow_at: Instant) -> Self {
        Self { due, yellow_at, red_at: due.at }
    }

    /// The same, watched against the law's limit as well.
    #[must_use]
    pub fn under(self, law: &Due, law_yellow_at: Instant) -> Self {
        if law.provisional || law.at >= self.due.at {
            return self;
        }
        Self { yellow_at: self.yellow_at.min(law_yellow_at), red_at: law.at, ..self }
    }
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
    /// Deadline of the next act: the notice while received, the supplements while they are owed, the decision
    /// once accepted, the delivery once granted.
    pub deadline: Option<Deadline>,
    /// Who has taken it on.
    pub handler: Option<Uuid>,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// When.
    pub decided_at: Option<Instant>,
    /// The earlier result it is about.
    pub target: Option<Target>,
    /// What else happened to it.
    pub progress: Progress,
    /// Counts changes.
    pub version: i64,
}

/// Which terms a case has missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breached {
    /// The promise.
    pub promise: bool,
    /// The law's limit.
    pub law: bool,
}

impl Case {
    /// The version of its matter it was filed under.
    #[must_use]
    pub fn version<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Version<Matter>> {
        catalogue.pinned_matter(&self.matter, self.version_id)
    }

    /// What people call its matter; the code where the catalogue does not hold it.
    #[must_use]
    pub fn matter_name<'a>(&'a self, catalogue: &'a Catalogue) -> &'a str {
        self.version(catalogue).map_or(&self.matter, |v| &v.document.name)
    }

    /// Which of its terms have passed by `now`; a date that may still move has not.
    #[must_use]
    pub fn breached(&self, now: Instant) -> Breached {
        let passed = |due: &Due| !due.provisional && now >= due.at;
        Breached { promise: self.deadline.is_some_and(|d| passed(&d.due)), law: self.progress.statutory_due.is_some_and(|d| passed(&d)) }
    }

    /// Decided, or ended without a decision.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.state, CaseState::Decided | CaseState::Ended)
    }

    /// Applies an acceptance by silence.
    pub fn accept_deemed(&mut self, acceptance: &DeemedAcceptance, case_no: String) {
        self.state = CaseState::Accepted;
        self.accepted_at = Some(acceptance.accepted_at);
        self.deemed = true;
        self.deadline = Some(acceptance.decision);
        self.progress.statutory_due = acceptance.statutory;
        self.case_no = Some(case_no);
        self.version += 1;
    }
}

/// The state as exchange systems number it (办件状态 1–16); `None` before anything was taken in.
#[must_use]
pub fn exchange_state(case: &Case) -> Option<u8> {
    let progress = &case.progress;
    match case.state {
        CaseState::Waiting => None,
        CaseState::Received if progress.rounds > 0 => Some(7),
        CaseState::Received => Some(1),
        CaseState::Supplementing => Some(6),
        CaseState::Accepted if progress.withdrawal_at.is_some() => Some(16),
        CaseState::Accepted if progress.pause.is_some() => Some(9),
        CaseState::Accepted if progress.resumed => Some(10),
        CaseState::Accepted => Some(8),
        CaseState::Decided => Some(match (progress.reversal.map(|r| r.kind), case.outcome) {
            (Some(ReversalKind::Recalled), _) => 14,
            (Some(ReversalKind::Revoked), _) => 15,
            (None, Some(Outcome::Granted)) => 11,
            (None, Some(Outcome::GrantedWithDeferral)) => 12,
            (None, Some(Outcome::Refused) | None) => 13,
        }),
        CaseState::Ended => Some(match progress.ending {
            Some(Ending::NotRequired) => 4,
            Some(Ending::NotInScope | Ending::FalseMaterials | Ending::Incomplete | Ending::AcceptanceCancelled) => 5,
            Some(Ending::Withdrawn | Ending::TreatedAsWithdrawn) | None => 2,
            Some(Ending::PredecessorFailed) => return None,
        }),
    }
}

impl Case {
    /// Applies that supplements did not come by `at`.
    pub fn treat_as_withdrawn(&mut self, at: Instant) {
        self.state = CaseState::Ended;
        self.progress.ending = Some(Ending::TreatedAsWithdrawn);
        self.progress.ended_at = Some(at);
        self.deadline = None;
        self.version += 1;
    }

    /// The state in Chinese, as far as it says more than [`CaseState`].
    #[must_use]
    pub fn state_name(&self) -> &'static str {
        let progress = &self.progress;
        match self.state {
            CaseState::Accepted if progress.withdrawal_at.is_some() => "撤件待确认",
            CaseState::Accepted if progress.pause.is_some() => "特别程序中",
            CaseState::Decided if progress.licence_cancelled_at.is_some() => "已注销",
            CaseState::Decided => progress.reversal.map_or_else(|| self.outcome.map_or("已办结", Outcome::label), |r| r.kind.label()),
            CaseState::Ended => progress.ending.map_or("已终止", Ending::label),
            state => state.label(),
        }
    }

    /// The term after which silence means acceptance, and the rule that says so.
    #[must_use]
    pub fn silence(&self) -> Option<(Limit, &str)> {
        let own = self.procedure.notice_term().map(|term| (term, "行政许可法 32(4)"));
        self.progress.silence.as_ref().map(|s| (s.within, s.basis.as_str())).or(own)
    }

    /// Granted, and the grant still holds.
    #[must_use]
    pub fn is_in_force(&self) -> bool {
        let stands = self.progress.reversal.is_none() && self.progress.licence_cancelled_at.is_none();
        self.outcome.is_some_and(Outcome::is_grant) && stands
    }

    /// What waits for it may go on: granted, or found not to be needed at all (行政许可法 32(1)).
    #[must_use]
    pub fn is_out_of_the_way(&self) -> bool {
        self.is_in_force() || self.progress.ending == Some(Ending::NotRequired)
    }

    /// It has come to its end without a grant that holds: nothing that waits for it can go on.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.is_over() && !self.is_out_of_the_way()
    }

    /// When it was decided, ended or taken back.
    #[must_use]
    pub fn closed_at(&self) -> Option<Instant> {
        let taken = self.progress.reversal.map(|r| r.at).or(self.progress.licence_cancelled_at);
        taken.or(self.progress.ended_at).or(self.decided_at)
    }

    /// Nothing more is to be done for the applicant: ended, refused, taken back, or in his hands.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self.state {
            CaseState::Ended => true,
            CaseState::Decided => {
                let granted = self.outcome.is_some_and(Outcome::is_grant);
                let over = self.progress.delivered_at.is_some()
                    || self.progress.reversal.is_some()
                    || self.progress.licence_cancelled_at.is_some();
                self.progress.proceeding.is_none() && (!granted || over)
            }
            CaseState::Waiting | CaseState::Received | CaseState::Supplementing | CaseState::Accepted => false,
        }
    }
}
