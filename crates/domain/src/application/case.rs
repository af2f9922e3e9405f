//! A case (办件): one matter handled by one department.

use super::{DeemedAcceptance, Light};
use crate::calendar::{Due, Limit};
use crate::catalogue::{LaterAct, LimitStart, Procedure, SilenceRule};
use crate::flow::{JointKind, Publicity};
use crate::local_time::Instant;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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

codes! {
    /// What the authority did to its own grant.
    pub enum ReversalKind {
        /// 撤销 (行政许可法 69).
        Revoked = "revoked", "已撤销";
        /// 撤回 (行政许可法 8).
        Recalled = "recalled", "已撤回";
    }
}

/// A grant taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reversal {
    /// How.
    pub kind: ReversalKind,
    /// When.
    pub at: Instant,
}

/// A special procedure that stops the clock (特别程序, 行政许可法 45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Instant,
    /// When it is expected to end.
    pub expected_on: NaiveDate,
    /// The light it was stopped at.
    pub light: Light,
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

codes! {
    /// Where an open proceeding stands.
    pub enum ProceedingStage {
        /// 责令整改.
        Rectifying = "rectifying", "责令整改中";
        /// 陈述申辩.
        Statement = "statement", "陈述申辩期";
    }
}

/// What happened to a case besides its state: one document, never filtered on.
#[expect(clippy::struct_excessive_bools, reason = "facts beside the state, each under its own name")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Since when the term for a notice counts: the receipt, or the arrival of the last supplement.
    pub notice_from: Option<Instant>,
    /// Notices given.
    pub rounds: u32,
    /// Who accepted it; nobody when silence did.
    pub accepted_by: Option<Uuid>,
    /// Handled by commitment (告知承诺).
    pub by_commitment: bool,
    /// Statutory limit it was filed under.
    pub statutory: Option<Limit>,
    /// When the statutory limit ends.
    pub statutory_due: Option<Due>,
    /// When the promise ended, kept at the decision.
    pub promise_due: Option<Due>,
    /// Added by extension (行政许可法 42).
    pub extended: Option<Limit>,
    /// The clock stands.
    pub pause: Option<Pause>,
    /// A special procedure has ended.
    pub resumed: bool,
    /// The applicant asked to withdraw it; the department confirms.
    pub withdrawal_at: Option<Instant>,
    /// An examination found the conditions met.
    pub examined: bool,
    /// Points of the handling standard found met, by code or text.
    pub ticked: BTreeSet<String>,
    /// How it ended without a decision.
    pub ending: Option<Ending>,
    /// When.
    pub ended_at: Option<Instant>,
    /// Legal basis on which missing supplements end it, as it stood when the notice was given.
    pub lapse_basis: Option<String>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When the result was made out (出件).
    pub issued_at: Option<Instant>,
    /// When it reached the applicant.
    pub delivered_at: Option<Instant>,
    /// The open proceeding against the applicant.
    pub proceeding: Option<ProceedingStage>,
    /// When the term of its present stage ends.
    pub proceeding_due: Option<Due>,
    /// The grant was taken back.
    pub reversal: Option<Reversal>,
    /// The clerk who accepted it together with the rest, while it waits for another matter: it is accepted at the
    /// moment that one is granted.
    pub accepted_ahead: Option<Uuid>,
    /// 后置审批: the matter of the same project before whose grant it has to be decided.
    pub deferred_until: Option<String>,
    /// The matters beside it that are to be granted first (预审衔接), as far as they are not.
    pub waits_for: Vec<String>,
    /// Those of them that will not be granted.
    pub lost: Vec<String>,
    /// The promise stands for what is not counted in it; the statutory limit goes on.
    pub hold: Option<Hold>,
    /// The second official who agreed that the grant goes before a deferred material (R4.6).
    pub deferral_approved_by: Option<Uuid>,
    /// The colour of its deadline that was noted last (F126).
    pub light: Light,
    /// Silence that counts as acceptance, where another law than the procedure's own says so.
    pub silence: Option<SilenceRule>,
    /// The outside system that handles it, once it was entered there: its states come from there.
    pub mirrored: Option<Mirror>,
    /// Its certificate is suspended (暂扣).
    pub licence_suspended: bool,
    /// What was made public about it.
    pub publicity: Option<Publicity>,
    /// Joint looks that have not found everything in order yet.
    pub joint: BTreeSet<JointKind>,
}

codes! {
    /// Why a promise stands (滨州 19 and the like: publicity and rectification are not counted in the promise).
    pub enum HoldCause {
        /// 公示.
        Publicity = "publicity", "公示";
        /// 整改.
        Rectification = "rectification", "申请人整改";
    }
}

/// A case handled in an outside system (系统对接办件).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// Code of the system.
    pub system: String,
    /// Its number there.
    pub reference: String,
    /// Since when.
    pub since: Instant,
}

/// A promise that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Why.
    pub cause: HoldCause,
    /// Since when.
    pub since: Instant,
}

impl Progress {
    /// Clears what only a running case has: pauses, a pending withdrawal, an open proceeding.
    pub fn stand_still(&mut self) {
        (self.pause, self.withdrawal_at, self.proceeding, self.proceeding_due) = (None, None, None, None);
        self.hold = None;
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

impl Case {
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
        self.outcome.is_some_and(Outcome::is_grant) && self.progress.reversal.is_none()
    }

    /// What waits for it may go on: granted, or found not to be needed at all (行政许可法 32(1)).
    #[must_use]
    pub fn is_out_of_the_way(&self) -> bool {
        self.is_in_force() || self.progress.ending == Some(Ending::NotRequired)
    }

    /// It has come to its end without a grant that holds: nothing that waits for it can go on.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.state, CaseState::Decided | CaseState::Ended) && !self.is_out_of_the_way()
    }

    /// When it was decided, ended or taken back.
    #[must_use]
    pub fn closed_at(&self) -> Option<Instant> {
        self.progress.reversal.map(|r| r.at).or(self.progress.ended_at).or(self.decided_at)
    }

    /// Nothing more is to be done for the applicant: ended, refused, taken back, or in his hands.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self.state {
            CaseState::Ended => true,
            CaseState::Decided => {
                let granted = self.outcome.is_some_and(Outcome::is_grant);
                self.progress.proceeding.is_none() && (!granted || self.progress.delivered_at.is_some() || self.progress.reversal.is_some())
            }
            CaseState::Waiting | CaseState::Received | CaseState::Supplementing | CaseState::Accepted => false,
        }
    }
}
