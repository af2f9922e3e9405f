//! `kill -9` in the middle of whole lives, and of timers: every step once, whoever does it again.

use crate::kill::{audited, launch, program, token};
use domain::access::Role;
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::Database::{self, Postgres, Sqlite};
use support::{App, ROAD_MATERIALS, road};
use tokio::sync::Notify;
use tokio::time::{Duration, timeout};

const LIVES: usize = 24;
const FILINGS: usize = 100;
/// How long a machine may take that does other things, too.
const PATIENCE: Duration = Duration::from_mins(2);
const ZONE: &str = "/api/v1/zones/hengyang-gaoxin";

/// Who calls a running program, and how far they have come.
struct Callers {
    client: reqwest::Client,
    base: String,
    tokens: BTreeMap<&'static str, String>,
    done: AtomicUsize,
    enough: usize,
    reached: Notify,
}

impl Callers {
    async fn login(app: &App, base: &str, enough: usize) -> Arc<Self> {
        let client = reqwest::Client::new();
        let mut tokens = BTreeMap::new();
        for (who, role, department) in [
            ("owner", Role::Applicant, None),
            ("clerk", Role::WindowClerk, None),
            ("officer", Role::Examiner, Some("URB")),
            ("issuer", Role::Issuer, None),
        ] {
            let here = |zone: Option<&str>| zone.is_none_or(|z| z == "hengyang-gaoxin");
            let accounts = app.accounts().iter().filter(|a| a.role == role && here(a.zone.as_deref()));
            let account = { accounts }.find(|a| a.department.as_deref() == department).unwrap();
            tokens.insert(who, token(&client, base, account).await);
        }
        Arc::new(Self { client, base: base.to_owned(), tokens, done: AtomicUsize::new(0), enough, reached: Notify::new() })
    }

    /// Does one step under a key of its own; what it answered when it was acknowledged.
    async fn step(&self, who: &str, path: &str, body: &Value) -> Option<Value> {
        let call = self.client.post(format!("{}{ZONE}{path}", self.base)).bearer_auth(&self.tokens[who]);
        let answer = call.header("Idempotency-Key", format!("{path}/{who}")).json(body).send().await.ok()?;
        let (status, body) = (answer.status(), answer.json::<Value>().await.ok()?);
        assert!(status.is_success(), "{path}: {status} {body}");
        if self.done.fetch_add(1, Ordering::SeqCst) + 1 == self.enough {
            self.reached.notify_one();
        }
        Some(body)
    }

    /// From the filing to the rating; nothing when the program is gone.
    async fn live(&self, id: &str) -> Option<()> {
        let filed = self.step("owner", &format!("/applications/{id}/submit"), &json!({})).await?;
        let case = filed["cases"][0]["id"].as_str().unwrap().to_owned();
        self.step("clerk", &format!("/applications/{id}/accept"), &json!({})).await?;
        self.step("officer", &format!("/cases/{case}/examine"), &support::examination("road-occupation")).await?;
        self.step("officer", &format!("/cases/{case}/decide"), &json!({"granted": true, "opinion": "同意"})).await?;
        self.step("issuer", &format!("/applications/{id}/issue"), &json!({})).await?;
        self.step("issuer", &format!("/applications/{id}/deliver"), &json!({"way": "pickup"})).await?;
        let rating = json!({"service_no": 1, "service": "completion", "level": "very_satisfied", "channel": "mobile"});
        self.step("owner", &format!("/applications/{id}/evaluations"), &rating).await?;
        Some(())
    }

