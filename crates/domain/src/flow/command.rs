//! The one table of state × command: allowed, or why not.

use super::HearingStage;
use super::publicity::publicity_bars;
use crate::access::Operation;
use crate::application::{Case, CaseState, Ending, Outcome, ProceedingStage};
use crate::reason::Reason;

codes! {
    /// An act on a case.
    pub enum Command {
        /// 受理.
        Accept = "accept", "受理";
        /// 不受理、不予受理.
        Reject = "reject", "不予受理";
        /// 一次性告知补正.
        GiveNotice = "give_notice", "告知补正";
        /// 提交补正.
        Supplement = "supplement", "提交补正";
        /// 审查.
        Examine = "examine", "审查";
        /// 公示.
        Publish = "publish", "公示";
        /// 告知听证权利、公告听证.
        OfferHearing = "offer_hearing", "告知听证权利";
        /// 申请听证.
        RequestHearing = "request_hearing", "申请听证";
        /// 通知听证.
        CallHearing = "call_hearing", "通知听证";
        /// 举行听证.
        HoldHearing = "hold_hearing", "登记听证笔录";
        /// 告知利害关系人.
        TellInterested = "tell_interested", "告知利害关系人";
        /// 转由外部系统办理.
        Mirror = "mirror", "登记外部系统办理";
        /// 启动特别程序.
        Suspend = "suspend", "启动特别程序";
        /// 结束特别程序.
        Resume = "resume", "结束特别程序";
        /// 延长期限.
        Extend = "extend", "延长期限";
        /// 复核同意核发后补齐.
        ApproveDeferral = "approve_deferral", "复核同意核发后补齐";
        /// 作出决定.
        Decide = "decide", "作出决定";
        /// 出件.
        Issue = "issue", "出件";
        /// 送达.
        Deliver = "deliver", "送达";
        /// 撤件.
        Withdraw = "withdraw", "撤回申请";
        /// 确认撤件.
        ConfirmWithdrawal = "confirm_withdrawal", "确认撤件";
        /// 事后核查.
        PostCheck = "post_check", "事后核查";
        /// 启动撤销或者容缺逾期处理程序.
        ProposeRevocation = "propose_revocation", "启动处理程序";
        /// 记录整改结果.
        RecordRectification = "record_rectification", "记录整改结果";
        /// 陈述申辩.
        MakeStatement = "make_statement", "陈述申辩";
        /// 撤销.
        Revoke = "revoke", "撤销";
        /// 处理容缺逾期.
        CancelAcceptance = "cancel_acceptance", "撤回受理决定";
        /// 终止不利处理.
        Discontinue = "discontinue", "终止不利处理程序";
        /// 暂扣证照.
        SuspendLicence = "suspend_licence", "暂扣证照";
        /// 发还证照.
        RestoreLicence = "restore_licence", "发还证照";
        /// 依职权注销.
        CancelLicence = "cancel_licence", "注销证照";
        /// 撤回许可.
        Recall = "recall", "撤回许可";
        /// 纠正不予受理或者不予许可.
        Annul = "annul", "纠正不予决定";
        /// 领办.
        Claim = "claim", "领办";
        /// 移交.
        HandOver = "hand_over", "移交";
    }
}

