//! Receiving, notices, the clock, the later life of a result: what clerks and officers do in a day.

use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{App, NEWBORN_FORM, ROAD_MATERIALS, party, road};

/// An application with the people who handle it.
pub struct Desk {
    pub app: App,
    pub owner: String,
    pub clerk: String,
    pub officer: String,
    pub id: String,
    pub case: String,
}

impl Desk {
    pub async fn filed(database: Database) -> Self {
        let app = App::start(database).await;
        let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
        let officer = app.login_officer("URB", 0).await;
        let filed = app.file(&owner, &road(), ROAD_MATERIALS).await;
        let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
        Self { app, owner, clerk, officer, id, case }
    }

    pub async fn accepted(database: Database) -> Self {
        let one = Self::filed(database).await;
        one.clerk("accept", &json!({})).await.ok();
        one
    }

    pub async fn granted(database: Database) -> Self {
        let one = Self::accepted(database).await;
        let checklist = support::examination("road-occupation");
        one.officer("examine", &checklist).await.ok();
        one.officer("decide", &json!({"granted": true, "opinion": "同意"})).await.ok();
        one
    }

    pub async fn clerk(&self, verb: &str, body: &Value) -> support::Answer {
        self.app.act(&self.clerk, &format!("/applications/{}/{verb}", self.id), body).await
    }

    pub async fn owner(&self, verb: &str, body: &Value) -> support::Answer {
        self.app.act(&self.owner, &format!("/applications/{}/{verb}", self.id), body).await
    }

    pub async fn officer(&self, verb: &str, body: &Value) -> support::Answer {
        self.app.act(&self.officer, &format!("/cases/{}/{verb}", self.case), body).await
    }

    pub async fn clock(&self) -> support::Answer {
        self.app.see(&self.officer, &format!("/cases/{}/clock", self.case)).await.ok()
    }
}

