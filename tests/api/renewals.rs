//! The later life of a licence: renewed in time, by silence, or not; begun in time, put off, cancelled.

use crate::office::matter;
use crate::side_by_side::Hall;
use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

/// A hall with a licence that holds for two months, granted on 2024-09-27: its last day is 2024-11-27, and it is to be
/// renewed by 2024-10-28.
async fn hall(database: Database, change: impl Fn(&mut Value)) -> (Hall, String, String) {
    let hall = Hall::open(database).await;
    let mut permit = matter("x-permit", "许可", 20, &[PAPER]);
    permit["valid_months"] = json!(2);
    change(&mut permit);
    hall.office.add("/matters/x-permit", &permit).await.ok();
    let filed = hall.file("matter", "x-permit", &[PAPER.0]).await;
    hall.act(&hall.clerk, &format!("/applications/{}/accept", filed.text("/id")), json!({})).await.ok();
    let case = filed.text("/cases/0/id");
    hall.grant(&hall.huc, &case).await.ok();
    let number = hall.look(&filed.text("/id")).await.text("/cases/0/certificate_no");
    (hall, case, number)
}

async fn renew(hall: &Hall, number: &str) -> String {
    let draft = json!({"matter": "x-permit", "target": {"act": "renew", "certificate_no": number}});
    hall.file_with(draft, &[PAPER.0]).await.text("/id")
}

async fn accept(hall: &Hall, id: &str) {
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
}

