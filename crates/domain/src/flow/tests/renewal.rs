//! Renewal by silence, time to begin, cancellation.

use super::*;
use crate::application::{Lapse, settle};
use crate::catalogue::{BeginRule, LaterAct, Matter};

fn licence() -> Matter {
    let shipped = include_str!("../../../../../data/zones/hengyang-gaoxin/matters/tobacco-retail.json");
    let mut matter: Matter = serde_json::from_str(shipped).unwrap();
    assert_eq!(matter.procedure, Procedure::Licence);
    matter.later = Vec::new().into();
    matter
}

#[test]
fn a_renewal_is_asked_for_thirty_days_before_the_end_or_as_its_own_law_says() {
    let own = |n, unit| {
        let mut m = licence();
        let later = crate::catalogue::LaterService {
            kind: LaterAct::Renew,
            how: "申请".into(),
            before: Some(Limit { n, unit }),
            materials: Vec::new(),
            promised: None,
            basis: "法".into(),
            source: crate::catalogue::Source::Law,
        };
        m.later = vec![later].into();
        m
    };
    for (matter, ends, last) in [
        (licence(), "2024-12-31", "2024-12-01"),
        (licence(), "2024-03-01", "2024-01-31"),
        (own(60, LimitUnit::NaturalDay), "2024-12-31", "2024-11-01"),
        (own(2, LimitUnit::Month), "2024-12-31", "2024-10-31"),
        // 15 working days before the end: the National Day week and its exchanged days do not count.
        (own(15, LimitUnit::WorkingDay), "2024-10-18", "2024-09-24"),
        (own(1, LimitUnit::WorkingDay), "2024-10-08", "2024-09-30"),
    ] {
        assert_eq!(ask_by(&matter, day(ends), &calendar()).to_string(), last, "{ends}");
    }
}

/// A case that renews a licence, filed at this moment.
fn renewing(state: CaseState, filed: &str, ends: &str) -> Case {
    let (calendar, hours) = (calendar(), hours());
    let mut case = case(state);
    let filing = Filing { received_at: at(filed, 10), calendar: &calendar, hours: &hours };
    case.received_at = Some(filing.received_at);
    case.progress.notice_from = case.received_at;
    case.progress.renewal = renewal(&licence(), Some(day(ends)), &filing);
    case
}

#[test]
fn silence_renews_what_was_asked_for_in_time_and_is_complete() {
    let (calendar, hours) = (calendar(), hours());
    let renewed = |case: &Case, now: Instant| match settle(case, now, &calendar, &hours) {
        Some(Lapse::Renewed(r)) => Some(r.at),
        _ => None,
    };
    let accepted = renewing(CaseState::Accepted, "2024-11-29", "2024-12-31");
    let end = end_of(day("2024-12-31"));
    assert_eq!(renewed(&accepted, end - chrono::TimeDelta::seconds(1)), None);
    assert_eq!(renewed(&accepted, end), Some(end));
    assert_eq!(renewed(&accepted, at("2026-12-31", 10)), Some(end), "however late it is noticed");
    let late = renewing(CaseState::Accepted, "2024-12-02", "2024-12-31");
    assert!(!late.progress.renewal.unwrap().in_time);
    assert_eq!(renewed(&late, at("2025-01-03", 10)), None);
    assert!(renewal_bars(&late, day("2024-12-31")).is_none());
    assert_eq!(renewal_bars(&late, day("2025-01-01")).unwrap().code, "licence_expired");
    assert!(renewal_bars(&accepted, day("2025-01-01")).is_none());
    for change in [
        (|c| c.progress.withdrawal_at = Some(at("2024-12-20", 10))) as fn(&mut Case),
        |c| c.progress.renewal.as_mut().unwrap().lost = true,
        |c| c.state = CaseState::Supplementing,
        |c| c.state = CaseState::Waiting,
        // Complete only after the licence had ended: decided like any other.
        |c| c.progress.notice_from = Some(at("2025-01-02", 10)),
    ] {
        let mut case = accepted.clone();
        change(&mut case);
        assert_eq!(renewed(&case, at("2025-01-03", 10)), None);
    }
    // A pause of the clock moves no licence's end: the law names the end, not a limit.
    let mut paused = accepted.clone();
    paused.progress.pause = Some(Pause { since: at("2024-12-20", 10), expected_on: day("2025-01-20"), light: Light::Green });
    paused.deadline = None;
    assert_eq!(renewed(&paused, at("2025-01-03", 10)), Some(end));
    // A refusal in time that is put right later is decided anew.
    let mut refused = accepted.clone();
    (refused.state, refused.outcome, refused.decided_at) = (CaseState::Decided, Some(Outcome::Refused), Some(at("2024-12-20", 10)));
    let now = Filing { received_at: at("2025-01-03", 10), calendar: &calendar, hours: &hours };
    annul(&mut refused, &now, Uuid::nil());
    assert_eq!((refused.state, renewed(&refused, at("2025-02-03", 10))), (CaseState::Accepted, None));
    let mut granted = accepted;
    let Some(Lapse::Renewed(r)) = settle(&granted, at("2025-01-03", 10), &calendar, &hours) else { panic!("not renewed") };
    granted.renew_by_silence(&r, None, false);
    assert_eq!((granted.state, granted.outcome, granted.decided_at), (CaseState::Decided, Some(Outcome::Granted), Some(end)));
    assert!(granted.progress.renewal.unwrap().by_silence);
    assert_eq!(settle(&granted, at("2027-01-03", 10), &calendar, &hours), None, "once");
}

