//! A case as the data sets of the national exchange.

use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_shown_as_the_exchange_wants_it(#[values(Sqlite, Postgres)] database: Database) {
    let app = support::App::start(database).await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let (officer, supervisor) = (app.login_officer("URB", 0).await, app.login(Role::Supervisor, 0).await);
    let mut draft = support::road();
    let head = json!({"role": "legal_representative", "kind": "person", "name": "张三丰", "phone": "13800003210",
        "identifiers": [{"type": "id_card", "value": "430400190001010019"}]});
    draft["parties"].as_array_mut().unwrap().push(head);
    let filed = app.file(&owner, &draft, support::ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    let path = format!("/cases/{case}/exchange");
    let early = app.see(&supervisor, &path).await.ok();
    assert_eq!((&early.body["accept"], &early.body["result"]), (&Value::Null, &Value::Null));
    app.act(&clerk, &format!("/applications/{id}/accept"), &json!({})).await.ok();
    app.act(&officer, &format!("/cases/{case}/examine"), &support::examination("road-occupation")).await.ok();
    app.act(&officer, &format!("/cases/{case}/decide"), &json!({"granted": true, "opinion": "同意"})).await.ok();
    let rating = json!({"service_no": 1, "service": "completion", "level": "basically_satisfied", "channel": "mobile"});
    app.act(&owner, &format!("/applications/{id}/evaluations"), &rating).await.ok();
    let sets = app.see(&supervisor, &path).await.ok();
    let steps: Vec<&str> = sets.body["process"].as_array().unwrap().iter().map(|p| p["process_name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["收件", "受理", "审查", "决定"]);
    assert_eq!((&sets.body["result"]["satisfaction"], &sets.body["accept"]["applyer_page_type"]), (&json!("3"), &json!("001")));
    assert_eq!(sets.body["materials"].as_array().unwrap().len(), support::ROAD_MATERIALS.len());
    assert_eq!(sets.text("/accept/legal"), "张*丰");
    let text = sets.body.to_string();
    for personal in ["张三丰", "430400190001010019", "13800003210"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    app.see(&officer, &path).await.ok();
    let (other, clerk) = (app.login_officer("HEA", 0).await, clerk);
    app.see(&other, &path).await.problem(404, "not_found");
    app.see(&clerk, &path).await.problem(403, "forbidden");
    app.see(&owner, &path).await.problem(403, "forbidden");
}
