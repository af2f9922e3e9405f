//! One running installation.

use crate::client::{Answer, Call};
use crate::database::{Database, Fresh, config};
use domain::access::Role;
use persistence::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use server::{DemoAccount, Options, Started, start};
use std::path::Path;

/// One running installation and a client to it.
pub struct App {
    started: Option<Started>,
    fresh: Fresh,
    client: reqwest::Client,
    accounts: Vec<DemoAccount>,
    keys: std::sync::atomic::AtomicUsize,
}

impl App {
    /// Starts at 10:00 on Friday 27 September 2024, a working day before a long holiday.
    pub async fn start(database: Database) -> Self {
        Self::start_at(database, "2024-09-27T10:00:00+08:00").await
    }

    /// Starts at an instant.
    pub async fn start_at(database: Database, now: &str) -> Self {
        Self::start_with(database, now, |_| ()).await
    }

    /// The same, with something set otherwise.
    pub async fn start_with(database: Database, now: &str, change: impl FnOnce(&mut server::Config)) -> Self {
        let now = chrono::DateTime::parse_from_rfc3339(now).unwrap().to_utc();
        let fresh = database.fresh().await;
        let options = Options { clock: Some(Clock::standing_at(now)), run_jobs: false, count_statements: true };
        let mut config = config(fresh.var.path(), fresh.url.clone());
        change(&mut config);
        let started = start(&config, &options).unwrap();
        let accounts = serde_json::from_slice(&std::fs::read(fresh.var.path().join("demo-accounts.json")).unwrap()).unwrap();
        Self { started: Some(started), fresh, client: reqwest::Client::new(), accounts, keys: std::sync::atomic::AtomicUsize::default() }
    }

    /// What the server runs on.
    pub fn state(&self) -> &http_api::AppState {
        &self.started.as_ref().unwrap().state
    }

    /// Where the server listens.
    pub fn base(&self) -> String {
        format!("http://{}", self.started.as_ref().unwrap().running.address)
    }

    /// The installation's folder.
    pub fn var(&self) -> &Path {
        self.fresh.var.path()
    }

    /// Address of the database, where it is PostgreSQL.
    pub fn database_url(&self) -> Option<&str> {
        self.fresh.url.as_deref()
    }

