//! Dated duties: what an applicant or a department still owes, and what lapses.

use crate::application::{Case, Filing};
use crate::assessment::{Item, ItemStatus};
use crate::calendar::{Due, Limit, due};
use crate::catalogue::{DeferralKind, Matter};
use crate::local_time::Instant;
use uuid::Uuid;

codes! {
    /// What is owed.
    pub enum ObligationKind {
        /// 容缺后补, before the decision.
        DeferredBeforeDecision = "deferred_before_decision", "容缺材料（办结前补齐）";
        /// 容缺后补, after the grant.
        DeferredAfterGrant = "deferred_after_grant", "容缺材料（核发后补齐）";
        /// 告知承诺: the replaced materials are completed after the grant.
        CompleteAfterGrant = "complete_after_grant", "承诺事项材料补齐";
        /// 事后核查.
        PostCheck = "post_check", "事后核查";
        /// 按期开工 and the like: what was granted has to begin.
        Begin = "begin", "按期开工";
        /// 答复延期申请.
        ExtensionAnswer = "extension_answer", "答复延期申请";
        /// 质量安全监督, opened with a construction permit.
        Supervision = "supervision", "质量安全监督";
        /// 差评整改.
        ReviewRectification = "review_rectification", "差评整改";
        /// 联合踏勘、审图、验收的部门意见.
        JointOpinion = "joint_opinion", "联合办理部门意见";
        /// 前序许可被撤销、撤回后的复核.
        DependentReview = "dependent_review", "前序结果变动后的复核";
        /// 组织听证.
        HearingDue = "hearing_due", "组织听证";
        /// 公示异议的处理.
        ObjectionAnswer = "objection_answer", "公示异议处理";
        /// 再次告知的监督复核.
        NoticeReview = "notice_review", "再次告知监督复核";
    }
}

codes! {
    /// Where it stands.
    pub enum ObligationState {
        /// Owed.
        Open = "open", "待履行";
        /// Done.
        Fulfilled = "fulfilled", "已履行";
        /// Its term ran out.
        Lapsed = "lapsed", "已逾期";
        /// No longer owed.
        Cancelled = "cancelled", "已取消";
    }
}

/// Who owes what applicants owe.
pub const OWED_BY_APPLICANT: &str = "applicant";

/// What comes to be owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObligation {
    /// What.
    pub kind: ObligationKind,
    /// [`OWED_BY_APPLICANT`] or the code of a department.
    pub owed_by: String,
    /// Code of the material, or what it is about.
    pub subject: String,
    /// Until when; absent = until an event.
    pub due: Option<Due>,
    /// The matter of the same project that is granted only once this is done.
    pub before: Option<String>,
}

impl NewObligation {
    /// What is owed until a day, or until what it is for has ended.
    #[must_use]
    pub fn new(kind: ObligationKind, owed_by: impl Into<String>, subject: impl Into<String>, due: Option<Due>) -> Self {
        Self { kind, owed_by: owed_by.into(), subject: subject.into(), due, before: None }
    }
}

/// One duty of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Identity.
    pub id: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Department of the case.
    pub department: String,
    /// What is owed.
    pub new: NewObligation,
    /// Where it stands.
    pub state: ObligationState,
    /// Since when.
    pub opened_at: Instant,
    /// When it was done, lapsed or cancelled.
    pub settled_at: Option<Instant>,
    /// How often more time was given.
    pub extended: u32,
    /// When more time was asked for, while nobody has answered.
    pub asked_at: Option<Instant>,
}

impl Obligation {
    /// A new duty of `case`.
    #[must_use]
    pub fn open(id: Uuid, case: &Case, new: NewObligation, at: Instant) -> Self {
        let (state, department) = (ObligationState::Open, case.department.clone());
        Self { id, case: case.id, department, new, state, opened_at: at, settled_at: None, extended: 0, asked_at: None }
    }

    /// Ends it.
    pub fn settle(&mut self, state: ObligationState, at: Instant) {
        self.state = state;
        self.settled_at = Some(at);
        self.asked_at = None;
    }

