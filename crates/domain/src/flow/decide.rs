//! Examination (审查) and decision (决定).

use super::Command;
use crate::application::{Case, CaseState, Deadline, Filing, Outcome, yellow_from};
use crate::calendar::{Limit, due};
use crate::catalogue::{Authority, CaseKind, CheckPoint, Matter, Separation, Zone};
use crate::local_time::{Instant, date_of};
use crate::reason::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

codes! {
    /// How a case was examined.
    pub enum ExaminationMethod {
        /// 书面审查.
        Desk = "desk", "书面审查";
        /// 实地核查: by at least two officers (行政许可法 34 ¶3).
        SiteCheck = "site_check", "实地核查";
    }
}

/// One point of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// What was looked at.
    #[schema(example = "施工场地已经基本具备施工条件", max_length = 200)]
    pub point: String,
    /// Whether it is met.
    pub passed: bool,
    /// Remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub note: Option<String>,
}

/// One examination as recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// How.
    pub method: ExaminationMethod,
    /// Its officers.
    pub officers: Vec<Uuid>,
    /// The checklist.
    pub checklist: Vec<Checkpoint>,
    /// Opinion.
    pub opinion: String,
    /// When.
    pub at: Instant,
}

/// Records an examination: the conditions are met when every point is. A point of the handling standard stays ticked
/// until a later examination finds it unmet.
///
/// # Errors
/// Too few officers for a site check, or an empty checklist.
pub fn examine(case: &mut Case, examination: &Examination) -> Result<(), Reason> {
    let officers: BTreeSet<&Uuid> = examination.officers.iter().collect();
    if examination.method == ExaminationMethod::SiteCheck && officers.len() < 2 {
        return Err(Reason::new("two_officers", "实地核查应当指派两名以上工作人员", "行政许可法 34"));
    }
    if examination.checklist.is_empty() {
        return Err(Reason::new("checklist_empty", "请填写审查要点", "行政许可法 34"));
    }
    case.progress.examined = examination.checklist.iter().all(|c| c.passed);
    for checked in &examination.checklist {
        if checked.passed {
            case.progress.ticked.insert(checked.point.clone());
        } else {
            case.progress.ticked.remove(&checked.point);
        }
    }
    case.version += 1;
    Ok(())
}

/// The points of the handling standard nobody has ticked yet, named by their code or their text (一事一标准, F7).
#[must_use]
pub fn unticked<'a>(case: &Case, matter: &'a Matter) -> Vec<&'a CheckPoint> {
    let ticked = |p: &CheckPoint| case.progress.ticked.contains(&p.code) || case.progress.ticked.contains(&p.text);
    matter.examination_points().filter(|p| !ticked(p)).collect()
}

/// Why something is refused: reasons are owed, and where to turn (行政许可法 38 ¶2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Why.
    #[schema(example = "不符合建筑法第八条规定的施工许可条件", max_length = 1000)]
    pub reason: String,
    /// The rule it rests on.
    #[schema(example = "建筑法 8", max_length = 200)]
    pub basis: String,
}

/// What of the deferred materials has not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owed {
    /// Nothing.
    Nothing,
    /// Something that may follow the grant.
    AfterGrant,
    /// Something owed before the decision.
    BeforeDecision,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    /// Whether it is granted.
    pub granted: bool,
    /// Who decides.
    pub by: Uuid,
    /// What of the deferred materials has not come.
    pub owed: Owed,
    /// Reasons of a refusal.
    pub refusals: &'a [Refusal],
    /// Why the promise was missed, for the applicant (优化营商环境条例 36).
    pub delay: Option<&'a str>,
}

/// Why this person may not decide this case: who accepted does not decide (受审分离), a clerk only where the
/// zone has authorised the window (审批授权窗口到位).
#[must_use]
pub fn separated(case: &Case, matter: &Matter, by: Uuid, at_window: bool) -> Option<Reason> {
    let basis = "受审分离";
    if matter.separation == Separation::WindowAuthorised {
        None
    } else if at_window {
        Some(Reason::new("separation", "本事项未授权窗口审批，由审批部门决定", basis))
    } else {
        let accepted = case.progress.accepted_by == Some(by);
        accepted.then(|| Reason::new("separation", "受理人员不能同时作出决定", basis))
    }
}

/// Why this person may not examine this case, or make its result out: who accepted does not examine, who decided does not
/// make out (受审分离、审管分离). Where one window may do all of it, one person may.
#[must_use]
pub fn same_hand(case: &Case, matter: &Matter, by: Uuid, command: Command) -> Option<Reason> {
    let free = matter.separation == Separation::WindowAuthorised || matter.case_kind == CaseKind::Instant;
    let (before, text) = match command {
        Command::Examine => (case.progress.accepted_by, "受理人员不能同时审查"),
        Command::Issue => (case.progress.decided_by, "作出决定的人员不能同时出件"),
        _ => return None,
    };
    (!free && before == Some(by)).then(|| Reason::new("separation", text, "受审分离"))
}

