//! Any sequence of commands by several people keeps the invariants of the flow.

use chrono::{TimeDelta, Utc};
use domain::access::Role;
use domain::flow::Clock;
use persistence::application::{Scope, find_visible, list_cases, list_clock};
use persistence::{DbError, event, obligation};
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{App, EXCAVATION_MATERIALS, ROAD_MATERIALS, excavation, road};
use uuid::Uuid;

/// A small generator of its own, so that a failing run can be run again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// What may be tried: who, the path below the application or its case, the body.
fn tries() -> Vec<(&'static str, &'static str, Value)> {
    let told = "2024-09-27T09:00:00+08:00";
    vec![
        ("clerk", "applications/accept", json!({})),
        ("clerk", "applications/accept", json!({})),
        ("clerk", "applications/supplement-notice", json!({"items": [{"element": "road_name", "defect": "不清", "remedy": "写明"}]})),
        (
            "clerk",
            "applications/supplement-notice",
            json!({"items": [{"element": "project_name", "defect": "不清", "remedy": "写明"}], "override_reason": "新情况"}),
        ),
        ("owner", "applications/supplement", json!({})),
        ("clerk", "applications/reject", json!({"ground": "not_required", "explanation": "不需要"})),
        ("officer", "cases/annul", json!({"ground": "internal"})),
        ("officer", "cases/claim", json!({})),
        ("officer", "cases/examine", support::examination("road-occupation")),
        ("officer", "cases/examine", support::examination("road-occupation")),
        ("officer", "cases/suspend", json!({"procedure": "hearing", "reason": "听证", "expected_days": 3, "told_applicant_at": told})),
        ("officer", "cases/resume", json!({"result": "结束"})),
        ("officer", "cases/extend", json!({"days": 3, "reason": "复杂", "approved_by": "局长", "told_applicant_at": told})),
        ("officer", "cases/decide", json!({"granted": true, "opinion": "同意", "delay_reason": "延迟"})),
        (
            "officer",
            "cases/decide",
            json!({"granted": false, "opinion": "不同意", "delay_reason": "延迟", "refusals": [{"reason": "不符", "basis": "法"}]}),
        ),
        ("issuer", "applications/issue", json!({})),
        ("issuer", "applications/deliver", json!({"way": "pickup"})),
        ("owner", "applications/withdraw", json!({"reason": "不办了"})),
        ("officer", "cases/confirm-withdrawal", json!({})),
        ("officer", "cases/propose-revocation", json!({"findings": "不实"})),
        ("owner", "cases/statement", json!({"statement": "申辩"})),
        ("officer", "cases/revoke", json!({"ground": "conditions_not_met", "reason": "不符"})),
        ("officer", "cases/discontinue", json!({"reason": "查无实据"})),
        ("officer", "cases/recall", json!({"ground": "law_changed", "reason": "修法", "compensation": "补偿"})),
        ("owner", "applications/evaluations", json!({"service_no": 1, "service": "filing", "level": "satisfied", "channel": "web"})),
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn any_sequence_of_commands_keeps_the_invariants(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let issuer = app.login(Role::Issuer, 0).await;
    let officers = [app.login_officer("URB", 0).await, app.login_officer("HUC", 0).await];
    let (tries, mut dice, mut effects) = (tries(), Dice(0x5eed_2024_0927), 0);
    for run in 0..24 {
        let (body, materials, officer) =
            if run % 2 == 0 { (road(), ROAD_MATERIALS, &officers[0]) } else { (excavation(), EXCAVATION_MATERIALS, &officers[1]) };
        let filed = app.file(&owner, &body, materials).await;
        let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
        for _ in 0..30 {
            if dice.roll(6) == 0 {
                let hours = i64::try_from(dice.roll(60)).unwrap();
                let later = app.state().db.clock().now() + TimeDelta::hours(hours);
                // Half of the time the timer runs, half of the time the next command has to settle.
                if dice.roll(2) == 0 {
                    app.move_clock(&later.with_timezone(&Utc).to_rfc3339()).await;
                } else {
                    app.state().db.clock().set(later);
                }
            }
            let (who, path, body) = &tries[dice.roll(tries.len())];
            let token = match *who {
                "owner" => &owner,
                "clerk" => &clerk,
                "issuer" => &issuer,
                _ => officer,
            };
            let (kind, verb) = path.split_once('/').unwrap();
            let path = if kind == "cases" { format!("/cases/{case}/{verb}") } else { format!("/applications/{id}/{verb}") };
            let answer = app.act(token, &path, body).await;
            assert!(answer.status.as_u16() < 500, "run {run} {path}: {}", answer.body);
            effects += usize::from(answer.status == 200);
            let invariants = check(&app, id.parse().unwrap()).await;
            assert_eq!(invariants, Ok(()), "run {run} after {path}: {}", answer.body);
        }
    }
    assert!(effects > 100, "only {effects} commands had an effect");
    app.state().worker().relay_feed().await.unwrap();
    let zone = app.state().snapshots.zone("hengyang-gaoxin").unwrap().zone;
    let report = app.state().db.snapshot_blocking(|tx| persistence::audit::verify(tx, zone)).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

/// What must hold of an application at every moment.
async fn check(app: &App, id: Uuid) -> Result<(), String> {
    let snapshot = app.state().snapshots.zone("hengyang-gaoxin").unwrap();
    let everything = Scope { account: Uuid::nil(), reach: domain::access::Reach::Zone, departments: vec![] };
    let read = app.state().db.read(move |tx| {
        let (application, content) = find_visible(tx, snapshot.zone, id, &everything)?.unwrap();
        let case = list_cases(tx, snapshot.zone, id)?.remove(0);
        let entries = list_clock(tx, snapshot.zone, case.id)?;
        let events = event::list(tx, application.stream(), None, 1000)?;
        let owed = obligation::list(tx, snapshot.zone, id)?;
        Ok::<_, DbError>((snapshot, application, content, case, entries, events, owed))
    });
    let (snapshot, application, content, case, entries, events, owed) = read.await.unwrap();
    let broken = |what: &str| Err(what.to_owned());
    let recorded = |kinds: &[&str]| events.iter().any(|e| kinds.contains(&e.kind.to_string().as_str()));
    let has_event = match domain::code::TextCode::as_str(case.state) {
        "accepted" => recorded(&["case_accepted", "case_deemed_accepted", "decision_annulled"]),
        "decided" => recorded(&["case_granted", "case_refused"]),
        "ended" => recorded(&["case_rejected", "case_withdrawn", "case_treated_as_withdrawn", "deferral_consequence"]),
        "supplementing" => recorded(&["notice_given"]),
        _ => true,
    };
    if !has_event {
        return broken("a state without its event");
    }
    if application.head.seq != i64::try_from(events.len()).unwrap() {
        return broken("the head is not the last event");
    }
    if content.notices.iter().filter(|n| n.answered_at.is_none()).count() > 1 {
        return broken("two notices are open");
    }
    if case.outcome.is_some() && case.accepted_at.is_none() {
        return broken("decided before it was accepted");
    }
    let clock = Clock { entries: &entries, calendar: &snapshot.calendar, hours: &snapshot.catalogue.zone.hours };
    if case.state == domain::application::CaseState::Accepted && case.deadline.map(|d| d.due) != clock.due(case.promised.limit) {
        return broken("the due date is not what the ledger gives");
    }
    if application.state == domain::application::ApplicationState::Closed && !case.is_closed() {
        return broken("closed while its case goes on");
    }
    let open = owed.iter().filter(|o| o.state == domain::flow::ObligationState::Open);
    if case.state == domain::application::CaseState::Ended && open.clone().any(|o| o.new.owed_by == "applicant") {
        return broken("the applicant owes something for a case that has ended");
    }
    Ok(())
}