    /// Marks it lapsed when its term is over by `now`, dated to that moment; asking late changes nothing.
    /// A provisional date never lapses, nor what more time was asked for and nobody has answered.
    pub fn lapse(&mut self, now: Instant) -> bool {
        let over = self.new.due.filter(|d| !d.provisional && now >= d.at);
        match over {
            Some(due) if self.state == ObligationState::Open && self.asked_at.is_none() => {
                self.settle(ObligationState::Lapsed, due.at);
                true
            }
            _ => false,
        }
    }

    /// Whether it ends with the case: what the applicant owes, and the check of a grant. What a department owes
    /// beside it (an answer to a bad review, supervision) goes on.
    #[must_use]
    pub fn ends_with_case(&self) -> bool {
        self.new.owed_by == OWED_BY_APPLICANT || matches!(self.new.kind, ObligationKind::PostCheck | ObligationKind::HearingDue)
    }

    /// Whether it is a deferred material of its case that has not come.
    #[must_use]
    pub fn is_missing_deferral(&self) -> bool {
        let deferral = matches!(self.new.kind, ObligationKind::DeferredBeforeDecision | ObligationKind::DeferredAfterGrant);
        deferral && matches!(self.state, ObligationState::Open | ObligationState::Lapsed)
    }
}

/// What acceptance leaves owed: every deferred material, until its own date (容缺受理).
#[must_use]
pub fn on_acceptance(case: &Case, matter: &Matter, items: &[Item], at: &Filing<'_>) -> Vec<NewObligation> {
    let deferred = items.iter().filter(|i| i.status == ItemStatus::Deferred && i.needed_by.contains(&matter.code));
    let owed = |item: &Item| {
        let entry = matter.deferral.as_ref().and_then(|rule| rule.entries.iter().find(|e| e.material == item.material));
        let after_grant = entry.is_some_and(|e| e.kind == DeferralKind::AfterGrant);
        let term = entry.and_then(|e| e.term);
        let before = entry.and_then(|e| e.before.as_ref()).map(|event| event.matter.clone());
        let until = match (&before, term, case.accepted_at) {
            (Some(_), ..) => None,
            (None, Some(term), Some(accepted)) => Some(due(at.calendar, at.hours, accepted, term)),
            _ => case.deadline.map(|d| d.due),
        };
        NewObligation {
            kind: if after_grant { ObligationKind::DeferredAfterGrant } else { ObligationKind::DeferredBeforeDecision },
            owed_by: OWED_BY_APPLICANT.to_owned(),
            subject: item.material.clone(),
            due: until,
            before,
        }
    };
    deferred.map(owed).collect()
}

/// What a grant leaves owed: completion and post-check of a commitment (湘卫监督发〔2019〕1号 and the like), and
/// what the matter opens at the same moment.
#[must_use]
pub fn on_grant(case: &Case, matter: &Matter, committed: &[String], at: &Filing<'_>) -> Vec<NewObligation> {
    let mut owed = Vec::new();
    if let Some(rule) = matter.commitment.as_ref().filter(|_| case.progress.by_commitment) {
        let committed: Vec<&str> = committed.iter().filter(|m| rule.covers.contains(m)).map(String::as_str).collect();
        let from = at.received_at;
        let completed = rule.complete_within.map(|term| due(at.calendar, at.hours, from, term));
        owed.extend(
            completed
                .map(|until| NewObligation::new(ObligationKind::CompleteAfterGrant, OWED_BY_APPLICANT, committed.join(","), Some(until))),
        );
        let checked = |term: Limit| due(at.calendar, at.hours, completed.map_or(from, |d| crate::local_time::start_of(d.on)), term);
        if rule.check.is_none_or(|plan| plan.draws(case.id.as_u128())) {
            owed.push(NewObligation::new(
                ObligationKind::PostCheck,
                case.department.clone(),
                committed.join(","),
                rule.check_within.map(checked),
            ));
        }
    }
    if let Some(duty) = &matter.opens_duty {
        owed.push(NewObligation::new(ObligationKind::Supervision, duty.department.clone(), duty.name.clone(), None));
    }
    owed
}
