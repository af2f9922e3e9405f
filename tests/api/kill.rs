//! `kill -9` in the middle: what was acknowledged is there once, nothing is there twice.

use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use server::DemoAccount;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;
use support::Database::{self, Postgres, Sqlite};
use support::{App, excavation};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

const FILINGS: usize = 200;

/// The program itself, built beside the tests.
pub(crate) fn program() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let path = exe.ancestors().nth(2).unwrap().join("yiciban");
    let built = std::process::Command::new(env!("CARGO")).args(["build", "--quiet", "-p", "server", "--bin", "yiciban"]).status().unwrap();
    assert!(built.success() && path.exists(), "{} is missing", path.display());
    path
}

/// Starts the program on the test's database and reads where it listens.
pub(crate) async fn launch(program: &PathBuf, app: &App) -> (Child, String, Lines<BufReader<ChildStdout>>) {
    let mut command = Command::new(program);
    command.arg("serve").env("YICIBAN_LISTEN", "127.0.0.1:0").env("YICIBAN_VAR_DIR", app.var()).env("RUST_LOG", "warn");
    if let Some(url) = app.database_url() {
        command.env("YICIBAN_DATABASE_URL", url);
    }
    let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    (child, line.rsplit(' ').next().unwrap().to_owned(), lines)
}

pub(crate) async fn token(client: &reqwest::Client, base: &str, account: &DemoAccount) -> String {
    let body = json!({"username": account.username, "password": account.password});
    let answer: Value = client.post(format!("{base}/api/v1/sessions/password")).json(&body).send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_submits_survive_kill_9_and_none_is_doubled(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await.stop().await;
    let account = app.accounts().iter().find(|a| a.role == Role::Applicant).unwrap().clone();
    let program = program();
    let (mut child, base, _out) = launch(&program, &app).await;
    let client = reqwest::Client::new();
    let access = token(&client, &base, &account).await;
    let zone = "/api/v1/zones/hengyang-gaoxin";
    let mut ids = Vec::new();
    for _ in 0..FILINGS {
        let draft: Value = client
            .post(format!("{base}{zone}/applications"))
            .bearer_auth(&access)
            .json(&excavation())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        ids.push(draft["id"].as_str().unwrap().to_owned());
    }
    let submit = |base: String, access: String, id: String| {
        let request = client
            .post(format!("{base}{zone}/applications/{id}/submit"))
            .bearer_auth(access)
            .header("Idempotency-Key", format!("key-{id}"));
        async move {
            let answer = request.json(&json!({})).send().await.ok()?;
            let acknowledged = answer.status() == 200;
            let body: Value = answer.json().await.ok()?;
            acknowledged.then(|| (id, body["submission_no"].as_str().unwrap().to_owned()))
        }
    };
    let (sender, mut acknowledged) = tokio::sync::mpsc::unbounded_channel();
    let calls = ids.iter().map(|id| {
        let (call, sender) = (submit(base.clone(), access.clone(), id.clone()), sender.clone());
        tokio::spawn(async move {
            if let Some(done) = call.await {
                sender.send(done).unwrap();
            }
        })
    });
    let calls: Vec<_> = calls.collect();
    drop(sender);
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    while let Some((id, number)) = acknowledged.recv().await {
        before.insert(id, number);
        if before.len() == FILINGS / 4 {
            child.start_kill().unwrap();
        }
    }
    child.wait().await.unwrap();
    for call in calls {
        call.await.unwrap();
    }
    assert!(before.len() >= FILINGS / 4 && before.len() < FILINGS, "{} were acknowledged", before.len());

    let (mut child, base, _out) = launch(&program, &app).await;
    let access = token(&client, &base, &account).await;
    let mut after: BTreeMap<String, String> = BTreeMap::new();
    for id in &ids {
        after.extend(submit(base.clone(), access.clone(), id.clone()).await);
    }
    assert_eq!(after.len(), FILINGS, "every retry succeeds");
    for (id, number) in &before {
        assert_eq!(after.get(id), Some(number), "an acknowledged filing kept its number");
    }
    let numbers: std::collections::BTreeSet<&String> = after.values().collect();
    assert_eq!(numbers.len(), FILINGS, "no number twice");
    child.kill().await.unwrap();

    let said = audited(&program, &app).await;
    let expected = format!("{} events in {} streams, 0 findings", FILINGS * 3 + 1, FILINGS + 1);
    assert!(said.contains(&expected), "{said}");
}

/// Verifies every chain of events; what the program says.
pub(crate) async fn audited(program: &PathBuf, app: &App) -> String {
    let mut verify = Command::new(program);
    verify.args(["audit", "verify"]).env("YICIBAN_VAR_DIR", app.var());
    if let Some(url) = app.database_url() {
        verify.env("YICIBAN_DATABASE_URL", url);
    }
    let output = verify.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("0 findings"), "{said}");
    said
}
