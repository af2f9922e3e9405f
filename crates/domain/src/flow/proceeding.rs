//! What may end in harm to the applicant: order to rectify, statement and defence, and the decision of a named
//! official. No timer ever takes the last step.

use super::accept::end;
use crate::application::{Case, CaseState, Ending, Outcome, ProceedingStage, Reversal, ReversalKind};
use crate::calendar::Due;
use crate::local_time::Instant;
use crate::reason::Reason;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

codes! {
    /// Result of a post-check (事后核查).
    pub enum CheckResult {
        /// 属实.
        True = "true", "与承诺一致";
        /// 不实.
        FalseStatement = "false_statement", "与承诺不符";
        /// 无法核实.
        CannotVerify = "cannot_verify", "无法核实";
    }
}

codes! {
    /// What set a proceeding off.
    pub enum ProceedingCause {
        /// The post-check found the commitment false.
        FalseCommitment = "false_commitment", "承诺不实";
        /// A deferred material did not come in time.
        DeferralLapsed = "deferral_lapsed", "容缺材料逾期未补";
        /// Another ground of 行政许可法 69.
        Unlawful = "unlawful", "许可可能违法";
    }
}

codes! {
    /// Grounds of revocation (行政许可法 69).
    pub enum RevocationGround {
        /// 滥用职权、玩忽职守.
        AbuseOrNeglect = "abuse_or_neglect", "滥用职权、玩忽职守作出";
        /// 超越法定职权.
        BeyondCompetence = "beyond_competence", "超越法定职权作出";
        /// 违反法定程序.
        ProcedureViolated = "procedure_violated", "违反法定程序作出";
        /// 申请人不具备资格或者不符合法定条件.
        ConditionsNotMet = "conditions_not_met", "申请人不具备资格或者不符合法定条件";
        /// 依法可以撤销的其他情形.
        OtherByLaw = "other_by_law", "依法可以撤销的其他情形";
        /// 欺骗、贿赂: must be revoked.
        FraudOrBribery = "fraud_or_bribery", "以欺骗、贿赂等不正当手段取得";
    }
}

codes! {
    /// Grounds of recall (行政许可法 8).
    pub enum RecallGround {
        /// 所依据的法律、法规、规章修改或者废止.
        LawChanged = "law_changed", "所依据的法律、法规、规章修改或者废止";
        /// 客观情况发生重大变化.
        CircumstancesChanged = "circumstances_changed", "所依据的客观情况发生重大变化";
    }
}

codes! {
    /// What a lapsed deferral leads to, as a named official decides (R4.9).
    pub enum Consequence {
        /// 撤回受理决定.
        CancelAcceptance = "cancel_acceptance", "撤回受理决定";
        /// 视为撤回申请.
        TreatAsWithdrawn = "treat_as_withdrawn", "视为撤回申请";
        /// 不予许可.
        Refuse = "refuse", "不予许可";
    }
}

/// A proceeding against the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proceeding {
    /// What set it off.
    pub cause: ProceedingCause,
    /// When it began.
    pub opened_at: Instant,
    /// Who opened it; nobody when a term ran out.
    pub opened_by: Option<Uuid>,
    /// What was found.
    pub findings: String,
    /// What the applicant says.
    pub statement: Option<String>,
    /// When.
    pub stated_at: Option<Instant>,
    /// How it ended.
    pub conclusion: Option<String>,
    /// When.
    pub concluded_at: Option<Instant>,
    /// Who decided.
    pub concluded_by: Option<Uuid>,
}

impl Proceeding {
    /// A proceeding that begins.
    #[must_use]
    pub fn new(cause: ProceedingCause, findings: String, at: Instant, by: Option<Uuid>) -> Self {
        Self {
            cause,
            opened_at: at,
            opened_by: by,
            findings,
            statement: None,
            stated_at: None,
            conclusion: None,
            concluded_at: None,
            concluded_by: None,
        }
    }
}

