//! What the law has already done by now, dated to its legal moment.

use super::{Case, CaseState, Deadline, yellow_from};
use crate::assessment::legal_start;
use crate::calendar::{Due, HallHours, WorkCalendar, due, receipt_day};
use crate::flow::{DeemedRenewal, owed_by_the_end, renewed_by_silence};
use crate::local_time::{Instant, date_of, end_of};

/// Acceptance by silence (逾期不告知的，自收到申请材料之日起即为受理; 行政许可法 32(4)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeemedAcceptance {
    /// When the term for a notice ran out: the moment the law acted.
    pub lapsed_at: Instant,
    /// Since when the case counts as accepted: its receipt.
    pub accepted_at: Instant,
    /// Deadline of the decision, counted from that receipt.
    pub decision: Deadline,
    /// End of the statutory limit.
    pub statutory: Option<Due>,
}

/// What time alone has done to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lapse {
    /// Silence accepted it.
    Accepted(DeemedAcceptance),
    /// Silence renewed the licence it is about.
    Renewed(DeemedRenewal),
    /// The supplements did not come in time (only where the zone has entered its legal basis).
    TreatedAsWithdrawn {
        /// When the term ended.
        at: Instant,
    },
}

/// What time has done to `case` by `now`. Asking early or late gives the same answer; a term whose calendar
/// is not published yet does not run out, and is counted anew once it is. Missing supplements end a case only
/// where the zone had entered its legal basis when the notice was given (no national law does; 行政许可法 sets
/// the applicant no term). Of two things that have happened the earlier is told; who applies one asks again.
#[must_use]
pub fn settle(case: &Case, now: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Option<Lapse> {
    let renewed = renewed_by_silence(case, now, calendar, hours);
    match (case.state, case.deadline) {
        (CaseState::Received, Some(deadline)) => match (deemed(case, deadline, now, calendar, hours), renewed) {
            (Some(accepted), Some(renewed)) if renewed.at < accepted.lapsed_at => Some(Lapse::Renewed(renewed)),
            (Some(accepted), _) => Some(Lapse::Accepted(accepted)),
            (None, renewed) => renewed.map(Lapse::Renewed),
        },
        (CaseState::Received | CaseState::Accepted, _) => renewed.map(Lapse::Renewed),
        (CaseState::Supplementing, Some(Deadline { due, .. }))
            if case.progress.lapse_basis.is_some() && !due.provisional && now >= due.at =>
        {
            Some(Lapse::TreatedAsWithdrawn { at: due.at })
        }
        _ => None,
    }
}

fn deemed(case: &Case, notice: Deadline, now: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Option<DeemedAcceptance> {
    let from = case.progress.notice_from.or(case.received_at)?;
    let accepted_at = legal_start(receipt_day(calendar, hours, from), from);
    let (term, _) = case.silence()?;
    let lapse = if notice.due.provisional { due(calendar, hours, accepted_at, term) } else { notice.due };
    if lapse.provisional || now < lapse.at {
        return None;
    }
    let start = counting_start(case, accepted_at, calendar, hours);
    Some(DeemedAcceptance {
        lapsed_at: lapse.at,
        accepted_at,
        decision: decision_deadline(case, accepted_at, calendar, hours),
        statutory: law_ends(case, case.progress.statutory.map(|limit| due(calendar, hours, start, limit))),
    })
}

/// Where the limit of the decision starts to count: at acceptance, or at the receipt (建筑法 8) even when
/// acceptance came later; once supplements were asked for, at their arrival (建筑工程施工许可管理办法 5:
/// 审批时间自证明文件补正齐全后顺延).
#[must_use]
pub fn counting_start(case: &Case, accepted_at: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Instant {
    let complete = case.progress.notice_from.or(case.received_at);
    match case.promised.starts {
        crate::catalogue::LimitStart::Acceptance => accepted_at,
        crate::catalogue::LimitStart::Receipt => complete.map_or(accepted_at, |r| legal_start(receipt_day(calendar, hours, r), r)),
    }
}

/// Deadline of the decision for a case accepted at `accepted_at`.
#[must_use]
pub fn decision_deadline(case: &Case, accepted_at: Instant, calendar: &WorkCalendar, hours: &[HallHours]) -> Deadline {
    let from = counting_start(case, accepted_at, calendar, hours);
    let due = due(calendar, hours, from, case.promised.limit);
    let plain = Deadline::new(due, yellow_from(calendar, date_of(from), &due, 1));
    law_ends(case, None).map_or(plain, |law| plain.under(&law, yellow_from(calendar, date_of(from), &law, 1)))
}

/// Where the law's limit ends: a renewal asked for in time is decided before the licence ends (行政许可法 50).
#[must_use]
pub fn law_ends(case: &Case, law: Option<Due>) -> Option<Due> {
    let renewal = case.progress.renewal.filter(|_| owed_by_the_end(case).is_some());
    let expiry = renewal.map(|r| Due { on: r.expires_on, at: end_of(r.expires_on), provisional: false });
    match (law, expiry) {
        (Some(law), Some(expiry)) => Some(if expiry.at < law.at { expiry } else { law }),
        (law, expiry) => law.or(expiry),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Filing, Progress, PromisedLimit};
    use super::*;
    use crate::calendar::{Limit, LimitUnit, Session};
    use crate::catalogue::{LimitStart, Procedure};
    use crate::local_time::start_of;
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
            handler: None,
            outcome: None,
            decided_at: None,
            target: None,
            progress: Progress::default(),
            version: 1,
        };
        case.receive(&Filing { received_at: at, calendar: &calendar(), hours: &hours() });
        case
    }

    fn silence(case: &Case, now: Instant, calendar: &WorkCalendar) -> Option<DeemedAcceptance> {
        match settle(case, now, calendar, &hours()) {
            Some(Lapse::Accepted(acceptance)) => Some(acceptance),
            _ => None,
        }
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
            assert_eq!(silence(&case, over - TimeDelta::seconds(1), &calendar()), None, "{filed} {hour}");
            let acceptance = silence(&case, over, &calendar()).unwrap();
            assert_eq!((acceptance.lapsed_at, date_of(acceptance.accepted_at).to_string().as_str()), (over, accepted), "{filed} {hour}");
        }
    }

    #[test]
    fn other_procedures_and_unpublished_calendars_do_not_lapse() {
        for procedure in Procedure::ALL.iter().copied().filter(|p| *p != Procedure::Licence) {
            let case = received(procedure, LimitStart::Acceptance, at("2024-06-03", 10));
            assert_eq!(silence(&case, at("2025-06-03", 10), &calendar()), None, "{procedure}");
        }
        let provisional = received(Procedure::Licence, LimitStart::Acceptance, at("2026-12-28", 10));
        assert!(provisional.deadline.unwrap().due.provisional);
        assert_eq!(silence(&provisional, at("2027-06-01", 10), &calendar()), None);
        let new_year = ("2027-01-01".parse().unwrap(), crate::calendar::DayKind::Holiday, "元旦".to_owned());
        let known: Vec<_> = calendar().exceptions().map(|(d, k, n)| (d, k, n.to_owned())).collect();
        let published = WorkCalendar::new(known.into_iter().chain([new_year]));
        let acceptance = silence(&provisional, at("2027-06-01", 10), &published).unwrap();
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
            let prompt = silence(&case, over, &calendar());
            prop_assert!(prompt.is_some());
            prop_assert_eq!(prompt, silence(&case, over + TimeDelta::minutes(late), &calendar()));
        }
    }
}
