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
/// calendar is not published yet does not run out, and is counted anew once it is.
#[must_use]
pub fn settle(case: &Case, now: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Option<DeemedAcceptance> {
    let (CaseState::Received, Some(received_at), Some(notice)) = (case.state, case.received_at, case.deadline) else { return None };
    let accepted_at = legal_start(receipt_day(calendar, hours, received_at), received_at);
    let term = case.procedure.notice_term()?;
    let lapse = if notice.due.provisional { due(calendar, hours, accepted_at, term) } else { notice.due };
    if lapse.provisional || now < lapse.at {
        return None;
    }
    Some(DeemedAcceptance { lapsed_at: lapse.at, accepted_at, decision: decision_deadline(case, accepted_at, calendar, hours) })
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

#[cfg(test)]
mod tests {
    use super::super::{Filing, PromisedLimit};
    use super::*;
    use crate::calendar::{Limit, LimitUnit, Session};
    use crate::catalogue::{LimitStart, Procedure};
    use crate::local_time::{end_of, start_of};
    use chrono::{NaiveTime, TimeDelta};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn calendar() -> WorkCalendar {
        WorkCalendar::new(WorkCalendar::parse_csv(include_str!("../../../../data/calendars/workdays.csv")).unwrap())
    }

    fn hours() -> Vec<HallHours> {
        let session =
            |a, b| Session { opens: NaiveTime::from_hms_opt(a, 0, 0).unwrap(), closes: NaiveTime::from_hms_opt(b, 0, 0).unwrap() };
        vec![HallHours { effective_from: "2019-01-01".parse().unwrap(), sessions: vec![session(9, 12), session(13, 17)] }]
    }

    fn received(procedure: Procedure, starts: LimitStart, at: Instant) -> Case {
        let mut case = Case {
            id: Uuid::nil(),
            position: 0,
            matter: "matter".into(),
            version_id: Uuid::nil(),
            department: "HUC".into(),
            procedure,
            state: CaseState::Waiting,
            case_no: None,
            received_at: None,
            accepted_at: None,
            deemed: false,
            promised: PromisedLimit { limit: Limit { n: 20, unit: LimitUnit::WorkingDay }, starts },
            deadline: None,
            version: 1,
        };
        case.receive(&Filing { received_at: at, calendar: &calendar(), hours: &hours() });
        case
    }

    fn at(day: &str, hour: i64) -> Instant {
        start_of(day.parse().unwrap()) + TimeDelta::hours(hour)
    }

    #[test]
    fn five_working_days_of_silence_accept_from_the_day_of_receipt() {
        for (filed, hour, lapses, accepted) in [
            ("2024-09-27", 10, "2024-10-10", "2024-09-27"),
            ("2024-09-27", 18, "2024-10-11", "2024-09-29"),
            ("2024-10-03", 10, "2024-10-14", "2024-10-08"),
            ("2024-06-03", 9, "2024-06-11", "2024-06-03"),
        ] {
            let case = received(Procedure::Licence, LimitStart::Acceptance, at(filed, hour));
            let over = end_of(lapses.parse().unwrap());
            assert_eq!(settle(&case, over - TimeDelta::seconds(1), &calendar(), &hours()), None, "{filed} {hour}");
            let acceptance = settle(&case, over, &calendar(), &hours()).unwrap();
            assert_eq!((acceptance.lapsed_at, date_of(acceptance.accepted_at).to_string().as_str()), (over, accepted), "{filed} {hour}");
        }
    }

    #[test]
    fn other_procedures_and_unpublished_calendars_do_not_lapse() {
        for procedure in Procedure::ALL.iter().copied().filter(|p| *p != Procedure::Licence) {
            let case = received(procedure, LimitStart::Acceptance, at("2024-06-03", 10));
            assert_eq!(settle(&case, at("2025-06-03", 10), &calendar(), &hours()), None, "{procedure}");
        }
        let provisional = received(Procedure::Licence, LimitStart::Acceptance, at("2026-12-28", 10));
        assert!(provisional.deadline.unwrap().due.provisional);
        assert_eq!(settle(&provisional, at("2027-06-01", 10), &calendar(), &hours()), None);
        let new_year = ("2027-01-01".parse().unwrap(), crate::calendar::DayKind::Holiday, "元旦".to_owned());
        let known: Vec<_> = calendar().exceptions().map(|(d, k, n)| (d, k, n.to_owned())).collect();
        let published = WorkCalendar::new(known.into_iter().chain([new_year]));
        let acceptance = settle(&provisional, at("2027-06-01", 10), &published, &hours()).unwrap();
        assert_eq!(
            (acceptance.lapsed_at, date_of(acceptance.accepted_at).to_string().as_str()),
            (end_of("2027-01-05".parse().unwrap()), "2026-12-28")
        );
    }

    #[test]
    fn the_notice_warns_on_its_last_two_days() {
        let notice = received(Procedure::Licence, LimitStart::Acceptance, at("2024-06-03", 10)).deadline.unwrap();
        assert_eq!((date_of(notice.yellow_at).to_string().as_str(), notice.due.on.to_string().as_str()), ("2024-06-07", "2024-06-11"));
    }

    proptest! {
        /// Settling early or late gives the same acceptance.
        #[test]
        fn the_moment_of_settling_does_not_matter(day in 0i64..1500, minute in 0i64..1440, late in 0i64..400_000) {
            let filed = at("2020-01-02", 0) + TimeDelta::days(day) + TimeDelta::minutes(minute);
            let case = received(Procedure::Licence, LimitStart::Receipt, filed);
            let over = case.deadline.unwrap().due.at;
            let prompt = settle(&case, over, &calendar(), &hours());
            prop_assert!(prompt.is_some());
            prop_assert_eq!(prompt, settle(&case, over + TimeDelta::minutes(late), &calendar(), &hours()));
        }
    }
}
