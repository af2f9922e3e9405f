//! What a caller may do next with an application, and why not.

use super::{ApplicationState, Case, CaseState, ProceedingStage};
use crate::access::Operation;
use crate::assessment::Assessment;
use crate::code::TextCode;
use crate::reason::Reason;
use serde::Serialize;
use utoipa::ToSchema;

codes! {
    /// An act on an application.
    pub enum ActionName {
        /// Change form and answers.
        Edit = "edit", "修改";
        /// Hand in a material.
        UploadMaterial = "upload_material", "上传材料";
        /// File it.
        Submit = "submit", "提交";
    }
}

impl ActionName {
    /// The operation that performs it.
    #[must_use]
    pub const fn operation(self) -> Operation {
        match self {
            Self::Edit => Operation::ReviseApplication,
            Self::UploadMaterial => Operation::UploadMaterial,
            Self::Submit => Operation::SubmitApplication,
        }
    }
}

/// One act: whether it is open now, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Action {
    /// The act.
    pub name: String,
    /// Open to this caller now.
    pub allowed: bool,
    /// Why not.
    pub reasons: Vec<Reason>,
}

/// What the caller is to this application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// May change it (filed it, or is its applicant).
    pub may_change: bool,
}

/// The acts on an application for `viewer`; `assessment` is known while it is a draft.
#[must_use]
pub fn application_actions(state: ApplicationState, viewer: Viewer, assessment: Option<&Assessment>) -> Vec<Action> {
    let closed = match state {
        ApplicationState::Draft => None,
        ApplicationState::Submitted | ApplicationState::Closed => {
            Some(Reason::new("not_a_draft", "申请已提交，不能再修改", "行政许可法 32"))
        }
    };
    let foreign =
        (!viewer.may_change).then(|| Reason::new("not_your_application", "只有申请人或代为申报的工作人员可以操作", "行政许可法 29"));
    let act = |name: ActionName, further: Vec<Reason>| {
        let reasons: Vec<Reason> = foreign.iter().chain(closed.iter()).cloned().chain(further).collect();
        Action { name: name.as_str().to_owned(), allowed: reasons.is_empty(), reasons }
    };
    let unready =
        if closed.is_some() { Vec::new() } else { assessment.filter(|a| !a.may_submit).map(|a| a.reasons.clone()).unwrap_or_default() };
    vec![act(ActionName::Edit, vec![]), act(ActionName::UploadMaterial, vec![]), act(ActionName::Submit, unready)]
}

/// One Chinese sentence: what happens next.
#[must_use]
pub fn next_step(state: ApplicationState, cases: &[Case], assessment: Option<&Assessment>) -> String {
    match state {
        ApplicationState::Closed => "全部事项已办结。".to_owned(),
        ApplicationState::Draft => match assessment {
            Some(a) if !a.may_submit => format!("请完善后提交：{}。", joined(a.reasons.iter().map(|r| r.text.as_str()))),
            Some(a) if !a.may_accept => {
                let missing = a.items.iter().filter(|i| i.blocks()).map(|i| i.name.as_str());
                format!("可以提交；尚缺{}，建议一并上传。", joined(missing))
            }
            _ => "材料齐全，请提交。".to_owned(),
        },
        ApplicationState::Submitted => submitted_step(cases),
    }
}

/// What comes next for the applicant, the most urgent first: what he owes, then what he waits for.
fn submitted_step(cases: &[Case]) -> String {
    let due = |state: CaseState| cases.iter().filter(move |c| c.state == state).filter_map(|c| c.deadline).map(|d| d.due.on);
    if let Some(on) = due(CaseState::Supplementing).min() {
        return format!("请于{on}前一次补齐补正告知书所列内容。");
    }
    if let Some(case) = cases.iter().find(|c| c.progress.proceeding.is_some()) {
        let until = case.progress.proceeding_due.map(|d| d.on.to_string()).unwrap_or_default();
        return match case.progress.proceeding {
            Some(ProceedingStage::Rectifying) => format!("请于{until}前整改到位。"),
            _ => format!("您可以在{until}前陈述申辩。"),
        };
    }
    if cases.iter().any(|c| c.progress.withdrawal_at.is_some()) {
        return "已申请撤件，等待部门确认。".to_owned();
    }
    if let Some(on) = due(CaseState::Received).min() {
        return format!("等待受理；最迟{on}一次性告知需要补正的内容，逾期未告知即视为受理。");
    }
    if cases.iter().any(|c| c.progress.pause.is_some()) {
        return "正在进行特别程序，所需时间不计入办理期限。".to_owned();
    }
    if let Some(on) = due(CaseState::Accepted).max() {
        return format!("已受理，正在办理；承诺{on}前办结。");
    }
    if let Some(on) = due(CaseState::Decided).max() {
        return format!("已作出决定，最迟{on}送达。");
    }
    "已收件，正在办理。".to_owned()
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.take(5).collect::<Vec<_>>().join("、")
}
