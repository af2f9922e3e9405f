//! Random commands by several people on bundles, against a simple reference: a matter is open, granted or failed, and
//! everything else follows from who waits for whom.

use crate::side_by_side::{Hall, Member};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");
const MEMBERS: &[Member<'_>] = &[
    ("ma", "HUC", 5, &[PAPER]),
    ("mb", "NRP", 5, &[PAPER]),
    ("mc", "HUC", 5, &[PAPER]),
    ("md", "NRP", 5, &[PAPER]),
    ("me", "HUC", 5, &[PAPER]),
];
/// c after a and b, d after c, e beside a.
const EDGES: &[(&str, &str, &str)] = &[("ma", "mc", "hard"), ("mb", "mc", "hard"), ("mc", "md", "hard"), ("ma", "me", "soft")];

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

/// What the reference knows of one matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Waiting,
    Received,
    Accepted { examined: bool },
    Granted,
    Refused,
    Withdrawn,
    Stopped,
}

/// The reference.
struct Model(BTreeMap<&'static str, Known>);

impl Model {
    fn new() -> Self {
        let mut model = Self(MEMBERS.iter().map(|m| (m.0, Known::Received)).collect());
        for (_, after, _) in EDGES.iter().filter(|e| e.2 == "hard") {
            model.0.insert(after, Known::Waiting);
        }
        model
    }

    fn before(after: &str, kind: &str) -> Vec<&'static str> {
        EDGES.iter().filter(|e| e.1 == after && e.2 == kind).map(|e| e.0).collect()
    }

    fn failed(&self, matter: &str) -> bool {
        matches!(self.0[matter], Known::Refused | Known::Withdrawn | Known::Stopped)
    }

    /// Lets everything follow.
    fn follow(&mut self) {
        for _ in 0..MEMBERS.len() {
            for (matter, ..) in MEMBERS {
                let before = Self::before(matter, "hard");
                let lost = before.iter().any(|b| self.failed(b));
                let ready = before.iter().all(|b| self.0[b] == Known::Granted);
                let now = match self.0[matter] {
                    Known::Waiting if lost => Known::Stopped,
                    Known::Waiting if ready && !before.is_empty() => Known::Received,
                    Known::Stopped if !lost => Known::Waiting,
                    other => other,
                };
                self.0.insert(matter, now);
            }
        }
    }

    /// Applies what was tried; whether it is allowed.
    fn apply(&mut self, what: &str, matter: &'static str) -> bool {
        let soft = Self::before(matter, "soft");
        let open = soft.iter().any(|b| self.0[b] != Known::Granted && !self.failed(b));
        let lost = soft.iter().any(|b| self.failed(b));
        let then = match (what, self.0[matter]) {
            ("accept", Known::Received) | ("annul", Known::Refused) => Known::Accepted { examined: false },
            ("examine", Known::Accepted { .. }) => Known::Accepted { examined: true },
            ("grant", Known::Accepted { examined: true }) if !open && !lost => Known::Granted,
            ("refuse", Known::Accepted { .. }) => Known::Refused,
            ("withdraw", Known::Waiting | Known::Received) => Known::Withdrawn,
            _ => return false,
        };
        self.0.insert(matter, then);
        self.follow();
        true
    }

    /// As the API says it.
    fn state(&self, matter: &str) -> (&'static str, Option<&'static str>) {
        match self.0[matter] {
            Known::Waiting => ("waiting", None),
            Known::Received => ("received", None),
            Known::Accepted { .. } => ("accepted", None),
            Known::Granted => ("decided", Some("granted")),
            Known::Refused => ("decided", Some("refused")),
            Known::Withdrawn => ("ended", Some("withdrawn")),
            Known::Stopped => ("ended", Some("predecessor_failed")),
        }
    }
}

const TRIES: &[&str] = &["accept", "accept", "examine", "examine", "grant", "grant", "grant", "refuse", "withdraw", "annul"];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn any_course_of_a_bundle_is_the_references(#[values(Sqlite, Postgres)] database: Database) {
    let mut hall = Hall::open(database).await;
    hall.publish("m-model", MEMBERS, EDGES, |_| ()).await;
    let (mut dice, mut effects) = (Dice(0x0dd5_2024_1122), 0);
    for run in 0..steps() / 40 {
        if run % 100 == 99 {
            hall = hall.again().await;
        }
        let filed = hall.file("bundle", "m-model", &[PAPER.0]).await;
        let id = filed.text("/id");
        let cases: BTreeMap<&str, String> = MEMBERS.iter().map(|m| (m.0, crate::side_by_side::id_of(&filed, m.0))).collect();
        let all: Vec<&String> = cases.values().collect();
        let mut model = Model::new();
        for _ in 0..40 {
            let (matter, department, ..) = MEMBERS[dice.roll(MEMBERS.len())];
            let (what, case) = (TRIES[dice.roll(TRIES.len())], &cases[matter]);
            let officer = if department == "HUC" { &hall.huc } else { &hall.nrp };
            let (who, path, body) = request(&hall, what, &id, case, officer, &all);
            if what == "withdraw" && matches!(model.0[matter], Known::Accepted { .. }) {
                continue;
            }
            let expected = model.apply(what, matter);
            let answer = hall.act(who, &path, body).await;
            assert_eq!(answer.status.is_success(), expected, "run {run}: {what} {matter}: {}", answer.body);
            effects += usize::from(expected);
            let seen = hall.look(&id).await;
            for (matter, ..) in MEMBERS {
                let case = crate::side_by_side::case_of(&seen, matter);
                let how = case["outcome"].as_str().or(case["ending"].as_str());
                assert_eq!((case["state"].as_str().unwrap(), how), model.state(matter), "run {run}: {matter} after {what}");
            }
        }
    }
    assert!(effects > steps() / 8, "only {effects} had an effect");
    hall.office.app.state().worker().relay_feed().await.unwrap();
    let zone = hall.office.app.state().snapshots.zone("hengyang-gaoxin").unwrap().zone;
    let report = hall.office.app.state().db.snapshot_blocking(|tx| persistence::audit::verify(tx, zone)).unwrap();
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

fn request<'a>(hall: &'a Hall, what: &str, id: &str, case: &str, officer: &'a String, all: &[&String]) -> (&'a String, String, Value) {
    match what {
        "accept" => (&hall.clerk, format!("/applications/{id}/accept"), json!({"cases": [case]})),
        "examine" => {
            let found = json!({"method": "desk", "checklist": [{"point": "fits", "passed": true}], "opinion": "符合"});
            (officer, format!("/cases/{case}/examine"), found)
        }
        "grant" => (officer, format!("/cases/{case}/decide"), json!({"granted": true, "opinion": "同意"})),
        "refuse" => {
            let no = json!({"granted": false, "opinion": "不同意", "refusals": [{"reason": "不符合", "basis": "建筑法 8"}]});
            (officer, format!("/cases/{case}/decide"), no)
        }
        "withdraw" => {
            // The applicant of the reference knows everything that stops.
            (&hall.owner, format!("/applications/{id}/withdraw"), json!({"reason": "不办了", "cases": [case], "stops": all}))
        }
        _ => (officer, format!("/cases/{case}/annul"), json!({"ground": "internal"})),
    }
}

/// How many steps: few in the ordinary run, as many as asked for otherwise.
#[expect(clippy::disallowed_methods, reason = "a longer run is asked for by the environment")]
fn steps() -> usize {
    std::env::var("YICIBAN_MODEL_STEPS").ok().and_then(|n| n.parse().ok()).unwrap_or(600)
}
