//! Who comes and who serves: channels and agents, claims and hand-overs, ratings, duties of a department.

use crate::receive::Desk;
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{App, HYGIENE_FORM, ROAD_MATERIALS, party, road};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn desks_claim_hand_over_count_and_list_what_is_theirs(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::accepted(database).await;
    one.officer("claim", &json!({})).await.ok();
    let second = one.app.login_officer("URB", 1).await;
    one.app.act(&second, &format!("/cases/{}/claim", one.case), &json!({})).await.problem(409, "state_forbids");
    let colleagues = one.app.see(&one.officer, "/desk/colleagues").await.ok();
    assert_eq!(colleagues.body["items"].as_array().unwrap().len(), 2, "of his department only");
    let mine = one.app.see(&one.officer, "/desk/cases?mine=true").await.ok();
    assert_eq!(mine.body["items"].as_array().unwrap().len(), 1);
    let handler = mine.text("/items/0/case/handler");
    let other =
        colleagues.body["items"].as_array().unwrap().iter().map(|c| c["account"].as_str().unwrap()).find(|a| *a != handler).unwrap();
    one.officer("hand-over", &json!({"to": other, "reason": "出差"})).await.ok();
    assert_eq!(one.app.see(&one.officer, "/desk/cases?mine=true").await.ok().body["items"], json!([]));
    let summary = one.app.see(&second, "/desk/summary").await.ok();
    assert_eq!(summary.body["mine"]["value"], 1);
    let accepted = summary.body["states"].as_array().unwrap().iter().find(|s| s["state"] == "accepted").unwrap();
    assert_eq!(accepted["count"], json!({"value": 1, "exact": true}));
    let elsewhere = one.app.login_officer("HEA", 0).await;
    let none = one.app.see(&elsewhere, "/desk/summary").await.ok();
    assert!(none.body["states"].as_array().unwrap().iter().all(|s| s["count"]["value"] == 0), "another department's desk is empty");
    one.app.see(&elsewhere, &format!("/cases/{}", one.case)).await.problem(404, "not_found");
    let elsewhere_duties = one.app.see(&elsewhere, "/obligations").await.ok();
    assert_eq!(elsewhere_duties.body["items"], json!([]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn people_come_by_wechat_by_agent_and_on_paper(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let wechat = |code: &str| app.call(Method::POST, "/api/v1/sessions/wechat").json(&json!({"code": code})).send();
    let li = wechat("test-li").await.ok();
    let (token, account) = (li.text("/access_token"), li.text("/account/id"));
    wechat("test-li").await.problem(401, "login_code_invalid");
    assert_eq!(wechat("test-li:2").await.ok().text("/account/id"), account, "the same person, the same account");
    wechat("blocked-x").await.problem(403, "login_blocked");
    wechat("busy-y").await.problem(503, "port_unavailable");

    let mut by_agent = road();
    by_agent["parties"] = json!([party("organisation"), {"role": "agent", "kind": "person", "name": "李代理", "identifiers": []}]);
    let missing = app.post("/applications", &by_agent).bearer(&token).send().await.problem(422, "invalid_body");
    assert_eq!(missing.text("/errors/0/pointer"), "/mandate");
    by_agent["mandate"] = json!({"scope": ["file"], "signed_on": "2024-09-01", "valid_until": "2024-12-31"});
    let filed = app.file(&token, &by_agent, ROAD_MATERIALS).await;
    let withdraw = format!("/applications/{}/withdraw", filed.text("/id"));
    app.act(&token, &withdraw, &json!({"reason": "不办了"})).await.problem(403, "not_allowed");

    let clerk = app.login(Role::WindowClerk, 0).await;
    // A letter for somebody without a phone is signed on paper; the clerk's own key signs for nobody.
    let hygiene = json!({"matter": "public-place-hygiene", "parties": [party("organisation")], "answers": {"first_application": "yes",
        "central_air_conditioning": "no"}, "form": serde_json::from_str::<Value>(HYGIENE_FORM).unwrap()});
    let draft = app.draft(&clerk, &hygiene).await.text("/id");
    let page = app.see(&clerk, &format!("/applications/{draft}/letters/commitment?materials=hygiene-floor-plan")).await.ok();
    let mut letter =
        json!({"kind": "commitment", "materials": ["hygiene-floor-plan"], "digest": page.text("/digest"), "signatory": "applicant"});
    app.act(&clerk, &format!("/applications/{draft}/letters"), &letter).await.problem(403, "not_allowed");
    letter["on_paper"] = json!(true);
    let signed = app.act(&clerk, &format!("/applications/{draft}/letters"), &letter).await.ok();
    assert_eq!(signed.body["letters"][0]["on_paper"], true);
    let rate = json!({"service_no": 1, "service": "filing", "level": "satisfied", "channel": "hall_tablet"});
    app.act(&clerk, &format!("/applications/{draft}/evaluations"), &rate).await.problem(403, "not_allowed");
    letter["digest"] = json!("0".repeat(64));
    app.act(&clerk, &format!("/applications/{draft}/letters"), &letter).await.problem(409, "state_forbids");

    let mut paper = json!({"matter": "road-occupation", "parties": [party("organisation")], "answers": road()["answers"], "form": road()["form"],
        "received_at": "2024-09-26T15:00:00+08:00"});
    app.post("/applications", &paper).bearer(&clerk).send().await.problem(422, "invalid_body");
    paper["late_entry_reason"] = json!("当日系统停电");
    let id = app.draft(&clerk, &paper).await.text("/id");
    for material in ROAD_MATERIALS {
        app.act(&clerk, &format!("/applications/{id}/paper-materials"), &json!({"material": material, "original": true, "count": 1}))
            .await
            .ok();
    }
    let filed = app.submit(&clerk, &id, "paper").await.ok();
    assert_eq!(
        (filed.text("/received_at").as_str(), filed.text("/recorded_at").as_str()),
        ("2024-09-26T15:00:00+08:00", "2024-09-27T10:00:00+08:00")
    );
    assert_eq!(filed.body["paper"].as_array().unwrap().len(), 2);
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();

    let (number, code) = (filed.text("/submission_no"), filed.text("/track_code"));
    let adopt = |code: &str, identifier: &str| json!({"number": number, "track_code": code, "identifier": identifier});
    app.act(&token, "/applications/adopt", &adopt("0000000000", "91430400MATE00010Q")).await.problem(404, "track_refused");
    app.act(&token, "/applications/adopt", &adopt(&code, "430400190001010019")).await.problem(404, "track_refused");
    app.see(&token, &format!("/applications/{id}")).await.problem(404, "not_found");
    app.act(&token, "/applications/adopt", &adopt(&code, "91430400MATE00010Q")).await.ok();
    let seen = app.see(&token, &format!("/applications/{id}")).await.ok();
    assert_eq!(seen.text("/parties/0/phone"), "13800003210", "plain to its owner");
    let listed = app.see(&token, "/applications").await.ok();
    assert!(listed.body.to_string().contains(&number));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn ratings_are_given_once_changed_once_answered_and_counted(#[values(Sqlite, Postgres)] database: Database) {
    let one = Desk::granted(database).await;
    let rate = |no: u8, service: &str, level: &str| json!({"service_no": no, "service": service, "level": level, "channel": "mobile"});
    let none = one.app.get("/evaluations/summary").send().await.ok();
    assert_eq!((none.body["evaluated"].as_u64(), none.body.get("good_rate")), (Some(0), None), "unrated is not good");
    one.owner("evaluations", &rate(1, "supplement", "satisfied")).await.problem(409, "state_forbids");
    let mut wrong = rate(1, "filing", "satisfied");
    wrong["options"] = json!([510]);
    one.owner("evaluations", &wrong).await.problem(422, "invalid_body");
    one.app
        .act(&one.clerk, &format!("/applications/{}/evaluations", one.id), &rate(1, "filing", "satisfied"))
        .await
        .problem(403, "forbidden");
    one.owner("evaluations", &rate(1, "filing", "very_satisfied")).await.ok();
    one.owner("evaluations", &rate(2, "completion", "dissatisfied")).await.ok();
    let summary = one.app.get("/evaluations/summary").send().await.ok();
    assert_eq!(summary.text("/good_rate"), "50.00");
    let duty = one.app.see(&one.officer, "/obligations?state=open&owed_by=URB").await.ok();
    assert_eq!(
        (duty.text("/items/0/obligation/kind").as_str(), duty.text("/items/0/obligation/due_on").as_str()),
        ("review_rectification", "2024-10-10")
    );
    let listed = one.app.see(&one.owner, &format!("/applications/{}/evaluations", one.id)).await.ok();
    let bad = listed.text("/items/1/id");
    let supervisor = one.app.login(Role::Supervisor, 0).await;
    let answer = json!({"verification": "partly", "measure": "已培训", "reply": "感谢指正"});
    let answered = one.app.act(&supervisor, &format!("/reviews/{bad}/answer"), &answer).await.ok();
    assert_eq!(answered.text("/reply"), "感谢指正");
    one.app.act(&supervisor, &format!("/reviews/{bad}/answer"), &answer).await.problem(409, "state_forbids");
    one.owner("evaluations", &rate(2, "completion", "satisfied")).await.problem(409, "state_forbids");
    one.owner("evaluations", &rate(1, "filing", "satisfied")).await.ok();
    one.owner("evaluations", &rate(1, "filing", "very_satisfied")).await.problem(409, "state_forbids");

    let link = one
        .app
        .act(&one.clerk, &format!("/cases/{}/evaluation-link", one.case), &json!({"service_no": 3, "service": "consultation"}))
        .await
        .ok();
    assert!(link.text("/qr_svg").contains("<svg"));
    let url = link.text("/url");
    let by_link = |url: String| one.app.call(Method::POST, &url).json(&json!({"level": "satisfied"})).send();
    by_link(url.replace(".3.", ".4.")).await.problem(404, "link_expired");
    by_link(url.clone()).await.expect(204);
    let counted = one.app.get("/evaluations/summary").send().await.ok();
    assert_eq!((counted.body["evaluated"].as_u64(), counted.text("/good_rate").as_str()), (Some(3), "66.66"));
    one.app.move_clock("2024-11-05T10:00:00+08:00").await;
    by_link(url).await.problem(404, "link_expired");
    one.owner("evaluations", &rate(5, "filing", "satisfied")).await.problem(409, "state_forbids");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn duties_of_a_department_are_reported_done_by_it_alone(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let (officer, other) = (app.login_officer("HUC", 0).await, app.login_officer("HEA", 0).await);
    let filed = app.file(&owner, &support::excavation(), support::EXCAVATION_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    let checklist = support::examination("construction-permit");
    app.act(&officer, &format!("/cases/{case}/examine"), &checklist).await.ok();
    app.act(&officer, &format!("/cases/{case}/decide"), &json!({"granted": true, "opinion": "同意"})).await.ok();
    let duty = app.see(&officer, "/obligations?state=open&owed_by=HUC").await.ok();
    assert_eq!(duty.text("/items/0/obligation/kind"), "supervision");
    let path = format!("/obligations/{}/fulfil", duty.text("/items/0/obligation/id"));
    let report = json!({"report": "已完成监督交底"});
    app.act(&other, &path, &report).await.problem(404, "not_found");
    assert_eq!(app.act(&officer, &path, &report).await.ok().text("/state"), "fulfilled");
    app.act(&officer, &path, &report).await.problem(409, "state_forbids");
    let detail = app.see(&officer, &format!("/cases/{case}")).await.ok();
    assert_eq!(detail.text("/file/notes/0/text"), "已完成监督交底");
    assert_eq!(app.see(&owner, &format!("/cases/{case}")).await.ok().body["file"]["notes"], json!([]), "notes are for staff");
    let file = app.see(&officer, &format!("/applications/{id}/materials")).await.ok().text("/items/0/id");
    app.see(&other, &format!("/applications/{id}/materials/{file}/file")).await.problem(404, "not_found");
    app.see(&officer, &format!("/applications/{id}/materials/{file}/file")).await.ok();
    let timeline = app.see(&owner, &format!("/applications/{id}/timeline")).await.ok();
    assert!(timeline.body.to_string().contains("material_read"), "the owner sees that his file was read");
}
