//! Accept, refuse to accept, and put a wrong refusal right (行政许可法 32).

use super::clock::{ClockEntry, recompute};
use crate::application::{Case, CaseState, Ending, Filing, Outcome, counting_start};
use crate::assessment::legal_start;
use crate::calendar::receipt_day;
use crate::catalogue::Matter;
use crate::local_time::{Instant, end_of};
use crate::reason::Reason;
use uuid::Uuid;

codes! {
    /// Why a filing is not taken up (行政许可法 32(1), 32(2), 78).
    pub enum RejectGround {
        /// 依法不需要取得行政许可.
        NotRequired = "not_required", "依法不需要取得行政许可";
        /// 依法不属于本行政机关职权范围.
        NotInScope = "not_in_scope", "依法不属于本机关职权范围";
        /// 材料不齐全或者不符合法定形式, refused on the spot: registrations only.
        Incomplete = "incomplete", "申请材料不齐全或者不符合法定形式";
        /// 隐瞒有关情况或者提供虚假材料.
        FalseMaterials = "false_materials", "隐瞒有关情况或者提供虚假材料";
    }
}

impl RejectGround {
    /// How the case ends by it.
    #[must_use]
    pub const fn ending(self) -> Ending {
        match self {
            Self::NotRequired => Ending::NotRequired,
            Self::NotInScope => Ending::NotInScope,
            Self::FalseMaterials => Ending::FalseMaterials,
            Self::Incomplete => Ending::Incomplete,
        }
    }

    /// Legal basis for a case of `matter`.
    #[must_use]
    pub fn basis(self, matter: &Matter) -> &str {
        match self {
            Self::NotRequired => "行政许可法 32(1)",
            Self::NotInScope => "行政许可法 32(2)",
            Self::FalseMaterials => "行政许可法 78",
            Self::Incomplete => matter.refuses_incomplete_by.as_deref().unwrap_or("办事指南"),
        }
    }
}

codes! {
    /// What showed that a refusal was wrong.
    pub enum AnnulGround {
        /// 自行纠正.
        Internal = "internal", "自行纠正";
        /// 行政复议决定.
        Review = "review", "行政复议决定";
        /// 行政判决.
        Judgment = "judgment", "行政判决";
    }
}

/// Who accepts, when, and where it is counted.
pub struct Acceptance<'a> {
    /// The moment.
    pub at: &'a Filing<'a>,
    /// The clerk.
    pub by: Uuid,
    /// 办件编号.
    pub case_no: String,
}

/// Accepts a received case; returns the entry that starts its clock.
pub fn accept(case: &mut Case, acceptance: Acceptance<'_>) -> ClockEntry {
    let Acceptance { at: filing, by, case_no } = acceptance;
    let accepted_at = counted_from(filing);
    let start = counting_start(case, accepted_at, filing.calendar, filing.hours);
    let entry = ClockEntry::start(start, case.procedure.rules().accepted_by, Some(by));
    case.state = CaseState::Accepted;
    case.accepted_at = Some(accepted_at);
    case.deemed = false;
    case.case_no = Some(case_no);
    case.progress.accepted_by = Some(by);
    recompute(case, std::slice::from_ref(&entry), (filing.calendar, filing.hours));
    case.version += 1;
    entry
}

/// Why a case can't be refused on this ground: what is incomplete is noticed once and supplemented (行政许可法 32(4)),
/// except where the matter's own law refuses it on the spot.
#[must_use]
pub fn ground_unfit(matter: &Matter, ground: RejectGround) -> Option<Reason> {
    let text = "材料不齐全的，应当一次性告知补正，不能直接不予受理";
    (ground == RejectGround::Incomplete && matter.refuses_incomplete_by.is_none())
        .then(|| Reason::new("notice_instead", text, "行政许可法 32(4)"))
}

/// Ends a received case without acceptance.
pub fn reject(case: &mut Case, ground: RejectGround, now: Instant) {
    end(case, ground.ending(), now);
}

/// Ends a case: nothing of it runs on.
pub(super) fn end(case: &mut Case, ending: Ending, now: Instant) {
    case.state = CaseState::Ended;
    case.progress.ending = Some(ending);
    case.progress.ended_at = Some(now);
    case.progress.stand_still();
    case.deadline = None;
    case.version += 1;
}

/// Takes a wrong refusal back: the same case goes on, its receipt unchanged. A refused one is decided anew, its
/// clock started again (the entry is returned); a rejected one waits for acceptance again.
pub fn annul(case: &mut Case, now: &Filing<'_>, by: Uuid) -> Option<ClockEntry> {
    case.version += 1;
    if case.outcome != Some(Outcome::Refused) {
        (case.progress.ending, case.progress.ended_at) = (None, None);
        case.state = CaseState::Received;
        case.await_notice(now);
        return None;
    }
    // It was decided before the licence ended: silence has nothing to say any more.
    if let Some(renewal) = case.progress.renewal.as_mut().filter(|r| now.received_at >= end_of(r.expires_on)) {
        renewal.lost = true;
    }
    let entry = ClockEntry::start(counted_from(now), "自行纠正、行政复议或者判决后重新办理", Some(by));
    case.state = CaseState::Accepted;
    (case.outcome, case.decided_at) = (None, None);
    let progress = &mut case.progress;
    (progress.decided_by, progress.examined, progress.extended, progress.promise_due) = (None, false, None, None);
    progress.deferral_approved_by = None;
    progress.resumed = false;
    progress.ticked.clear();
    progress.stand_still();
    recompute(case, std::slice::from_ref(&entry), (now.calendar, now.hours));
    Some(entry)
}

/// The legal moment an act counts from: itself, or the beginning of the next working day.
#[must_use]
pub fn counted_from(filing: &Filing<'_>) -> Instant {
    legal_start(receipt_day(filing.calendar, filing.hours, filing.received_at), filing.received_at)
}