#[test]
fn a_renewal_is_due_before_the_licence_ends() {
    let (calendar, hours) = (calendar(), hours());
    let mut case = renewing(CaseState::Received, "2024-11-29", "2024-12-10");
    case.progress.renewal = case.progress.renewal.map(|r| Renewal { in_time: true, ..r });
    case.progress.statutory = Some(Limit::working_days(20));
    let filing = Filing { received_at: at("2024-11-29", 11), calendar: &calendar, hours: &hours };
    accept(&mut case, Acceptance { at: &filing, by: Uuid::nil(), case_no: "1".into() });
    assert_eq!(case.progress.statutory_due.unwrap().on, day("2024-12-10"));
    assert_eq!(case.deadline.unwrap().red_at, end_of(day("2024-12-10")), "red at the licence's end, not at the promise's");
}

fn permit() -> Matter {
    let three = Limit { n: 3, unit: LimitUnit::Month };
    let mut m = licence();
    m.begins = Some(BeginRule {
        act: "开工".into(),
        within: three,
        extension: three,
        extensions: 2,
        basis: "建筑法 9".into(),
        source: crate::catalogue::Source::Law,
    });
    m
}

#[test]
fn works_begin_within_three_months_and_are_put_off_twice() {
    let (calendar, hours) = (calendar(), hours());
    let on = |d: &str| Filing { received_at: at(d, 10), calendar: &calendar, hours: &hours };
    let case = case(CaseState::Decided);
    let new = on_delivery(&case, &permit(), &on("2024-01-15")).unwrap();
    assert_eq!(new.due.unwrap().on, day("2024-04-15"));
    assert!(on_delivery(&case, &licence(), &on("2024-01-15")).is_none());
    let mut changed = case.clone();
    changed.target = Some(crate::application::Target { act: LaterAct::Change, certificate_no: "Z1".into() });
    assert!(on_delivery(&changed, &permit(), &on("2024-01-15")).is_none(), "a change begins no new term");
    let mut duty = Obligation::open(Uuid::nil(), &case, new, at("2024-01-15", 10));
    ask_for_time(&mut duty, &permit(), at("2024-04-15", 23)).unwrap();
    assert_eq!(ask_for_time(&mut duty, &permit(), at("2024-04-15", 23)).unwrap_err().code, "already_asked");
    assert!(!duty.clone().lapse(at("2024-05-01", 10)), "asked for in time and not answered: it does not lapse");
    assert_eq!(prolong(&mut duty, &case, &permit(), None, &on("2024-05-01")).unwrap(), "建筑法 9");
    assert_eq!((duty.new.due.unwrap().on, duty.extended), (day("2024-07-15"), 1));
    assert_eq!(prolong(&mut duty, &case, &permit(), None, &on("2024-07-01")).unwrap_err().code, "not_asked", "建筑法 9: on request");
    ask_for_time(&mut duty, &permit(), at("2024-07-01", 9)).unwrap();
    prolong(&mut duty, &case, &permit(), None, &on("2024-07-01")).unwrap();
    assert_eq!(duty.new.due.unwrap().on, day("2024-10-15"));
    assert_eq!(ask_for_time(&mut duty, &permit(), at("2024-10-01", 9)).unwrap_err().code, "extended_enough");
    assert_eq!(prolong(&mut duty, &case, &permit(), None, &on("2024-10-01")).unwrap_err().code, "extended_enough");
    assert_eq!(begun_in_time(&duty, &case, &permit(), day("2024-01-14")).unwrap_err().code, "begun_early");
    let mut open = duty.clone();
    open.new.due = open.new.due.map(|d| Due { provisional: true, ..d });
    open.extended = 1;
    ask_for_time(&mut open, &permit(), at("2024-10-20", 9)).expect("a date that may still move has not passed");
    assert!(begun_in_time(&duty, &case, &permit(), day("2024-10-15")).is_ok());
    assert_eq!(begun_in_time(&duty, &case, &permit(), day("2024-10-16")).unwrap_err().code, "begun_late");
    assert!(duty.lapse(at("2024-10-16", 0)));
    assert_eq!(ask_for_time(&mut duty, &permit(), at("2024-10-16", 1)).unwrap_err().code, "term_over");
    assert_eq!(prolong(&mut duty, &case, &permit(), None, &on("2024-10-16")).unwrap_err().code, "term_over");
    assert_eq!(refuse_time(&mut duty).unwrap_err().code, "not_asked");
}

