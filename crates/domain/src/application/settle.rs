//! What the law has already done by now, dated to its legal moment.

use super::{Case, CaseState, Deadline, yellow_from};
use crate::assessment::legal_start;
use crate::calendar::{HallHours, WorkCalendar, due, receipt_day};
use crate::local_time::{Instant, date_of};

/// Acceptance by silence (逾期不告知的，自收到申请材料之日起即为受理; 行政许可法 32(4)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeemedAcceptance {
    /// When the term for a notice ran out: the moment the law acted.
    pub lapsed_at: Instant,
    /// Since when the case counts as accepted: its receipt.
    pub accepted_at: Instant,
    /// Deadline of the decision, counted from that receipt.
    pub decision: Deadline,
}

/// What silence has done to `case` by `now`. Asking early or late gives the same answer; a term whose
/// calendar is not published yet does not run out.
#[must_use]
pub fn settle(case: &Case, now: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Option<DeemedAcceptance> {
    let (CaseState::Received, Some(received_at), Some(notice)) = (case.state, case.received_at, case.deadline) else { return None };
    if case.procedure.notice_term().is_none() || notice.due.provisional || now < notice.due.at {
        return None;
    }
    let accepted_at = legal_start(receipt_day(calendar, hours, received_at), received_at);
    Some(DeemedAcceptance { lapsed_at: notice.due.at, accepted_at, decision: decision_deadline(case, accepted_at, calendar, hours) })
}

/// Deadline of the decision for a case accepted at `accepted_at`; a limit that starts at receipt (建筑法 8)
/// runs from the receipt even when acceptance came later.
#[must_use]
pub fn decision_deadline(case: &Case, accepted_at: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Deadline {
    let from = match case.promised.starts {
        crate::catalogue::LimitStart::Acceptance => accepted_at,
        crate::catalogue::LimitStart::Receipt => case.received_at.map_or(accepted_at, |r| legal_start(receipt_day(calendar, hours, r), r)),
    };
    let due = due(calendar, hours, from, case.promised.limit);
    Deadline { due, yellow_at: yellow_from(calendar, date_of(from), &due, 1) }
}