fn notice(material: &str) -> Value {
    json!({"items": [{"material": material, "defect": "图例不全", "remedy": "补充图例"}]})
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_notice_a_round_and_nothing_new_in_the_second(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::filed(database).await;
    one.clerk("supplement-notice", &notice("marriage-certificate")).await.problem(422, "invalid_body");
    one.clerk("supplement-notice", &notice("traffic-plan")).await.ok();
    one.clerk("supplement-notice", &notice("restoration-commitment")).await.problem(409, "state_forbids");
    let unanswered = one.owner("supplement", &json!({})).await.problem(409, "not_acceptable");
    assert!(unanswered.text("/errors/0/message").contains("占用平面图和交通组织方案"));
    one.app.hand_in(&one.owner, &one.id, &["traffic-plan"]).await;
    let back = one.owner("supplement", &json!({})).await.ok();
    assert_eq!((back.text("/cases/0/state").as_str(), back.text("/cases/0/notice_due_on").as_str()), ("received", "2024-10-10"));

    let late = one.clerk("supplement-notice", &notice("restoration-commitment")).await.problem(422, "invalid_body");
    assert_eq!(late.text("/errors/0/code"), "not_said_the_first_time");
    one.clerk("supplement-notice", &notice("traffic-plan")).await.ok();
    let strange = crate::declare::upload("restoration-commitment", "not asked for", support::pdf(), "a.pdf");
    one.app.upload(&one.id, strange).bearer(&one.owner).send().await.problem(409, "state_forbids");
    one.app.hand_in(&one.owner, &one.id, &["traffic-plan"]).await;
    one.owner("supplement", &json!({})).await.ok();
    let mut overridden = notice("restoration-commitment");
    overridden["override_reason"] = json!("补交图纸与承诺书范围不一致");
    one.clerk("supplement-notice", &overridden).await.ok();
    let supervisor = one.app.login(Role::Supervisor, 0).await;
    let duties = one.app.see(&supervisor, "/obligations?state=open").await.ok();
    assert_eq!(duties.text("/items/0/obligation/kind"), "notice_review");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn silence_after_supplements_accepts_from_their_arrival(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::filed(database).await;
    one.app.move_clock("2024-09-29T10:00:00+08:00").await;
    one.clerk("supplement-notice", &notice("traffic-plan")).await.ok();
    one.app.move_clock("2024-10-09T15:00:00+08:00").await;
    let waiting = one.app.see(&one.owner, &format!("/applications/{}", one.id)).await.ok();
    assert_eq!(waiting.text("/cases/0/state"), "supplementing", "the authority's term stands still");
    one.app.hand_in(&one.owner, &one.id, &["traffic-plan"]).await;
    one.owner("supplement", &json!({})).await.ok();
    one.app.move_clock("2024-10-17T08:00:00+08:00").await;
    let silent = one.app.see(&one.owner, &format!("/applications/{}", one.id)).await.ok();
    assert_eq!((silent.text("/cases/0/state").as_str(), silent.text("/cases/0/accepted_on").as_str()), ("accepted", "2024-10-09"));
    assert_eq!(silent.body["cases"][0]["deemed_accepted"], true);
    let receipts = one.app.see(&one.owner, &format!("/applications/{}/receipts", one.id)).await.ok();
    assert_eq!(receipts.text("/items/1/title"), "受理通知书", "silence is confirmed in writing too");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_written_and_can_be_put_right(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::filed(database).await;
    let out = json!({"ground": "not_in_scope", "explanation": "属于市级权限"});
    one.clerk("reject", &out).await.problem(422, "invalid_body");
    let mut named = out.clone();
    named["competent_body"] = json!("市城市管理局");
    let ended = one.clerk("reject", &named).await.ok();
    assert_eq!((ended.text("/state").as_str(), ended.body["cases"][0]["exchange_state"].as_i64()), ("closed", Some(5)));
    let receipts = one.app.see(&one.owner, &format!("/applications/{}/receipts", one.id)).await.ok();
    assert_eq!(receipts.text("/items/0/title"), "不予受理决定书");
    one.app.move_clock("2024-10-09T10:00:00+08:00").await;
    let back = one.officer("annul", &json!({"ground": "review", "document_no": "衡府复决字〔2024〕1号"})).await.ok();
    assert_eq!((back.text("/state").as_str(), back.text("/received_at").as_str()), ("received", "2024-09-27T10:00:00+08:00"));
    one.clerk("accept", &json!({})).await.ok();
    let no = json!({"granted": false, "opinion": "不同意"});
    one.officer("decide", &no).await.problem(409, "state_forbids");
    let mut reasoned = no.clone();
    reasoned["refusals"] = json!([{"reason": "影响主干道通行", "basis": "城市道路管理条例 31"}]);
    let refused = one.officer("decide", &reasoned).await.ok();
    assert_eq!(refused.body["exchange_state"], 13);
    let whole = one.app.see(&one.owner, &format!("/applications/{}", one.id)).await.ok();
    assert_eq!(whole.text("/state"), "closed");
    one.officer("annul", &json!({"ground": "judgment"})).await.ok();
    let again = one.app.see(&one.owner, &format!("/applications/{}", one.id)).await.ok();
    assert_eq!((again.text("/state").as_str(), again.text("/cases/0/state").as_str()), ("submitted", "accepted"));
    assert_eq!(again.text("/cases/0/received_at"), "2024-09-27T10:00:00+08:00");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_clock_stops_goes_on_is_extended_and_explains_itself(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::accepted(database).await;
    assert_eq!(one.clock().await.text("/due_on"), "2024-10-12");
    let mut review = json!({"procedure": "expert_review", "reason": "需要专家评审", "expected_days": 5, "told_applicant_at": "2024-10-08T09:00:00+08:00"});
    one.officer("suspend", &review).await.problem(422, "invalid_body");
    one.app.move_clock("2024-10-08T10:00:00+08:00").await;
    review["told_applicant_at"] = json!("2024-10-08T09:30:00+08:00");
    let stopped = one.officer("suspend", &review).await.ok();
    assert_eq!((stopped.text("/state_name").as_str(), stopped.text("/pause/expected_on").as_str()), ("特别程序中", "2024-10-14"));
    assert_eq!(stopped.body.get("due_on"), None, "a clock that stands has no due date");
    one.app.move_clock("2024-10-15T10:00:00+08:00").await;
    one.officer("decide", &json!({"granted": true, "opinion": "同意"})).await.problem(409, "state_forbids");
    let goes_on = one.officer("resume", &json!({"result": "评审通过"})).await.ok();
    assert_eq!(goes_on.text("/due_on"), "2024-10-21");
    let days = one.clock().await;
    let on = |day: &str| days.body["days"].as_array().unwrap().iter().find(|d| d["day"] == day).unwrap()["count"].clone();
    assert_eq!(
        (on("2024-10-01"), on("2024-10-08"), on("2024-10-09"), on("2024-10-16")),
        (json!("free"), json!("counted"), json!("paused"), json!("counted"))
    );
    let extension = json!({"days": 10, "reason": "情况复杂", "approved_by": "局长", "told_applicant_at": "2024-10-15T09:00:00+08:00"});
    assert_eq!(one.officer("extend", &extension).await.ok().text("/due_on"), "2024-11-04");
    one.officer("extend", &extension).await.problem(409, "state_forbids");
    let receipts = one.app.see(&one.owner, &format!("/applications/{}/receipts", one.id)).await.ok();
    let titles: Vec<&str> = receipts.body["items"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["受理通知书", "办理期限告知书", "办理期限告知书"]);
    one.app.move_clock("2024-11-05T10:00:00+08:00").await;
    let late = one.app.see(&one.officer, &format!("/cases/{}", one.case)).await.ok();
    assert_eq!((late.text("/case/light").as_str(), late.body["case"]["promise_breached"].as_bool()), ("red", Some(true)));
    assert_eq!(late.body["case"]["statutory_breached"], false, "the promise and the law are kept apart");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_loaded_later_moves_open_due_dates_and_says_so(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start_at(database, "2026-12-28T10:00:00+08:00").await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let filed = app.file(&owner, &road(), ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    let accepted = app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    let before = accepted.text("/cases/0/due_on");
    assert_eq!(accepted.body["cases"][0]["provisional"], true);
    let csv = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-04,holiday,元旦\n2027-01-05,holiday,元旦\n";
    let files = vec![workflow::catalogue::File { path: "calendars/2027.csv".into(), bytes: csv.into() }];
    server::import_files(&app.state().db, &files).unwrap();
    app.move_clock("2026-12-28T11:00:00+08:00").await;
    let after = app.see(&owner, &format!("/cases/{case}")).await.ok();
    assert_ne!(after.text("/case/due_on"), before);
    assert_eq!(after.body["case"]["provisional"], false);
    assert_eq!(app.see(&owner, &format!("/cases/{case}/clock")).await.ok().text("/due_on"), after.text("/case/due_on"));
    let timeline = app.see(&owner, &format!("/applications/{id}/timeline")).await.ok();
    assert!(timeline.body.to_string().contains("deadline_moved"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn withdrawal_is_confirmed_after_acceptance_and_never_refused(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::accepted(database).await;
    let pending = one.owner("withdraw", &json!({"reason": "不建了"})).await.ok();
    assert_eq!(pending.body["cases"][0]["exchange_state"], 16);
    one.officer("decide", &json!({"granted": true, "opinion": "同意"})).await.problem(409, "state_forbids");
    let ended = one.officer("confirm-withdrawal", &json!({})).await.ok();
    assert_eq!((ended.text("/state").as_str(), ended.text("/ending").as_str()), ("ended", "withdrawn"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_changed_cancelled_recalled_by_later_cases(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::granted(database).await;
    let register = one.app.get("/register").send().await.ok();
    let number = register.text("/items/0/certificate_no");
    let mut change = road();
    change["target"] = json!({"act": "change", "certificate_no": "Z0"});
    one.app.post("/applications", &change).bearer(&one.owner).send().await.problem(422, "invalid_body");
    change["target"]["certificate_no"] = json!(number);
    let mut foreign = change.clone();
    foreign["parties"] = json!([{"role": "applicant", "kind": "sole_trader", "name": "王小二", "identifiers": []}]);
    one.app.post("/applications", &foreign).bearer(&one.owner).send().await.problem(422, "invalid_body");
    let filed = one.app.file(&one.owner, &change, ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    one.app.act(&one.clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    let checklist = support::examination("road-occupation");
    one.app.act(&one.officer, &format!("/cases/{case}/examine"), &checklist).await.ok();
    one.app.act(&one.officer, &format!("/cases/{case}/decide"), &json!({"granted": true, "opinion": "同意"})).await.ok();
    let replaced = one.app.get(&format!("/verify/{number}")).send().await.ok();
    assert_eq!((replaced.text("/certificate_state").as_str(), replaced.body["genuine"].as_bool()), ("replaced", Some(false)));
    let newest = one.app.get("/register?matter=road-occupation&limit=1").send().await.ok();
    assert_eq!(newest.text("/items/0/replaces"), number);
    let next = newest.text("/next");
    let second = one.app.get(&format!("/register?matter=road-occupation&limit=1&cursor={next}")).send().await.ok();
    assert_eq!(second.text("/items/0/certificate_no"), number);
    let recall = json!({"ground": "law_changed", "reason": "规划调整", "compensation": "按评估价补偿"});
    one.app.act(&one.officer, &format!("/cases/{case}/recall"), &recall).await.ok();
    let recalled = one.app.get(&format!("/verify/{}", newest.text("/items/0/certificate_no"))).send().await.ok();
    assert_eq!(recalled.text("/certificate_state"), "recalled");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn receipts_are_sealed_documents_that_verify(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::accepted(database).await;
    let listed = one.app.see(&one.owner, &format!("/applications/{}/receipts", one.id)).await.ok();
    assert_eq!(listed.body["items"][0]["sealed"], false, "the seal comes as a job");
    one.app.move_clock("2024-09-27T10:01:00+08:00").await;
    let listed = one.app.see(&one.owner, &format!("/applications/{}/receipts", one.id)).await.ok();
    assert_eq!(listed.body["items"][0]["sealed"], true);
    let code = listed.text("/items/0/verify_code");
    let verified = one.app.get(&format!("/verify/{code}")).send().await.ok();
    assert_eq!((verified.text("/title").as_str(), verified.body["genuine"].as_bool()), ("受理通知书", Some(true)));
    assert!(!verified.body.to_string().contains("天嘉"), "no party is named");
    one.app.get("/verify/0000000000000000").send().await.problem(404, "not_found");
    let url = format!("{}/api/v1/zones/hengyang-gaoxin/applications/{}/receipts/acceptance", one.app.base(), one.id);
    let pdf = reqwest::Client::new().get(url).bearer_auth(&one.owner).send().await.unwrap();
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    let bytes = pdf.bytes().await.unwrap();
    assert!(bytes.starts_with(b"%PDF-") && bytes.len() < 200_000, "{} bytes", bytes.len());
    let stranger = one.app.login(Role::Applicant, 1).await;
    one.app.see(&stranger, &format!("/applications/{}/receipts", one.id)).await.problem(404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_authorised_window_accepts_and_decides_on_the_spot(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let mut form: Value = serde_json::from_str(NEWBORN_FORM).unwrap();
    form.as_object_mut().unwrap().retain(|element, _| ["newborn", "parents", "mobile"].contains(&element.as_str()));
    let body = json!({"matter": "birth-certificate", "parties": [party("person")], "form": form, "answers": {"born_in_hospital": "yes"}});
    let filed = app.file(&owner, &body, &["parents-id-cards", "parentage-report"]).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    let decided = app.act(&clerk, &format!("/cases/{case}/decide"), &json!({"granted": true, "opinion": "当场办结"})).await.ok();
    assert_eq!(decided.text("/outcome"), "granted");
    let register = app.get("/register").send().await.ok();
    assert_eq!(register.text("/items/0/holder"), "张*丰", "a person is masked in public");
}