/// Opens a proceeding: a false commitment begins with the order to rectify, everything else with the hearing
/// of the applicant (陈述申辩).
pub fn open(case: &mut Case, stage: ProceedingStage, due: Due) {
    case.progress.proceeding = Some(stage);
    case.progress.proceeding_due = Some(due);
    case.version += 1;
}

/// Records whether the order to rectify was followed: if so the proceeding ends, else the applicant is heard
/// until `due`.
///
/// # Errors
/// The term to rectify is still running and nothing was put right.
pub fn record_rectification(case: &mut Case, rectified: bool, now: Instant, due: Due) -> Result<(), Reason> {
    if rectified {
        discontinue(case);
        return Ok(());
    }
    if case.progress.proceeding_due.is_some_and(|d| now < d.at) {
        return Err(Reason::new("rectification_running", "整改期限尚未届满", "责令整改"));
    }
    open(case, ProceedingStage::Statement, due);
    Ok(())
}

/// Takes the applicant's statement; it is heard even after the term, as long as nothing is decided.
pub fn take_statement(case: &mut Case, proceeding: &mut Proceeding, text: String, now: Instant) {
    proceeding.statement = Some(text);
    proceeding.stated_at = Some(now);
    case.version += 1;
}

/// Why the proceeding can't be decided yet: the applicant has neither spoken nor had his time.
#[must_use]
pub fn unheard(case: &Case, proceeding: &Proceeding, now: Instant) -> Option<Reason> {
    // A date that may still move is over for certain once the longest holiday has passed on top of it.
    let certain = |d: Due| if d.provisional { d.at + TimeDelta::days(15) } else { d.at };
    let over = case.progress.proceeding_due.is_some_and(|d| now >= certain(d));
    (proceeding.stated_at.is_none() && !over)
        .then(|| Reason::new("statement_term_running", "陈述申辩期限尚未届满，不能作出决定", "行政许可法 7"))
}

/// What a proceeding comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// The grant is revoked.
    Revoke,
    /// The lapsed deferral has its consequence.
    Lapsed(Consequence),
}

/// Decides a proceeding.
///
/// # Errors
/// [`unheard`].
pub fn conclude(case: &mut Case, proceeding: &mut Proceeding, conclusion: Conclusion, by: Uuid, now: Instant) -> Result<(), Reason> {
    if let Some(reason) = unheard(case, proceeding, now) {
        return Err(reason);
    }
    close(case, proceeding, by, now);
    match conclusion {
        Conclusion::Revoke => {
            case.progress.reversal = Some(Reversal { kind: ReversalKind::Revoked, at: now });
            case.deadline = None;
            case.version += 1;
        }
        Conclusion::Lapsed(Consequence::CancelAcceptance) => end(case, Ending::AcceptanceCancelled, now),
        Conclusion::Lapsed(Consequence::TreatAsWithdrawn) => end(case, Ending::TreatedAsWithdrawn, now),
        Conclusion::Lapsed(Consequence::Refuse) => {
            case.state = CaseState::Decided;
            case.outcome = Some(Outcome::Refused);
            case.decided_at = Some(now);
            case.progress.decided_by = Some(by);
            case.progress.stand_still();
            case.deadline = None;
            case.version += 1;
        }
    }
    Ok(())
}

fn close(case: &mut Case, proceeding: &mut Proceeding, by: Uuid, now: Instant) {
    proceeding.concluded_at = Some(now);
    proceeding.concluded_by = Some(by);
    (case.progress.proceeding, case.progress.proceeding_due) = (None, None);
}

/// Ends a proceeding without consequence.
pub fn discontinue(case: &mut Case) {
    (case.progress.proceeding, case.progress.proceeding_due) = (None, None);
    case.version += 1;
}

/// Takes a lawful grant back because the law or the circumstances changed; losses are compensated (行政许可法 8).
pub fn recall(case: &mut Case, now: Instant) {
    case.progress.reversal = Some(Reversal { kind: ReversalKind::Recalled, at: now });
    case.deadline = None;
    case.version += 1;
}