impl Command {
    /// The operation that performs it.
    #[must_use]
    pub const fn operation(self) -> Operation {
        match self {
            Self::Accept => Operation::AcceptApplication,
            Self::Reject => Operation::RejectApplication,
            Self::GiveNotice => Operation::GiveSupplementNotice,
            Self::Supplement => Operation::SupplementApplication,
            Self::Examine => Operation::ExamineCase,
            Self::Publish => Operation::PublishCase,
            Self::Mirror => Operation::MirrorCase,
            Self::OfferHearing => Operation::OfferHearing,
            Self::RequestHearing => Operation::RequestHearing,
            Self::CallHearing => Operation::CallHearing,
            Self::HoldHearing => Operation::HoldHearing,
            Self::TellInterested => Operation::TellInterested,
            Self::Suspend => Operation::SuspendCase,
            Self::Resume => Operation::ResumeCase,
            Self::Extend => Operation::ExtendCase,
            Self::ApproveDeferral => Operation::ApproveDeferral,
            Self::Decide => Operation::DecideCase,
            Self::Issue => Operation::IssueApplication,
            Self::Deliver => Operation::DeliverApplication,
            Self::Withdraw => Operation::WithdrawApplication,
            Self::ConfirmWithdrawal => Operation::ConfirmWithdrawal,
            Self::PostCheck => Operation::PostCheckCase,
            Self::ProposeRevocation => Operation::ProposeRevocation,
            Self::RecordRectification => Operation::RecordRectification,
            Self::MakeStatement => Operation::MakeStatement,
            Self::Revoke => Operation::RevokeCase,
            Self::CancelAcceptance => Operation::CancelAcceptance,
            Self::Discontinue => Operation::DiscontinueProceeding,
            Self::SuspendLicence => Operation::SuspendLicence,
            Self::RestoreLicence => Operation::RestoreLicence,
            Self::CancelLicence => Operation::CancelLicence,
            Self::Recall => Operation::RecallCase,
            Self::Annul => Operation::AnnulDecision,
            Self::Claim => Operation::ClaimCase,
            Self::HandOver => Operation::HandOverCase,
        }
    }

    /// Whether the applicant performs it.
    #[must_use]
    pub const fn is_of_applicant(self) -> bool {
        matches!(self, Self::Supplement | Self::Withdraw | Self::MakeStatement | Self::RequestHearing)
    }
}

/// Why `case` as it stands does not allow `command`; `None` when it does.
#[must_use]
pub fn forbidden(case: &Case, command: Command) -> Option<Reason> {
    use CaseState::{Accepted, Decided, Ended, Received, Supplementing, Waiting};
    let progress = &case.progress;
    let stands = progress.reversal.is_none() && progress.licence_cancelled_at.is_none();
    let granted = case.state == Decided && case.outcome.is_some_and(Outcome::is_grant) && stands;
    let in_force = granted && progress.proceeding.is_none();
    let stage = |wanted| progress.proceeding == Some(wanted);
    let fits = match command {
        Command::Mirror => {
            // What was entered wrongly is put right until the system has told something.
            matches!(case.state, Received | Accepted) && progress.mirrored.as_ref().is_none_or(|m| !m.heard)
        }
        Command::OfferHearing | Command::RequestHearing | Command::CallHearing | Command::HoldHearing | Command::TellInterested => {
            super::hearing::fits(case, command)
        }
        Command::Accept | Command::Reject | Command::GiveNotice => case.state == Received,
        Command::Supplement => case.state == Supplementing,
        Command::Publish => matches!(case.state, Waiting | Received | Accepted) || (in_force && progress.issued_at.is_none()),
        Command::Examine | Command::Suspend | Command::Resume | Command::Extend | Command::ApproveDeferral | Command::Decide => {
            case.state == Accepted
        }
        Command::Withdraw => matches!(case.state, Waiting | Received | Supplementing | Accepted),
        Command::ConfirmWithdrawal => case.state == Accepted && progress.withdrawal_at.is_some(),
        Command::Issue => granted && progress.issued_at.is_none(),
        Command::Deliver => granted && progress.issued_at.is_some() && progress.delivered_at.is_none(),
        Command::PostCheck | Command::Recall => in_force,
        Command::CancelLicence => granted,
        Command::SuspendLicence => granted && !progress.licence_suspended,
        Command::RestoreLicence => granted && progress.licence_suspended,
        // A lapsed deferral whose proceeding was given up can be taken up again.
        Command::ProposeRevocation => in_force || (case.state == Accepted && progress.proceeding.is_none()),
        Command::RecordRectification => granted && stage(ProceedingStage::Rectifying),
        Command::MakeStatement => stage(ProceedingStage::Statement),
        Command::Revoke => granted && stage(ProceedingStage::Statement),
        Command::CancelAcceptance => case.state == Accepted && stage(ProceedingStage::Statement),
        Command::Discontinue => progress.proceeding.is_some(),
        Command::Annul => {
            let refused = case.state == Decided && case.outcome == Some(Outcome::Refused);
            refused
                || (case.state == Ended
                    && matches!(
                        progress.ending,
                        Some(Ending::NotRequired | Ending::NotInScope | Ending::FalseMaterials | Ending::Incomplete)
                    ))
        }
        Command::Claim | Command::HandOver => matches!(case.state, Received | Supplementing | Accepted) || (granted && !case.is_closed()),
    };
    if !fits {
        let text = format!("办件处于「{}」，不能{}", case.state_name(), command.label());
        return Some(Reason::new("case_state", text, "行政许可法"));
    }
    stopped(case, command)
}

