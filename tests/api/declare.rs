//! Declare and track: the road of one application.

use domain::access::Role;
use reqwest::multipart::{Form, Part};
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{App, NEWBORN_FORM, excavation, party, pdf};

/// One file with what belongs to it.
pub fn upload(material: &str, upload_id: &str, bytes: Vec<u8>, name: &str) -> Form {
    Form::new()
        .text("material", material.to_owned())
        .text("upload_id", upload_id.to_owned())
        .part("file", Part::bytes(bytes).file_name(name.to_owned()))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_declared_filed_and_tracked(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let mut body = excavation();
    body["form"] = json!({});
    let draft = app.draft(&token, &body).await;
    let id = draft.text("/id");
    assert_eq!((draft.text("/state").as_str(), draft.body["version"].as_i64()), ("draft", Some(1)));
    assert_eq!(draft.body["actions"][2], json!({"name": "submit", "allowed": false, "reasons": draft.body["actions"][2]["reasons"]}));
    app.submit(&token, &id, "too-early").await.problem(409, "not_ready");

    let revised = app
        .patch(&format!("/applications/{id}"), &json!({"form": excavation()["form"]}))
        .bearer(&token)
        .header("If-Match", draft.header("etag"));
    let revised = revised.send().await.ok();
    assert_eq!(revised.body["version"], 2);
    assert!(revised.text("/next_step").contains("建设用地规划许可证"), "{}", revised.body["next_step"]);

    let form = upload("planning-conditions-approval", "u-1", pdf(), "规划条件批文.pdf");
    let uploaded = app.upload(&id, form).bearer(&token).send().await.ok();
    assert_eq!(uploaded.text("/material/media_type"), "application/pdf");

    let filed = app.submit(&token, &id, "key-1").await.ok();
    assert_eq!((filed.text("/state").as_str(), filed.text("/cases/0/state").as_str()), ("submitted", "received"));
    assert_eq!(filed.text("/cases/0/notice_due_on"), "2024-10-10");
    assert_eq!(filed.text("/received_at"), "2024-09-27T10:00:00+08:00");
    assert_eq!(filed.body["scope"].as_array().unwrap().len(), 5);

    let (number, code) = (filed.text("/submission_no"), filed.text("/track_code"));
    let tracked = app.get(&format!("/track/{number}")).header("Track-Code", &code).send().await.ok();
    let kinds: Vec<&str> = tracked.body["timeline"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["application_created", "material_uploaded", "application_submitted", "case_received"]);
    assert!(!tracked.body.to_string().contains("天嘉置业"), "tracking shows no party");

    let timeline = app.get(&format!("/applications/{id}/timeline")).bearer(&token).send().await.ok();
    assert_eq!(timeline.body["items"].as_array().unwrap().len(), 5, "the filer sees his changes too");
    let listed = app.get("/applications").bearer(&token).send().await.ok();
    assert_eq!(listed.text("/items/0/submission_no"), number);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn silence_accepts_from_the_day_of_receipt_however_late_it_is_noticed(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let id = app.draft(&token, &excavation()).await.text("/id");
    let filed = app.submit(&token, &id, "k").await.ok();
    let read = || async { app.get(&format!("/applications/{id}")).bearer(&token).send().await.ok() };

    app.state().db.clock().set("2024-10-10T15:59:59Z".parse().unwrap());
    assert_eq!(read().await.text("/cases/0/state"), "received", "the fifth working day is not over");
    app.state().db.clock().set("2024-10-10T16:00:00Z".parse().unwrap());
    let noticed = read().await;
    assert_eq!((noticed.text("/cases/0/state").as_str(), noticed.text("/cases/0/accepted_on").as_str()), ("accepted", "2024-09-27"));
    assert_eq!(noticed.body["cases"][0]["case_no"], Value::Null, "the timer has not written it yet");

    assert_eq!(app.move_clock("2024-11-20T09:00:00+08:00").await.body["jobs_run"], 2, "settled, and its receipt sealed");
    let settled = read().await;
    assert_eq!(settled.text("/cases/0/accepted_on"), "2024-09-27");
    assert_eq!(settled.text("/cases/0/due_on"), "2024-09-30", "3 days from receipt (建筑法 8)");
    let case_no = settled.text("/cases/0/case_no");
    let code = filed.text("/track_code");
    let tracked = app.get(&format!("/track/{case_no}")).header("Track-Code", &code).send().await.ok();
    let deemed = tracked.body["timeline"].as_array().unwrap().iter().find(|entry| entry["kind"] == "case_deemed_accepted").unwrap().clone();
    assert_eq!(deemed["at"], "2024-10-11T00:00:00+08:00", "when the law did it, not when the timer noticed");
    assert_eq!(app.move_clock("2024-11-21T09:00:00+08:00").await.body["jobs_run"], 0, "nothing is done twice");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_opens_its_cases_in_order(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let child = json!({"role": "subject", "kind": "person", "name": "张小宝"});
    let form: Value = serde_json::from_str(NEWBORN_FORM).unwrap();
    let body = json!({"bundle": "newborn", "parties": [party("person"), child], "form": form, "answers": {"born_in_hospital": "yes", "married_parents": "yes"}});
    let id = app.draft(&token, &body).await.text("/id");
    let assessment = app.get(&format!("/applications/{id}/assessment")).bearer(&token).send().await.ok();
    let status = |material: &str| {
        let items = assessment.body["items"].as_array().unwrap();
        items.iter().find(|i| i["material"] == material).unwrap()["status"].clone()
    };
    assert_eq!((status("birth-certificate"), status("parents-id-cards")), (json!("sibling"), json!("missing")));
    let filed = app.submit(&token, &id, "k").await.ok();
    let states: Vec<(&str, &str)> =
        filed.body["cases"].as_array().unwrap().iter().map(|c| (c["matter"].as_str().unwrap(), c["state"].as_str().unwrap())).collect();
    assert_eq!(states, [("birth-certificate", "received"), ("birth-household", "waiting"), ("resident-medical", "waiting")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_files_paper_for_somebody_without_an_account(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let clerk = app.login(Role::WindowClerk, 0).await;
    let mut body = excavation();
    body["received_at"] = json!("2024-09-26T16:00:00+08:00");
    body["late_entry_reason"] = json!("当日下班后录入");
    let draft = app.draft(&clerk, &body).await;
    assert_eq!(draft.text("/channel"), "window");
    let filed = app.submit(&clerk, &draft.text("/id"), "k").await.ok();
    assert_eq!(filed.text("/received_at"), "2024-09-26T16:00:00+08:00");
    assert_eq!(filed.text("/recorded_at"), "2024-09-27T10:00:00+08:00");
    assert_eq!(filed.text("/cases/0/notice_due_on"), "2024-10-09", "counted from the receipt, not from the keying");
    body["parties"] = json!([{"role": "applicant", "kind": "organisation_to_be", "name": "某某（筹）"}]);
    app.draft(&clerk, &body).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn staff_see_the_queue_and_personal_data_masked(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        let mut body = excavation();
        body["parties"][0] = party(if n == 0 { "person" } else { "organisation" });
        body["matter"] = json!("road-occupation");
        body["answers"] = json!({"works": "occupy"});
        body["parties"][0]["kind"] = json!(if n == 0 { "sole_trader" } else { "organisation" });
        let period = json!({"from": "2024-10-08", "to": "2024-10-20", "area_m2": 12});
        body["form"] = json!({"applicant_name": "张三丰", "road_name": "解放大道", "occupation_period": period, "mobile": "13800003210"});
        let id = app.draft(&token, &body).await.text("/id");
        app.submit(&token, &id, &format!("k{n}")).await.ok();
        ids.push(id);
    }
    let clerk = app.login(Role::WindowClerk, 0).await;
    let first = app.get("/desk/cases?state=received&limit=2").bearer(&clerk).send().await.ok();
    assert_eq!(first.body["items"].as_array().unwrap().len(), 2);
    let rest = app.get(&format!("/desk/cases?state=received&limit=2&cursor={}", first.text("/next"))).bearer(&clerk).send().await.ok();
    assert_eq!((rest.body["items"].as_array().unwrap().len(), &rest.body["next"]), (1, &Value::Null));
    let counted = app.get("/desk/cases?state=received&limit=1&count=bounded").bearer(&clerk).send().await.ok();
    assert_eq!((&counted.body["count"], &first.body["count"]), (&json!({"value": 3, "exact": true}), &Value::Null));
    let all = format!("{}{}", first.body, rest.body);
    assert!(all.contains("张*丰") && all.contains("天嘉置业（示例）有限公司") && !all.contains("张三丰"), "{all}");

    let seen = app.get(&format!("/applications/{}", ids[0])).bearer(&clerk).send().await.ok();
    assert_eq!(seen.text("/parties/0/identifiers/0/value"), "430***********0019");
    assert_eq!((seen.text("/parties/0/phone").as_str(), seen.text("/form/mobile").as_str()), ("138****3210", "***"));
    assert_eq!((&seen.body["track_code"], &seen.body["actions"][0]["allowed"]), (&Value::Null, &json!(false)));

    let other_department = app.login_examiner("HEA").await;
    let none = app.get("/desk/cases").bearer(&other_department).send().await.ok();
    assert_eq!(none.body["items"], json!([]));
    let own_department = app.login_examiner("URB").await;
    assert_eq!(app.get("/desk/cases?light=green").bearer(&own_department).send().await.ok().body["items"].as_array().unwrap().len(), 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_own_list_pages_newest_first(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(app.draft(&token, &excavation()).await.text("/id"));
    }
    ids.reverse();
    let (mut seen, mut path) = (Vec::new(), "/applications?limit=2".to_owned());
    loop {
        let page = app.get(&path).bearer(&token).send().await.ok();
        seen.extend(page.body["items"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()));
        match page.body["next"].as_str() {
            Some(next) => path = format!("/applications?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ids);
    let counted = app.get("/applications?limit=1&count=bounded").bearer(&token).send().await.ok();
    assert_eq!(counted.body["count"], json!({"value": 5, "exact": true}));
    let other = app.login(Role::Applicant, 1).await;
    let cursor = app.get("/applications?limit=2").bearer(&token).send().await.ok().text("/next");
    app.get(&format!("/applications?limit=2&cursor={cursor}")).bearer(&other).send().await.problem(400, "bad_cursor");
}