/// Decides an accepted case. A grant is delivered within 10 working days (行政许可法 44).
///
/// # Errors
/// Why it can't be decided so.
pub fn decide(case: &mut Case, matter: &Matter, decision: Decision<'_>, now: &Filing<'_>) -> Result<(), Reason> {
    if case.breached(now.received_at).promise && decision.delay.is_none() {
        return Err(Reason::new("delay_reason_required", "已超过承诺办结时限，请说明原因", "优化营商环境条例 36"));
    }
    let bars = decision.granted.then(|| super::renewal_bars(case, date_of(now.received_at))).flatten();
    if let Some(reason) = bars.or_else(|| super::hearing_bars(case, matter)) {
        return Err(reason);
    }
    let written = |r: &Refusal| !r.reason.trim().is_empty() && !r.basis.trim().is_empty();
    if !decision.granted && (decision.refusals.is_empty() || !decision.refusals.iter().all(written)) {
        return Err(Reason::new("refusal_reason_required", "不予许可应当说明理由", "行政许可法 38"));
    }
    let checked_first = matter.commitment.as_ref().is_some_and(crate::catalogue::CommitmentRule::checks_before_grant);
    let trusted = case.progress.by_commitment && !checked_first;
    let formal = !case.procedure.rules().examined;
    let examined = formal || case.progress.examined || trusted || matter.case_kind == CaseKind::Instant;
    if decision.granted && !examined {
        return Err(Reason::new("not_examined", "尚无审查通过的记录", "行政许可法 34"));
    }
    let open = if decision.granted && !case.progress.by_commitment && !formal { unticked(case, matter) } else { Vec::new() };
    if !open.is_empty() {
        let points: Vec<&str> = open.iter().map(|p| p.text.as_str()).collect();
        let text = format!("审查要点尚未全部核实：{}", points.join("；"));
        return Err(Reason::new("checklist_incomplete", text, "一事一标准：事项工作规范"));
    }
    if decision.granted && case.progress.publicity.is_some_and(|p| p.upheld > 0) {
        return Err(Reason::new("objection_upheld", "公示期间的异议成立，不能准予", "行政许可法 36"));
    }
    if decision.granted
        && let Some(kind) = case.progress.joint.first()
    {
        let text = format!("{}尚未全部通过", kind.label());
        return Err(Reason::new("joint_review_open", text, "工程建设项目审批制度改革：联合办理"));
    }
    if decision.granted && !case.progress.waits_for.is_empty() {
        let text = format!("同时办理的前序事项尚未办结（{}个），可以先行审查，待其办结后准予", case.progress.waits_for.len());
        return Err(Reason::new("predecessor_open", text, "并联审批：预审衔接"));
    }
    if decision.granted && !case.progress.lost.is_empty() {
        return Err(Reason::new("predecessor_failed", "前序事项未获准，不具备准予条件", "并联审批：预审衔接"));
    }
    if decision.granted && decision.owed == Owed::BeforeDecision {
        return Err(Reason::new("deferred_material_open", "容缺材料尚未补齐", "容缺受理清单"));
    }
    if decision.granted && decision.owed == Owed::AfterGrant {
        let basis = "容缺审批：核发后补齐由他人复核";
        match case.progress.deferral_approved_by {
            None => return Err(Reason::new("second_approver_required", "核发后补齐材料的，应先由本部门另一名审批人员复核同意", basis)),
            Some(by) if by == decision.by => {
                return Err(Reason::new("second_approver_same", "复核同意的人员不能同时作出决定", basis));
            }
            Some(_) => {}
        }
    }
    case.state = CaseState::Decided;
    case.outcome = Some(match (decision.granted, decision.owed) {
        (true, Owed::AfterGrant) => Outcome::GrantedWithDeferral,
        (true, Owed::Nothing | Owed::BeforeDecision) => Outcome::Granted,
        (false, _) => Outcome::Refused,
    });
    case.decided_at = Some(now.received_at);
    case.progress.promise_due = case.deadline.map(|d| d.due);
    case.progress.decided_by = Some(decision.by);
    case.deadline = decision.granted.then(|| {
        let due = due(now.calendar, now.hours, now.received_at, DELIVERY_TERM);
        Deadline::new(due, yellow_from(now.calendar, date_of(now.received_at), &due, 2))
    });
    case.version += 1;
    Ok(())
}

/// A second official agrees that the grant goes before what may follow it (R4.6).
pub fn approve_deferral(case: &mut Case, by: Uuid) {
    case.progress.deferral_approved_by = Some(by);
    case.version += 1;
}

/// Delivery of a grant (行政许可法 44).
pub const DELIVERY_TERM: Limit = Limit::working_days(10);

/// Where the applicant may turn against a refusal (行政许可法 38 ¶2; 行政复议法 20; 行政诉讼法 46): what the matter itself says,
/// else the review body of the zone. Against an entrusted or front-moved power one turns to the body above that one.
#[must_use]
pub fn remedies(matter: &Matter, zone: &Zone) -> String {
    if let Some(own) = &matter.remedies {
        return own.clone();
    }
    let of_zone = matches!(matter.authority, Authority::Own | Authority::Devolved);
    let review = zone.review_body.as_deref().filter(|_| of_zone).unwrap_or("有管辖权的行政复议机关");
    format!(
        "如不服本决定，可以自收到本决定之日起六十日内依法向{review}申请行政复议，\
         或者自知道作出行政行为之日起六个月内依法向人民法院提起行政诉讼。作出决定的机关：{}。",
        zone.deciding_body(matter)
    )
}