async fn licence(hall: &Hall, number: &str) -> Value {
    hall.office.see(&format!("/licences/{number}")).await.ok().body
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_decision_before_the_end_renews_a_licence(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, number) = hall(database, |_| {}).await;
    let hall = hall.later("2024-10-28T16:00:00+08:00").await;
    let id = renew(&hall, &number).await;
    accept(&hall, &id).await;
    let seen = hall.look(&id).await;
    let renewal = &seen.body["cases"][0]["renewal"];
    assert_eq!(renewal, &json!({"expires_on": "2024-11-27", "ask_by": "2024-10-28", "in_time": true, "by_silence": false}));
    assert_eq!(seen.text("/cases/0/statutory_due_on"), "2024-11-25", "twenty working days end before the licence does");
    let hall = hall.later("2024-12-09T10:00:00+08:00").await;
    let seen = hall.look(&id).await;
    let case = &seen.body["cases"][0];
    assert_eq!((&case["state"], &case["outcome"], &case["renewal"]["by_silence"]), (&json!("decided"), &json!("granted"), &json!(true)));
    assert_eq!(case["decided_at"], "2024-11-28T00:00:00+08:00", "dated to the licence's end, however late it is noticed");
    let next = seen.text("/cases/0/certificate_no");
    assert_eq!(licence(&hall, &number).await["state_name"], "已换发");
    let renewed = licence(&hall, &next).await;
    assert_eq!((&renewed["valid"], &renewed["valid_until"]), (&json!(true), &json!("2025-01-27")), "it goes on from its own last day");
    let timeline = hall.office.app.see(&hall.owner, &format!("/applications/{id}/timeline")).await.ok();
    let told = timeline.body["items"].as_array().unwrap().iter().find(|e| e["kind"] == "case_renewed_by_silence").unwrap();
    assert_eq!(told["title"], "逾期未决定，视为准予延续");
    let receipts = hall.office.app.see(&hall.owner, &format!("/applications/{id}/receipts")).await.ok();
    assert!(receipts.body["items"].as_array().unwrap().iter().any(|r| r["kind"] == "grant"), "{}", receipts.body);
    // Once: settling again changes nothing.
    let hall = hall.later("2025-01-06T10:00:00+08:00").await;
    assert_eq!(hall.look(&id).await.body["cases"][0]["decided_at"], "2024-11-28T00:00:00+08:00");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_late_is_not_renewed_by_silence_and_who_asks_after_the_end_not_at_all(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, case, number) = hall(database, |_| {}).await;
    let hall = hall.later("2024-10-29T09:00:00+08:00").await;
    let id = renew(&hall, &number).await;
    accept(&hall, &id).await;
    assert_eq!(hall.look(&id).await.body["cases"][0]["renewal"]["in_time"], false);
    let waiting = json!({"matter": "x-permit", "target": {"act": "renew", "certificate_no": number}, "parties": [support::party("organisation")],
        "form": {"applicant_name": "某公司"}});
    let early = hall.office.app.draft(&hall.owner, &waiting).await.text("/id");
    hall.office.app.hand_in(&hall.owner, &early, &[PAPER.0]).await;
    let hall = hall.later("2024-11-28T09:00:00+08:00").await;
    let seen = hall.look(&id).await;
    assert_eq!(seen.text("/cases/0/state"), "accepted");
    let renewing = seen.text("/cases/0/id");
    let body = json!({"granted": true, "opinion": "同意", "delay_reason": "材料核实"});
    let found = json!({"method": "desk", "checklist": [{"point": "fits", "passed": true}], "opinion": "符合"});
    hall.act(&hall.huc, &format!("/cases/{renewing}/examine"), found).await.ok();
    let refused = hall.act(&hall.huc, &format!("/cases/{renewing}/decide"), body).await.problem(409, "state_forbids");
    assert_eq!(code(&refused), "licence_expired");
    let after = hall.office.app.post("/applications", &waiting).bearer(&hall.owner).send().await.problem(422, "invalid_body");
    assert_eq!(code(&after), "target_expired");
    let late = hall.office.app.submit(&hall.owner, &early, "late").await.problem(409, "not_ready");
    assert_eq!(code(&late), "target_expired");
    // What has ended is cancelled by a named official, on the ground that fits, once nobody waits for its renewal.
    let cancel = format!("/cases/{case}/cancel-licence");
    let ground = |ground: &str| json!({"ground": ground, "reason": "有效期届满未延续"});
    assert_eq!(code(&hall.act(&hall.huc, &cancel, ground("expired")).await.problem(409, "state_forbids")), "renewal_pending");
    let no = json!({"granted": false, "opinion": "不同意", "delay_reason": "核实", "refusals": [{"reason": "逾期申请", "basis": "行政许可法 50"}]});
    hall.act(&hall.huc, &format!("/cases/{renewing}/decide"), no).await.ok();
    let suspend = json!({"reason": "暂扣", "basis": "条例"});
    assert_eq!(
        code(&hall.act(&hall.huc, &format!("/cases/{case}/suspend-licence"), suspend).await.problem(409, "state_forbids")),
        "licence_expired"
    );
    hall.act(&hall.nrp, &cancel, ground("expired")).await.problem(404, "not_found");
    assert_eq!(code(&hall.act(&hall.huc, &cancel, ground("by_law")).await.problem(409, "state_forbids")), "basis_required");
    hall.act(&hall.huc, &cancel, ground("expired")).await.ok();
    assert_eq!(licence(&hall, &number).await["state_name"], "已注销");
    hall.act(&hall.huc, &cancel, ground("expired")).await.problem(409, "state_forbids");
    assert_eq!(hall.office.app.see(&hall.owner, &format!("/cases/{case}")).await.ok().text("/case/state_name"), "已注销");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn silence_renews_nothing_that_was_suspended_meanwhile(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, case, number) = hall(database, |_| {}).await;
    let hall = hall.later("2024-10-21T09:00:00+08:00").await;
    let id = renew(&hall, &number).await;
    accept(&hall, &id).await;
    let suspend = json!({"reason": "整改期间暂扣", "basis": "安全生产许可证条例 14"});
    hall.act(&hall.huc, &format!("/cases/{case}/suspend-licence"), suspend.clone()).await.ok();
    let hall = hall.later("2024-10-21T10:00:00+08:00").await;
    let notes = hall.office.app.see(&hall.owner, &format!("/applications/{id}/timeline")).await.ok().body.to_string();
    assert!(notes.contains("renewal_checked"), "the renewal hears of it at once, before any read could say otherwise");
    // Given back and suspended again before the end: what holds at the end counts.
    hall.act(&hall.huc, &format!("/cases/{case}/restore-licence"), json!({"reason": "整改合格"})).await.ok();
    hall.act(&hall.huc, &format!("/cases/{case}/suspend-licence"), suspend).await.ok();
    let hall = hall.later("2024-12-02T10:00:00+08:00").await;
    assert_eq!(hall.look(&id).await.text("/cases/0/state"), "accepted");
    assert_eq!(licence(&hall, &number).await["state_name"], "暂扣");
}