/// What stops an act that the state alone would allow.
fn stopped(case: &Case, command: Command) -> Option<Reason> {
    let progress = &case.progress;
    let entered_there = matches!(
        command,
        Command::Accept
            | Command::Reject
            | Command::GiveNotice
            | Command::Examine
            | Command::Suspend
            | Command::Resume
            | Command::Extend
            | Command::OfferHearing
            | Command::RequestHearing
            | Command::CallHearing
            | Command::HoldHearing
            | Command::Decide
    );
    if let Some(mirror) = progress.mirrored.as_ref().filter(|_| entered_there) {
        let text = format!("本办件在外部系统办理（{}，编号{}），状态由该系统回传，不必重复录入", mirror.system, mirror.reference);
        return Some(Reason::new("mirrored", text, "系统对接：一次录入"));
    }
    let halting = matches!(
        command,
        Command::Suspend
            | Command::Extend
            | Command::Decide
            | Command::Examine
            | Command::Publish
            | Command::OfferHearing
            | Command::RequestHearing
            | Command::CallHearing
            | Command::ApproveDeferral
            | Command::ProposeRevocation
    );
    if halting && progress.withdrawal_at.is_some() {
        return Some(Reason::new("withdrawal_pending", "申请人已申请撤件，请先确认", "行政许可法"));
    }
    match (command, progress.pause) {
        (Command::Suspend, Some(_)) => return Some(Reason::new("already_suspended", "特别程序尚未结束", "行政许可法 45")),
        (Command::Resume, _) if progress.hearing.is_some_and(|h| matches!(h.stage, HearingStage::Owed | HearingStage::Called)) => {
            return Some(Reason::new("hearing_open", "听证举行前不恢复计时", "行政许可法 45"));
        }
        (Command::Resume, None) => return Some(Reason::new("not_suspended", "没有正在进行的特别程序", "行政许可法 45")),
        (Command::Decide | Command::Extend, Some(_)) => {
            return Some(Reason::new("suspended", "特别程序结束前不能办理", "行政许可法 45"));
        }
        _ => {}
    }
    if command == Command::Publish && progress.publicity.is_some_and(|p| !p.over) {
        return Some(Reason::new("publicity_running", "本办件正在公示", "行政许可法 36"));
    }
    if command == Command::ApproveDeferral && progress.deferral_approved_by.is_some() {
        return Some(Reason::new("deferral_approved", "已经复核同意", "容缺审批"));
    }
    if command == Command::Extend && progress.extended.is_some() {
        return Some(Reason::new("already_extended", "期限只能延长一次", "行政许可法 42"));
    }
    if matches!(command, Command::Decide | Command::Issue)
        && let Some(reason) = publicity_bars(case)
    {
        return Some(reason);
    }
    if command == Command::Decide && progress.proceeding.is_some() {
        return Some(Reason::new("proceeding_open", "容缺逾期的处理尚未结束", "容缺受理规则"));
    }
    if command == Command::Withdraw && progress.withdrawal_at.is_some() {
        return Some(Reason::new("withdrawal_pending", "已申请撤件，等待确认", "行政许可法"));
    }
    None
}