    /// A request to a full path.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.client.request(method, format!("{}{path}", self.base())))
    }

    /// GET below the zone 衡阳高新区.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, &format!("/api/v1/zones/hengyang-gaoxin{path}"))
    }

    /// POST below the zone 衡阳高新区.
    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, &format!("/api/v1/zones/hengyang-gaoxin{path}")).json(body)
    }

    /// PATCH below the zone 衡阳高新区.
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, &format!("/api/v1/zones/hengyang-gaoxin{path}")).json(body)
    }

    /// POST of a form to an application's materials.
    pub fn upload(&self, id: &str, form: reqwest::multipart::Form) -> Call {
        self.call(Method::POST, &format!("/api/v1/zones/hengyang-gaoxin/applications/{id}/materials")).form(form)
    }

    /// The demo accounts.
    pub fn accounts(&self) -> &[DemoAccount] {
        &self.accounts
    }

    /// Logs in a demo account of 衡阳高新区 by role; `nth` from 0.
    pub async fn login(&self, role: Role, nth: usize) -> String {
        let here = |a: &&DemoAccount| a.role == role && a.zone.as_deref().is_none_or(|z| z == "hengyang-gaoxin");
        let account = self.accounts.iter().filter(here).nth(nth).unwrap();
        self.token(&account.username, &account.password).await
    }

    /// Logs in the first demo examiner of a department of 衡阳高新区.
    pub async fn login_examiner(&self, department: &str) -> String {
        self.login_officer(department, 0).await
    }

    /// Logs in a demo examiner of a department of 衡阳高新区; `nth` from 0.
    pub async fn login_officer(&self, department: &str, nth: usize) -> String {
        let here = |a: &&DemoAccount| a.department.as_deref() == Some(department) && a.zone.as_deref() == Some("hengyang-gaoxin");
        let account = self.accounts.iter().filter(here).nth(nth).unwrap();
        self.token(&account.username, &account.password).await
    }

    /// Opens `n` further officers of a department of 衡阳高新区 and logs them in.
    pub async fn open_officers(&self, department: &str, n: usize) -> Vec<String> {
        let password = "sixteen-officers";
        let hash = workflow::password::hash(password).unwrap();
        let names: Vec<String> = (0..n).map(|i| format!("officer.{department}.{i}")).collect();
        let (opened, of) = (names.clone(), department.to_owned());
        self.state()
            .db
            .write_blocking(move |tx| {
                for name in &opened {
                    let membership = Some((1, Role::Examiner, Some(of.as_str())));
                    let account =
                        workflow::account::NewAccount {
                            username: Some(name), password_hash: Some(&hash), name: "演示人员", membership
                        };
                    workflow::account::open(tx, &account)?;
                }
                Ok::<_, workflow::Error>(())
            })
            .unwrap();
        let mut tokens = Vec::new();
        for name in &names {
            tokens.push(self.token(name, password).await);
        }
        tokens
    }

    /// Logs in with name and password.
    pub async fn token(&self, username: &str, password: &str) -> String {
        let body = json!({"username": username, "password": password});
        let answer = self.call(Method::POST, "/api/v1/sessions/password").json(&body).send().await;
        answer.ok().text("/access_token")
    }

    /// Begins a draft; returns its answer.
    pub async fn draft(&self, token: &str, body: &Value) -> Answer {
        self.post("/applications", body).bearer(token).send().await.expect(201)
    }

    /// Files a draft under `key`.
    pub async fn submit(&self, token: &str, id: &str, key: &str) -> Answer {
        self.post(&format!("/applications/{id}/submit"), &json!({})).bearer(token).header("Idempotency-Key", key).send().await
    }

    /// Files an application with these materials; returns the answer to the filing.
    pub async fn file(&self, token: &str, body: &Value, materials: &[&str]) -> Answer {
        let id = self.draft(token, body).await.text("/id");
        self.hand_in(token, &id, materials).await;
        self.submit(token, &id, &id).await.ok()
    }

    /// Hands in materials.
    pub async fn hand_in(&self, token: &str, id: &str, materials: &[&str]) {
        for material in materials {
            let part = reqwest::multipart::Part::bytes(crate::pdf()).file_name("a.pdf");
            let form = reqwest::multipart::Form::new().text("material", (*material).to_owned());
            let upload_id = format!("{material}-{}", self.next_key());
            self.upload(id, form.text("upload_id", upload_id).part("file", part)).bearer(token).send().await.ok();
        }
    }

    /// POST as somebody.
    pub async fn act(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post(path, body).bearer(token).header("Idempotency-Key", &format!("{path}-{}", self.next_key())).send().await
    }

    /// GET as somebody.
    pub async fn see(&self, token: &str, path: &str) -> Answer {
        self.get(path).bearer(token).send().await
    }

    fn next_key(&self) -> usize {
        self.keys.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    /// Moves the clock and does what is due.
    pub async fn move_clock(&self, to: &str) -> Answer {
        self.call(Method::PUT, "/api/v1/sandbox/clock").json(&json!({"now": to})).send().await.ok()
    }

    /// Statements run by `work`.
    pub async fn statements<T>(&self, work: impl Future<Output = T>) -> (T, u64) {
        let before = self.state().db.statements();
        let result = work.await;
        (result, self.state().db.statements() - before)
    }

    /// Stops the server.
    pub async fn stop(mut self) -> Self {
        self.started.take().unwrap().stop().await;
        self
    }

    /// Starts the server again on the same database.
    pub async fn restart(mut self, now: &str) -> Self {
        if let Some(started) = self.started.take() {
            started.stop().await;
        }
        let now = chrono::DateTime::parse_from_rfc3339(now).unwrap().to_utc();
        let options = Options { clock: Some(Clock::standing_at(now)), run_jobs: false, count_statements: true };
        self.started = Some(start(&config(self.fresh.var.path(), self.fresh.url.clone()), &options).unwrap());
        self
    }
}