#[test]
fn materials_are_given_time_for_force_majeure_but_not_beyond_the_law() {
    let (calendar, hours) = (calendar(), hours());
    let now = Filing { received_at: at("2024-06-10", 10), calendar: &calendar, hours: &hours };
    let mut case = case(CaseState::Accepted);
    case.progress.statutory_due = Some(Due { on: day("2024-07-02"), at: end_of(day("2024-07-02")), provisional: false });
    let owed = |kind| {
        NewObligation::new(
            kind,
            OWED_BY_APPLICANT,
            "m",
            Some(Due { on: day("2024-06-14"), at: end_of(day("2024-06-14")), provisional: false }),
        )
    };
    let mut duty = Obligation::open(Uuid::nil(), &case, owed(ObligationKind::DeferredBeforeDecision), at("2024-06-03", 10));
    let mut try_until = |d: Option<&str>| prolong(&mut duty, &case, &licence(), d.map(day), &now).map_err(|r| r.code);
    assert_eq!(try_until(None).unwrap_err(), "until_required");
    assert_eq!(try_until(Some("2024-06-14")).unwrap_err(), "not_later");
    assert_eq!(try_until(Some("2024-07-03")).unwrap_err(), "beyond_law");
    assert!(try_until(Some("2024-07-02")).is_ok());
    let mut check = Obligation::open(Uuid::nil(), &case, owed(ObligationKind::PostCheck), at("2024-06-03", 10));
    assert_eq!(prolong(&mut check, &case, &licence(), Some(day("2024-06-20")), &now).unwrap_err().code, "not_extendable");
}

#[test]
fn the_authority_cancels_only_on_a_ground_that_fits() {
    let today = day("2024-06-10");
    for (ground, valid_until, not_begun, law, bars) in [
        (CancelGround::Expired, Some("2024-06-09"), false, None, None),
        (CancelGround::Expired, Some("2024-06-10"), false, None, Some("not_expired")),
        (CancelGround::Expired, None, false, None, Some("not_expired")),
        (CancelGround::NotBegun, None, true, None, None),
        (CancelGround::NotBegun, None, false, None, Some("not_lapsed")),
        (CancelGround::ByLaw, None, false, None, Some("basis_required")),
        (CancelGround::ByLaw, None, false, Some("某条例 20"), None),
        (CancelGround::Dissolved, None, false, None, None),
        (CancelGround::Incapacitated, None, false, None, None),
        (CancelGround::Penalised, None, false, None, None),
        (CancelGround::ForceMajeure, None, false, None, None),
    ] {
        let what = Cancelling { ground, valid_until: valid_until.map(day), today, not_begun, law };
        assert_eq!(cancel_bars(&what).map(|r| r.code).as_deref(), bars, "{ground:?} {valid_until:?}");
        assert!(ground.basis().starts_with("行政许可法 70"));
    }
}
