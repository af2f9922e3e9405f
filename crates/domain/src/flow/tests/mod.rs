//! The rules of the flow as tables and properties.

use super::*;
use crate::application::{
    Case, CaseState, Deadline, Ending, Filing, Light, Outcome, Pause, ProceedingStage, Progress, PromisedLimit, Reversal, ReversalKind,
    exchange_state,
};
use crate::calendar::{Due, HallHours, Limit, LimitUnit, Session, WorkCalendar, due};
use crate::catalogue::{LimitStart, Procedure};
use crate::code::TextCode;
use crate::local_time::{Instant, end_of, start_of};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use proptest::prelude::*;
use std::collections::BTreeSet;
use uuid::Uuid;

mod joint;
mod renewal;
mod standing;

pub(super) fn calendar() -> WorkCalendar {
    WorkCalendar::new(WorkCalendar::parse_csv(include_str!("../../../../../data/calendars/workdays.csv")).unwrap())
}

pub(super) fn hours() -> Vec<HallHours> {
    let session = |a, b| Session { opens: NaiveTime::from_hms_opt(a, 0, 0).unwrap(), closes: NaiveTime::from_hms_opt(b, 0, 0).unwrap() };
    vec![HallHours { effective_from: "2019-01-01".parse().unwrap(), sessions: vec![session(9, 12), session(13, 17)] }]
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn at(text: &str, hour: i64) -> Instant {
    start_of(day(text)) + TimeDelta::hours(hour)
}

pub(super) fn case(state: CaseState) -> Case {
    Case {
        id: Uuid::nil(),
        position: 0,
        matter: "m".into(),
        version_id: Uuid::nil(),
        department: "HUC".into(),
        procedure: Procedure::Licence,
        state,
        case_no: None,
        received_at: Some(at("2024-06-03", 10)),
        accepted_at: None,
        deemed: false,
        promised: PromisedLimit { limit: Limit::working_days(20), starts: LimitStart::Acceptance },
        deadline: None,
        handler: None,
        outcome: None,
        decided_at: None,
        target: None,
        progress: Progress::default(),
        version: 1,
    }
}

fn start(text: &str, hour: i64) -> ClockEntry {
    ClockEntry::start(at(text, hour), "行政许可法 32", None)
}

fn entry(kind: ClockKind, at: Instant, added: Option<Limit>) -> ClockEntry {
    ClockEntry { kind, at, added, ..ClockEntry::start(at, "行政许可法 45", None) }
}

#[test]
fn the_ledger_gives_the_due_date() {
    let (calendar, hours) = (calendar(), hours());
    let pause = |from: Instant, to: Instant| [entry(ClockKind::Pause, from, None), entry(ClockKind::Resume, to, None)];
    let days = |n, unit| Limit { n, unit };
    for (name, entries, limit, expected) in [
        ("plain", vec![start("2024-06-03", 10)], Limit::working_days(20), at("2024-07-03", 0)),
        (
            "the vector of the rules: six days used, fourteen left",
            [vec![start("2024-06-03", 10)], pause(at("2024-06-12", 9), at("2024-06-21", 17)).to_vec()].concat(),
            Limit::working_days(20),
            at("2024-07-12", 0),
        ),
        (
            "twenty and ten",
            vec![start("2025-01-20", 10), entry(ClockKind::Extend, at("2025-02-10", 9), Some(Limit::working_days(10)))],
            Limit::working_days(20),
            at("2025-03-08", 0),
        ),
        (
            "half a working day, stopped over lunch",
            [vec![start("2024-09-30", 10)], pause(at("2024-09-30", 11), at("2024-09-30", 15)).to_vec()].concat(),
            days(1, LimitUnit::HalfWorkingDay),
            at("2024-10-08", 9) + TimeDelta::minutes(30),
        ),
        (
            "natural days",
            [vec![start("2024-06-03", 10)], pause(at("2024-06-04", 9), at("2024-06-06", 9)).to_vec()].concat(),
            days(7, LimitUnit::NaturalDay),
            at("2024-06-13", 0),
        ),
        (
            "two days late with a deferral: the promise waits",
            vec![start("2024-06-03", 10), entry(ClockKind::Waive, at("2024-07-04", 9), Some(Limit::working_days(2)))],
            Limit::working_days(20),
            at("2024-07-05", 0),
        ),
        (
            "started anew after an annulled refusal",
            vec![
                start("2024-06-03", 10),
                entry(ClockKind::Extend, at("2024-06-10", 9), Some(Limit::working_days(10))),
                start("2024-09-02", 10),
            ],
            Limit::working_days(20),
            at("2024-10-01", 0),
        ),
    ] {
        let clock = Clock { entries: &entries, calendar: &calendar, hours: &hours };
        assert_eq!(clock.promise(limit).unwrap().at, expected, "{name}");
    }
    let open = [start("2024-06-03", 10), entry(ClockKind::Pause, at("2024-06-12", 9), None)];
    assert_eq!(Clock { entries: &open, calendar: &calendar, hours: &hours }.due(Limit::working_days(20)), None);
}

#[test]
fn every_day_is_explained() {
    let (calendar, hours) = (calendar(), hours());
    let entries =
        [start("2024-06-03", 10), entry(ClockKind::Pause, at("2024-06-12", 9), None), entry(ClockKind::Resume, at("2024-06-21", 17), None)];
    let clock = Clock { entries: &entries, calendar: &calendar, hours: &hours };
    let days = clock.days(Limit::working_days(20), day("2024-08-01"));
    let on = |text: &str| days.iter().find(|d| d.day == day(text)).map(|d| (d.count, d.n));
    for (text, expected) in [
        ("2024-06-03", (DayCount::Start, None)),
        ("2024-06-04", (DayCount::Counted, Some(1))),
        ("2024-06-10", (DayCount::Free, None)),
        ("2024-06-12", (DayCount::Counted, Some(6))),
        ("2024-06-13", (DayCount::Paused, None)),
        ("2024-06-21", (DayCount::Paused, None)),
        ("2024-06-24", (DayCount::Counted, Some(7))),
        ("2024-07-11", (DayCount::Counted, Some(20))),
    ] {
        assert_eq!(on(text), Some(expected), "{text}");
    }
    assert_eq!(days.last().unwrap().day, day("2024-07-11"));
}

fn item(material: Option<&str>, element: Option<&str>) -> NoticeItem {
    NoticeItem {
        case: None,
        material: material.map(str::to_owned),
        element: element.map(str::to_owned),
        defect: "缺".into(),
        remedy: "补".into(),
    }
}

#[test]
fn a_notice_says_everything_once_and_asks_for_nothing_it_may_not() {
    let last = Notice::new(1, at("2024-06-04", 9), Uuid::nil(), vec![item(Some("drawing"), None)], None);
    let (held, renewed): (BTreeSet<String>, BTreeSet<String>) =
        (["licence".to_owned()].into_iter().collect(), ["drawing".to_owned(), "photo".to_owned()].into_iter().collect());
    let asked = |i: &NoticeItem| i.material.as_deref() != Some("marriage-certificate");
    for (name, items, round_two, overridden, expected) in [
        ("fine", vec![item(Some("drawing"), None), item(None, Some("area"))], false, false, vec![]),
        ("nowhere", vec![item(None, None)], false, false, vec!["defect_unplaced"]),
        ("unrelated", vec![item(Some("marriage-certificate"), None)], false, false, vec!["material_unknown"]),
        ("held already", vec![item(Some("licence"), None)], false, false, vec!["material_already_held"]),
        ("said before", vec![item(Some("drawing"), None)], true, false, vec![]),
        ("renewed since", vec![item(Some("photo"), None)], true, false, vec![]),
        (
            "could have been said",
            vec![item(Some("contract"), None), item(None, Some("area"))],
            true,
            false,
            vec!["not_said_the_first_time"; 2],
        ),
        ("overridden", vec![item(Some("contract"), None)], true, true, vec![]),
    ] {
        let before = |_: &NoticeItem| round_two.then(|| (&last, renewed.clone()));
        let facts = NoticeFacts { asked: &asked, held: &held, last: &before, overridden };
        let found: Vec<&str> = check_notice(&items, &facts).into_iter().map(|p| p.code).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn supplements_answer_every_material_and_the_term_starts_anew() {
    let (calendar, hours) = (calendar(), hours());
    let filing = |moment| Filing { received_at: moment, calendar: &calendar, hours: &hours };
    let mut one = case(CaseState::Received);
    let notice = Notice::new(1, at("2024-06-04", 9), Uuid::nil(), vec![item(Some("drawing"), None), item(None, Some("area"))], None);
    let notice = give_notice(&mut [&mut one], notice, &filing(at("2024-06-04", 9)), Limit::working_days(30), None);
    assert_eq!((one.state, one.progress.rounds), (CaseState::Supplementing, 1));
    assert_eq!(one.deadline.unwrap().due.on, day("2024-07-17"));
    let own = |material: &str| vec![material.to_owned()];
    assert_eq!(unanswered_items(&notice, &BTreeSet::new(), own).len(), 1);
    assert!(unanswered_items(&notice, &["drawing".to_owned()].into_iter().collect(), own).is_empty());
    take_supplement(&mut one, &filing(at("2024-06-05", 9)));
    assert_eq!((one.state, one.deadline.unwrap().due.on), (CaseState::Received, day("2024-06-13")));
}

#[test]
fn duties_lapse_at_their_moment_however_late_it_is_noticed() {
    let term = |on: &str, provisional| Some(Due { on: day(on), at: end_of(day(on)), provisional });
    let owed = |due| {
        let new = NewObligation::new(ObligationKind::DeferredBeforeDecision, OWED_BY_APPLICANT, "drawing", due);
        Obligation::open(Uuid::nil(), &case(CaseState::Accepted), new, at("2024-06-03", 10))
    };
    for late in [0, 1, 1000] {
        let mut one = owed(term("2024-06-11", false));
        assert!(!one.clone().lapse(end_of(day("2024-06-11")) - TimeDelta::seconds(1)));
        assert!(one.lapse(end_of(day("2024-06-11")) + TimeDelta::hours(late)));
        assert_eq!((one.state, one.settled_at), (ObligationState::Lapsed, Some(end_of(day("2024-06-11")))));
        assert!(!one.lapse(at("2025-01-01", 0)), "once");
    }
    assert!(!owed(term("2027-01-11", true)).lapse(at("2028-01-01", 0)), "a date that may move");
    assert!(!owed(None).lapse(at("2028-01-01", 0)), "an event, not a date");
}

#[test]
fn nobody_is_harmed_unheard() {
    let until = Due { on: day("2024-06-18"), at: end_of(day("2024-06-18")), provisional: false };
    for (stated, now, allowed) in [(false, "2024-06-14", false), (true, "2024-06-14", true), (false, "2024-06-19", true)] {
        let mut one = case(CaseState::Decided);
        one.outcome = Some(Outcome::Granted);
        open(&mut one, ProceedingStage::Statement, until);
        let mut proceeding = Proceeding::new(ProceedingCause::FalseCommitment, "不实".into(), at("2024-06-11", 9), None);
        if stated {
            take_statement(&mut one, &mut proceeding, "申辩".into(), at("2024-06-13", 9));
        }
        let decided = conclude(&mut one, &mut proceeding, Conclusion::Revoke, Uuid::nil(), at(now, 9));
        assert_eq!((decided.is_ok(), one.progress.reversal.is_some()), (allowed, allowed), "{stated} {now}");
    }
    let mut one = case(CaseState::Decided);
    open(&mut one, ProceedingStage::Rectifying, until);
    assert!(record_rectification(&mut one, false, at("2024-06-14", 9), until).is_err(), "the term to rectify is running");
    assert!(record_rectification(&mut one, true, at("2024-06-14", 9), until).is_ok());
    assert_eq!(one.progress.proceeding, None);
}

#[test]
fn commitments_are_signed_in_person_and_deferrals_with_a_mandate() {
    let today = day("2024-06-03");
    let mandate =
        |scope: &[MandateScope], until: &str| Mandate { scope: scope.to_vec(), signed_on: day("2024-06-01"), valid_until: day(until) };
    let (good, old, narrow) = (
        mandate(&[MandateScope::SignDeferral], "2024-12-31"),
        mandate(&[MandateScope::SignDeferral], "2024-06-02"),
        mandate(&[MandateScope::File], "2024-12-31"),
    );
    for (kind, signatory, mandate, refused) in [
        (LetterKind::Commitment, Signatory::Applicant, None, None),
        (LetterKind::Commitment, Signatory::Agent, Some(&good), Some("personal_signature_required")),
        (LetterKind::Deferral, Signatory::Agent, Some(&good), None),
        (LetterKind::Deferral, Signatory::Agent, Some(&old), Some("mandate_missing")),
        (LetterKind::Deferral, Signatory::Agent, Some(&narrow), Some("mandate_missing")),
        (LetterKind::Deferral, Signatory::LegalRepresentative, None, None),
    ] {
        assert_eq!(may_sign(kind, signatory, mandate, today).map(|p| p.code), refused, "{kind} {signatory}");
    }
}

#[test]
fn an_extension_is_granted_once_and_within_the_law() {
    let (calendar, hours) = (calendar(), hours());
    let places = (&calendar, hours.as_slice());
    for (days, allowed) in [(0, false), (1, true), (10, true), (11, false)] {
        let mut one = case(CaseState::Accepted);
        let mut entries = vec![start("2024-06-03", 10)];
        let extended = extend(&mut one, Some((10, "行政许可法 42")), &mut entries, days, start("2024-06-20", 9), places);
        assert_eq!(extended.is_ok(), allowed, "{days}");
        assert_eq!(forbidden(&one, Command::Extend).map(|r| r.code).as_deref(), allowed.then_some("already_extended"));
    }
}

#[test]
fn a_refusal_put_right_goes_on_from_its_receipt() {
    let (calendar, hours) = (calendar(), hours());
    let now = Filing { received_at: at("2024-09-02", 10), calendar: &calendar, hours: &hours };
    let mut refused = case(CaseState::Decided);
    refused.outcome = Some(Outcome::Refused);
    assert!(annul(&mut refused, &now, Uuid::nil()).is_some());
    assert_eq!((refused.state, refused.outcome, refused.received_at), (CaseState::Accepted, None, Some(at("2024-06-03", 10))));
    assert_eq!(refused.deadline.unwrap().due.on, day("2024-09-30"));
    let mut rejected = case(CaseState::Ended);
    rejected.progress.ending = Some(Ending::NotInScope);
    assert!(annul(&mut rejected, &now, Uuid::nil()).is_none());
    assert_eq!((rejected.state, rejected.received_at), (CaseState::Received, Some(at("2024-06-03", 10))));
    assert_eq!(rejected.deadline.unwrap().due.on, day("2024-09-09"));
}

proptest! {
    /// However the clock is stopped, exactly the limit's working days count, and the stored deadline is what the
    /// ledger gives.
    #[test]
    fn pauses_move_the_due_date_and_never_eat_days(n in 1u32..40, offset in 0i64..700, stops in proptest::collection::vec((0i64..15, 0i64..20), 0..4)) {
        let (calendar, hours) = (calendar(), hours());
        let begin = at("2020-03-02", 10) + TimeDelta::days(offset);
        let mut entries = vec![ClockEntry::start(begin, "行政许可法 32", None)];
        let mut moment = begin;
        let mut one = case(CaseState::Accepted);
        one.promised.limit = Limit::working_days(n);
        for (run, stand) in stops {
            moment += TimeDelta::days(run);
            entries.push(entry(ClockKind::Pause, moment, None));
            moment += TimeDelta::days(stand);
            entries.push(entry(ClockKind::Resume, moment, None));
        }
        let clock = Clock { entries: &entries, calendar: &calendar, hours: &hours };
        let ends = clock.due(one.promised.limit).unwrap();
        let counted = clock.days(one.promised.limit, ends.on).iter().filter(|d| d.count == DayCount::Counted).count();
        prop_assert_eq!(counted, n as usize);
        prop_assert!(ends.at >= due(&calendar, &hours, begin, one.promised.limit).at, "a pause never shortens");
        recompute(&mut one, &entries, (&calendar, &hours));
        prop_assert_eq!(one.deadline.map(|d: Deadline| d.due), Some(ends));
    }
}