async fn duty(hall: &Hall) -> Value {
    let owed = hall.office.app.see(&hall.huc, "/obligations").await.ok();
    let mut duties = owed.body["items"].as_array().unwrap().iter().map(|line| &line["obligation"]);
    duties.find(|o| o["kind"] == "begin").cloned().unwrap_or(Value::Null)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn works_that_do_not_begin_in_time_are_put_off_twice_and_then_the_permit_ends(#[values(Sqlite, Postgres)] database: Database) {
    let three = json!({"n": 3, "unit": "month"});
    let begins = json!({"act": "开工", "within": three, "extension": three, "extensions": 2, "basis": "建筑法 9", "source": "law"});
    let (hall, case, number) = hall(database, |permit| {
        permit["begins"] = begins.clone();
        permit["valid_months"] = Value::Null;
    })
    .await;
    assert_eq!(duty(&hall).await, Value::Null, "the term runs from the day the permit is received");
    let id = hall.office.app.see(&hall.huc, &format!("/cases/{case}")).await.ok().text("/application");
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    hall.act(&hall.issuer, &format!("/applications/{id}/deliver"), json!({"way": "pickup"})).await.ok();
    let owed = duty(&hall).await;
    assert_eq!((&owed["due_on"], &owed["owed_by"], &owed["subject"]), (&json!("2024-12-27"), &json!("applicant"), &json!("开工")));
    let path = format!("/obligations/{}", owed["id"].as_str().unwrap());
    let (ask, answer) = (format!("{path}/ask-extension"), format!("{path}/extension"));
    let stranger = hall.office.app.login(Role::Applicant, 1).await;
    hall.act(&stranger, &ask, json!({"reason": "管线迁改"})).await.problem(404, "not_found");
    hall.act(&hall.nrp, &answer, json!({"granted": true, "reason": "同意"})).await.problem(404, "not_found");
    assert_eq!(
        code(&hall.act(&hall.huc, &answer, json!({"granted": false, "reason": "不同意"})).await.problem(409, "state_forbids")),
        "not_asked"
    );
    let hall = hall.later("2024-12-27T20:00:00+08:00").await;
    let asked = hall.act(&hall.owner, &ask, json!({"reason": "管线迁改"})).await.ok();
    assert_eq!(asked.text("/extension_asked_at"), "2024-12-27T20:00:00+08:00");
    // Asked for in time: nothing lapses while the office is silent.
    let hall = hall.later("2025-01-06T10:00:00+08:00").await;
    assert_eq!(duty(&hall).await["state"], "open");
    let given = hall.act(&hall.huc, &answer, json!({"granted": true, "reason": "情况属实"})).await.ok();
    assert_eq!((given.text("/due_on").as_str(), &given.body["extended"]), ("2025-03-27", &json!(1)));
    let unasked = json!({"granted": true, "reason": "再延"});
    assert_eq!(code(&hall.act(&hall.huc, &answer, unasked.clone()).await.problem(409, "state_forbids")), "not_asked");
    hall.act(&hall.owner, &ask, json!({"reason": "图纸修改"})).await.ok();
    let owed = hall.office.app.see(&hall.huc, "/obligations?state=open&owed_by=HUC").await.ok();
    assert_eq!(owed.text("/items/0/obligation/kind"), "extension_answer", "the department owes an answer by a day");
    assert_eq!(hall.act(&hall.huc, &answer, unasked.clone()).await.ok().text("/due_on"), "2025-06-27");
    assert_eq!(hall.office.app.see(&hall.huc, "/obligations?state=open&owed_by=HUC").await.ok().body["items"], json!([]));
    assert_eq!(code(&hall.act(&hall.owner, &ask, json!({"reason": "再延"})).await.problem(409, "state_forbids")), "extended_enough");
    let cancel = format!("/cases/{case}/cancel-licence");
    let not_begun = json!({"ground": "not_begun", "reason": "现场未开工"});
    assert_eq!(code(&hall.act(&hall.huc, &cancel, not_begun.clone()).await.problem(409, "state_forbids")), "not_lapsed");
    let hall = hall.later("2025-06-30T10:00:00+08:00").await;
    assert_eq!(duty(&hall).await["state"], "lapsed");
    let found = hall.office.app.see(&hall.supervisor, "/findings?state=open").await.ok();
    let found = found.body["items"].as_array().unwrap().iter().find(|f| f["rule"] == "duty_lapsed").unwrap();
    assert_eq!(found["department"], "HUC", "the department looks whether works have begun");
    let done = format!("{path}/fulfil");
    let report = |day: Value| json!({"report": "现场核实", "done_on": day});
    assert_eq!(code(&hall.act(&hall.huc, &done, report(Value::Null)).await.problem(422, "invalid_body")), "required");
    assert_eq!(code(&hall.act(&hall.huc, &done, report(json!("2025-06-28"))).await.problem(409, "state_forbids")), "begun_late");
    hall.act(&hall.huc, &cancel, not_begun).await.ok();
    assert_eq!(licence(&hall, &number).await["state_name"], "已注销");
    hall.act(&hall.huc, &done, report(json!("2025-06-20"))).await.problem(409, "state_forbids");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn works_that_began_in_time_are_reported_late_and_hold(#[values(Sqlite, Postgres)] database: Database) {
    let month = json!({"n": 1, "unit": "month"});
    let begins = json!({"act": "开工", "within": month, "extension": month, "extensions": 2, "basis": "建筑法 9", "source": "law"});
    let (hall, case, number) = hall(database, |permit| permit["begins"] = begins.clone()).await;
    let id = hall.office.app.see(&hall.huc, &format!("/cases/{case}")).await.ok().text("/application");
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    hall.act(&hall.issuer, &format!("/applications/{id}/deliver"), json!({"way": "pickup"})).await.ok();
    let hall = hall.later("2024-11-04T10:00:00+08:00").await;
    let path = format!("/obligations/{}/fulfil", duty(&hall).await["id"].as_str().unwrap());
    let done = hall.act(&hall.huc, &path, json!({"report": "10月25日已开工", "done_on": "2024-10-25"})).await.ok();
    assert_eq!(done.text("/state"), "fulfilled");
    assert_eq!(licence(&hall, &number).await["valid"], true);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_renews_somebody_elses_licence_is_stopped_at_the_filing(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, number) = hall(database, |_| {}).await;
    let app = &hall.office.app;
    let draft = json!({"matter": "x-permit", "target": {"act": "renew", "certificate_no": number}, "parties": [support::party("organisation")],
        "form": {"applicant_name": "某公司"}});
    let id = app.draft(&hall.owner, &draft).await.text("/id");
    app.hand_in(&hall.owner, &id, &[PAPER.0]).await;
    let mut other = support::party("organisation");
    other["identifiers"][0]["value"] = json!("91430400MATE0023X0");
    let changed = json!({"parties": [other]});
    app.patch(&format!("/applications/{id}"), &changed).bearer(&hall.owner).header("If-Match", "*").send().await.ok();
    assert_eq!(code(&app.submit(&hall.owner, &id, "k").await.problem(409, "not_ready")), "target_unknown");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_licence_ends_when_it_would_have(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, number) = hall(database, |_| {}).await;
    let hall = hall.later("2024-11-20T10:00:00+08:00").await;
    let draft = json!({"matter": "x-permit", "target": {"act": "change", "certificate_no": number}});
    let filed = hall.file_with(draft, &[PAPER.0]).await;
    accept(&hall, &filed.text("/id")).await;
    hall.grant(&hall.huc, &filed.text("/cases/0/id")).await.ok();
    let next = hall.look(&filed.text("/id")).await.text("/cases/0/certificate_no");
    assert_eq!(licence(&hall, &next).await["valid_until"], "2024-11-27");
    // Decided after the end it would make out a licence that has ended.
    let draft = json!({"matter": "x-permit", "target": {"act": "change", "certificate_no": next}});
    let late = hall.file_with(draft, &[PAPER.0]).await;
    accept(&hall, &late.text("/id")).await;
    let hall = hall.later("2024-11-28T10:00:00+08:00").await;
    assert_eq!(code(&hall.grant(&hall.huc, &late.text("/cases/0/id")).await.problem(409, "state_forbids")), "target_expired");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_is_of_what_took_the_licences_place(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, number) = hall(database, |_| {}).await;
    let hall = hall.later("2024-10-25T10:00:00+08:00").await;
    let id = renew(&hall, &number).await;
    accept(&hall, &id).await;
    let change = hall.file_with(json!({"matter": "x-permit", "target": {"act": "change", "certificate_no": number}}), &[PAPER.0]).await;
    accept(&hall, &change.text("/id")).await;
    hall.grant(&hall.huc, &change.text("/cases/0/id")).await.ok();
    let changed = hall.look(&change.text("/id")).await.text("/cases/0/certificate_no");
    let hall = hall.later("2024-10-25T11:00:00+08:00").await;
    assert_eq!(hall.look(&id).await.text("/cases/0/target/certificate_no"), changed);
    let hall = hall.later("2024-12-02T10:00:00+08:00").await;
    let seen = hall.look(&id).await;
    assert_eq!(seen.body["cases"][0]["renewal"]["by_silence"], true);
    assert_eq!(licence(&hall, &changed).await["state_name"], "已换发");
    let renewed = licence(&hall, &seen.text("/cases/0/certificate_no")).await;
    assert_eq!((&renewed["valid_until"], &renewed["replaces"]), (&json!("2025-01-27"), &json!(changed)));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn supplements_that_come_after_the_end_are_decided_like_any_other(#[values(Sqlite, Postgres)] database: Database) {
    let (hall, _, number) = hall(database, |_| {}).await;
    let hall = hall.later("2024-10-25T10:00:00+08:00").await;
    let id = renew(&hall, &number).await;
    let notice = json!({"items": [{"material": PAPER.0, "defect": "未签字", "remedy": "补签"}]});
    hall.act(&hall.clerk, &format!("/applications/{id}/supplement-notice"), notice).await.ok();
    let hall = hall.later("2024-11-29T10:00:00+08:00").await;
    assert_eq!(hall.look(&id).await.text("/cases/0/state"), "supplementing");
    hall.office.app.hand_in(&hall.owner, &id, &[PAPER.0]).await;
    hall.act(&hall.owner, &format!("/applications/{id}/supplement"), json!({})).await.ok();
    let seen = hall.look(&id).await;
    assert_eq!((seen.text("/cases/0/state").as_str(), &seen.body["cases"][0]["renewal"]["by_silence"]), ("received", &json!(false)));
    accept(&hall, &id).await;
    let hall = hall.later("2024-12-02T10:00:00+08:00").await;
    assert_eq!(hall.look(&id).await.text("/cases/0/state"), "accepted");
}