    async fn kinds(&self, id: &str) -> Vec<String> {
        let call = self.client.get(format!("{}{ZONE}/applications/{id}/timeline", self.base)).bearer_auth(&self.tokens["owner"]);
        let page: Value = call.send().await.unwrap().json().await.unwrap();
        page["items"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap().to_owned()).collect()
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lives_cut_off_anywhere_go_on_and_no_step_is_done_twice(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let owner = app.login(Role::Applicant, 0).await;
    let mut ids = Vec::new();
    for _ in 0..LIVES {
        let id = app.draft(&owner, &road()).await.text("/id");
        app.hand_in(&owner, &id, ROAD_MATERIALS).await;
        ids.push(id);
    }
    let app = app.stop().await;
    let program = program();
    for enough in [LIVES, LIVES * 4] {
        let (mut child, base, _out) = launch(&program, &app).await;
        let callers = Callers::login(&app, &base, enough).await;
        let running: Vec<_> = ids.iter().cloned().map(|id| (callers.clone(), id)).collect();
        let running: Vec<_> = running.into_iter().map(|(c, id)| tokio::spawn(async move { c.live(&id).await })).collect();
        callers.reached.notified().await;
        child.start_kill().unwrap();
        child.wait().await.unwrap();
        let ended = join_all(running).await.into_iter().filter(|r| r.as_ref().unwrap().is_some()).count();
        assert!(ended < LIVES, "the program was killed after everything was done");
    }
    let (mut child, base, _out) = launch(&program, &app).await;
    let callers = Callers::login(&app, &base, usize::MAX).await;
    for id in &ids {
        callers.live(id).await.unwrap();
    }
    for id in &ids {
        let kinds = callers.kinds(id).await;
        for kind in [
            "application_submitted",
            "case_accepted",
            "case_examined",
            "case_granted",
            "result_issued",
            "result_delivered",
            "application_archived",
            "service_evaluated",
        ] {
            assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind}: {kinds:?}");
        }
    }
    child.kill().await.unwrap();
    audited(&program, &app).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_cut_off_are_taken_up_by_replicas_and_act_once(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let owner = app.login(Role::Applicant, 0).await;
    let mut ids = Vec::new();
    for _ in 0..FILINGS {
        ids.push(app.file(&owner, &road(), ROAD_MATERIALS).await.text("/id"));
    }
    let app = app.stop().await;
    let program = program();
    // Silence has accepted all of them long ago; the timers are late. Some have run when the program is killed, some not.
    let open = || crate::audit::count(&app, "SELECT COUNT(*) AS n FROM jobs WHERE state = 'open' AND kind = 'settle_application'");
    let filings = i64::try_from(FILINGS).unwrap();
    let (mut child, _, _out) = launch(&program, &app).await;
    let some_have_run = async {
        while open() > filings - 5 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, some_have_run).await.expect("the timers run");
    child.start_kill().unwrap();
    child.wait().await.unwrap();
    assert!((1..=filings - 5).contains(&open()), "the program was killed after every timer had run");
    // What the killed one had claimed is free when its lease ends: it ends now.
    crate::audit::tamper(&app, "UPDATE jobs SET claimed_until = NULL WHERE claimed_until IS NOT NULL AND state = 'open'");
    let replicas = if database == Postgres { 3 } else { 1 };
    let running = join_all((0..replicas).map(|_| launch(&program, &app))).await;
    let callers = Callers::login(&app, &running[0].1, usize::MAX).await;
    let settled = async |callers: &Callers, id: &str| callers.kinds(id).await.iter().any(|k| k == "case_deemed_accepted");
    let until = async |callers: &Callers, id: &str| while !settled(callers, id).await {};
    for id in &ids {
        timeout(PATIENCE, until(&callers, id)).await.expect("the timers are taken up");
    }
    let mut numbers = BTreeSet::new();
    for id in &ids {
        let kinds = callers.kinds(id).await;
        assert_eq!(kinds.iter().filter(|k| *k == "case_deemed_accepted").count(), 1, "{kinds:?}");
        let call = callers.client.get(format!("{base}{ZONE}/applications/{id}", base = callers.base)).bearer_auth(&callers.tokens["owner"]);
        let seen: Value = call.send().await.unwrap().json().await.unwrap();
        assert_eq!(seen["cases"][0]["accepted_on"], "2024-09-27", "dated to its legal moment");
        numbers.insert(seen["cases"][0]["case_no"].as_str().unwrap().to_owned());
        let call = callers
            .client
            .get(format!("{base}{ZONE}/applications/{id}/receipts", base = callers.base))
            .bearer_auth(&callers.tokens["owner"]);
        let receipts: Value = call.send().await.unwrap().json().await.unwrap();
        assert_eq!(receipts["items"].as_array().unwrap().len(), 1, "one receipt: {receipts}");
    }
    assert_eq!(numbers.len(), FILINGS, "no case number twice");
    for (mut child, ..) in running {
        child.kill().await.unwrap();
    }
    audited(&program, &app).await;
}
