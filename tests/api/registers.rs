//! Delegated matters, accounts, reform tasks, and the figures a zone publishes.

use crate::office::Office;
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn delegated_matters_go_in_and_out_with_a_reason(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let summary = office.see("/delegated-matters/summary").await.ok();
    assert_eq!((&summary.body["total"], &summary.body["departments"]), (&json!(346), &json!(12)), "F1");
    let sum: i64 = summary.body["items"].as_array().unwrap().iter().map(|i| i["total"].as_i64().unwrap()).sum();
    assert_eq!(sum, 346);
    // F2: 12 out, 33 in. One of those that go out is a matter of the catalogue.
    let owner = app.login(Role::Applicant, 0).await;
    let running = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await;
    let listed = office.see("/delegated-matters?limit=100").await.ok();
    let mut out: Vec<String> = listed.body["items"].as_array().unwrap().iter().map(|m| m["code"].as_str().unwrap().to_owned()).collect();
    out.retain(|code| code.starts_with("dm-"));
    out.truncate(12);
    assert_eq!(out.len(), 12);
    let mut lines: Vec<Value> = out.iter().map(|c| json!({"kind": "cancel", "code": c, "reason": "无实质意义"})).collect();
    lines.extend((0..33).map(|i| {
        json!({"kind": "add", "code": format!("new-{i}"), "name": format!("高频事项{i}"), "delegating_body": "衡阳市某局",
            "department": "HUC", "reason": "企业需要"})
    }));
    let batch = json!({"document": "调整通知", "effective_on": "2024-09-27", "lines": lines});
    let adjust = || {
        let call = app.post("/delegated-matters/adjustments", &batch).bearer(&office.publisher);
        call.header("Idempotency-Key", "batch").send()
    };
    let made = adjust().await.expect(201);
    assert_eq!(made.body["items"].as_array().unwrap().len(), 45);
    assert_eq!(adjust().await.expect(201).body, made.body, "a repeated batch is done once");
    let summary = office.see("/delegated-matters/summary").await.ok();
    assert_eq!((&summary.body["in_force"], &summary.body["cancelled"]), (&json!(367), &json!(12)), "346 − 12 + 33");
    let history = office.see("/delegated-matters/adjustments?kind=cancel&limit=100").await.ok();
    let cancelled = history.body["items"].as_array().unwrap();
    assert_eq!(cancelled.len(), 12);
    assert!(cancelled.iter().all(|c| c["reason"] == "无实质意义"));
    // All or nothing, every line named.
    let bad = json!({"document": "通知", "effective_on": "2024-09-27", "lines": [
        {"kind": "add", "code": "ok-1", "name": "好", "delegating_body": "某局", "department": "HUC", "reason": "新增"},
        {"kind": "add", "code": "bad-1", "name": "无部门", "delegating_body": "某局", "reason": "新增"},
        {"kind": "cancel", "code": "no-such", "reason": "取消"},
        {"kind": "cancel", "code": out[0], "reason": "再取消"}]});
    let refused = app.act(&office.publisher, "/delegated-matters/adjustments", &bad).await.problem(422, "invalid_body");
    let codes: Vec<&str> = refused.body["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["department_missing", "unknown", "already_cancelled"]);
    assert_eq!(office.see("/delegated-matters/summary").await.ok().body["in_force"], 367);
    app.act(&office.editor, "/delegated-matters/adjustments", &batch).await.problem(403, "forbidden");
    // A cancelled matter of the catalogue can't be applied for from its day; what was filed goes on.
    let permit = json!({"document": "通知", "effective_on": "2024-10-08", "lines": [
        {"kind": "add", "code": "road-occupation", "name": "占道", "delegating_body": "市城管局", "department": "URB", "reason": "登记"}]});
    app.act(&office.publisher, "/delegated-matters/adjustments", &permit).await;
    for b in office.see("/bundles?limit=100").await.ok().body["items"].as_array().unwrap() {
        if b["matters"].as_array().unwrap().contains(&json!("road-occupation")) {
            let end = json!({"reason": "停", "effective_to": "2024-10-07"});
            app.act(&office.publisher, &format!("/bundles/{}/retire", b["code"].as_str().unwrap()), &end).await.ok();
        }
    }
    let cancel = json!({"document": "通知", "effective_on": "2024-10-08", "lines": [{"kind": "cancel", "code": "road-occupation", "reason": "收回"}]});
    app.act(&office.publisher, "/delegated-matters/adjustments", &cancel).await.expect(201);
    app.draft(&owner, &support::road()).await;
    app.move_clock("2024-10-08T09:00:00+08:00").await;
    app.post("/applications", &support::road()).bearer(&owner).send().await.problem(422, "matter_not_in_force");
    let clerk = app.login(Role::WindowClerk, 0).await;
    let state = app.see(&clerk, &format!("/applications/{}", running.text("/id"))).await.ok().text("/cases/0/state");
    assert!(["received", "accepted"].contains(&state.as_str()), "{state}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_fails_leaves_nothing_in_sight(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let register = office.see("/delegated-matters?limit=100").await.ok();
    let bundled: Vec<Value> = office.see("/bundles?limit=100").await.ok().body["items"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|b| b["matters"].as_array().unwrap().clone())
        .collect();
    let mut lines = Vec::new();
    for m in register.body["items"].as_array().unwrap() {
        let code = m["code"].as_str().unwrap();
        let free = !code.starts_with("dm-") && !bundled.contains(&json!(code));
        if free && office.see(&format!("/matters/{code}")).await.status == 200 && lines.len() < 2 {
            lines.push(json!({"kind": "cancel", "code": code, "reason": "收回"}));
        }
    }
    assert_eq!(lines.len(), 2);
    let (first, second) = (lines[0]["code"].clone(), lines[1]["code"].clone());
    let bundled_one = json!({"kind": "change", "code": first, "department": "HUC", "reason": "只写部门"});
    lines.push(json!({"kind": "cancel", "code": "no-such", "reason": "取消"}));
    lines.push(bundled_one);
    let batch = json!({"document": "通知", "effective_on": "2024-09-27", "lines": lines});
    let refused = office.app.act(&office.publisher, "/delegated-matters/adjustments", &batch).await.problem(422, "invalid_body");
    let codes: Vec<&str> = refused.body["errors"].as_array().unwrap().iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown", "already_cancelled"]);
    for code in [first, second] {
        office.see(&format!("/matters/{}", code.as_str().unwrap())).await.ok();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_in_force_that_nobody_has_an_account_for(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let (admin, clerk) = (app.login(Role::ZoneAdmin, 0).await, app.login(Role::WindowClerk, 0).await);
    let batch = json!({"document": "通知", "effective_on": "2024-09-27", "lines": [{"kind": "add", "code": "needs-x", "name": "需系统",
        "delegating_body": "某局", "department": "HUC", "system": "系统X", "state": "proposed", "reason": "新增"}]});
    app.act(&office.publisher, "/delegated-matters/adjustments", &batch).await.expect(201);
    let put = |state: &str| app.patch("/delegated-matters/needs-x", &json!({"state": state})).bearer(&office.editor).send();
    let refused = put("in_force").await.problem(409, "state_forbids");
    assert!(refused.text("/errors/0/message").contains("系统X"), "the system is named");
    put("account_requested").await.ok();
    let account = app.call(Method::GET, "/api/v1/account").bearer(&clerk).send().await.ok().text("/id");
    let request = json!({"account": account, "system": "系统X"});
    app.act(&clerk, "/system-accounts", &request).await.problem(403, "forbidden");
    let asked = app.act(&admin, "/system-accounts", &request).await.expect(201).text("/id");
    app.act(&admin, "/system-accounts", &request).await.problem(409, "state_forbids");
    let stranger = json!({"account": app.call(Method::GET, "/api/v1/account").bearer(&app.login(Role::Applicant, 0).await).send().await.ok().text("/id"), "system": "系统X"});
    app.act(&admin, "/system-accounts", &stranger).await.problem(422, "invalid_body");
    put("in_force").await.problem(409, "state_forbids");
    let change = |body: Value| app.patch(&format!("/system-accounts/{asked}"), &body).bearer(&admin).send();
    change(json!({"trained_on": "2024-09-26"})).await.ok();
    assert_eq!(change(json!({"state": "granted"})).await.ok().text("/state_text"), "已开通");
    assert_eq!(put("in_force").await.ok().text("/effective_from"), "2024-09-27");
    let listed = app.see(&admin, "/system-accounts").await.ok();
    assert_eq!(listed.body["items"].as_array().unwrap().iter().filter(|a| a["system"] == "系统X").count(), 1);
    let abroad = app.call(Method::GET, "/api/v1/zones/xiangtan-gaoxin/system-accounts").bearer(&admin).send().await;
    abroad.problem(403, "forbidden");
    let foreign = app.call(Method::PATCH, &format!("/api/v1/zones/xiangtan-gaoxin/system-accounts/{asked}"));
    foreign.json(&json!({"state": "revoked"})).bearer(&admin).send().await.problem(403, "forbidden");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reform_tasks_are_followed_to_the_end(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let admin = app.login(Role::ZoneAdmin, 0).await;
    let tasks = office.see("/reform-tasks").await.ok();
    assert_eq!((&tasks.body["total"], &tasks.body["done"], &tasks.body["done_percent"]), (&json!(17), &json!(12), &json!("70.59")), "F21");
    let open = tasks.body["items"].as_array().unwrap().iter().find(|t| t["progress"] != "done").unwrap();
    let path = format!("/reform-tasks/{}", open["id"].as_str().unwrap());
    let progress = |etag: &str| app.patch(&path, &json!({"progress": "done"})).bearer(&admin).header("If-Match", etag).send();
    app.patch(&path, &json!({"progress": "done"})).bearer(&office.editor).header("If-Match", "*").send().await.problem(403, "forbidden");
    progress("\"7-x\"").await.problem(412, "stale_version");
    progress("*").await.ok();
    assert_eq!(office.see("/reform-tasks").await.ok().body["done"], 13);
    let task = json!({"document": "国发〔2024〕3号", "number": 18, "title": "新任务", "lead_department": "GSC", "due_on": "2024-09-01"});
    assert_eq!(app.act(&admin, "/reform-tasks", &task).await.expect(201).body["overdue"], true);
    app.act(&admin, "/reform-tasks", &task).await.problem(409, "state_forbids");
    let nobody = json!({"document": "文", "number": 1, "title": "题", "lead_department": "NASA", "departments": ["GSC", "MOON"], "due_on": "2024-12-31"});
    let refused = app.act(&admin, "/reform-tasks", &nobody).await.problem(422, "invalid_body");
    let places: Vec<&str> = refused.body["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/lead_department", "/departments/1"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_counted_from_the_documents(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let figures = office.see("/catalogue/figures").await.ok();
    let f = &figures.body["figures"];
    assert_eq!((&f["on_application"], &f["entered"], &f["entry_percent"]), (&json!(226), &json!(226), &json!("100.00")), "F4");
    assert_eq!((&f["deferral_licences"], &f["commitment_licences"]), (&json!(49), &json!(13)), "F34, F35");
    let listed = |path: &'static str| async { office.see(path).await.ok().body["items"].as_array().unwrap().clone() };
    let deferrable = listed("/matters?deferral=true&matter_type=licence&limit=100").await;
    assert!(deferrable.len() == 49 && deferrable.iter().any(|m| m["code"] == "construction-permit"));
    let committable = listed("/matters?commitment=true&matter_type=licence&limit=100").await;
    assert!(committable.len() == 13 && committable.iter().any(|m| m["code"] == "public-place-hygiene"));
    let moved = listed("/departments").await;
    let front: Vec<&str> = moved.iter().filter(|d| d["presence"] == "front_moved").map(|d| d["code"].as_str().unwrap()).collect();
    assert_eq!(front, ["NRP", "CAD", "FIRE"], "F5");
    let fire = office.see("/departments/FIRE").await.ok();
    assert_eq!(fire.text("/presence_text"), "服务前移");
    assert!(fire.body["matters"].as_array().unwrap().iter().any(|m| m["code"] == "fire-opening-check"));
    // One leaves the hall: 225 of 226.
    let from = json!({"effective_from": "2024-10-08"});
    let id = office.begin("/matters/pharmacy", None).await.expect(201).text("/id");
    office.revise(&id, json!({"handled_at": null})).await.ok();
    office.submit(&id).await.ok();
    office.publish(&id, &from).await.ok();
    let later = office.see("/catalogue/figures?on=2024-10-08&compared_to=2024-09-27").await.ok();
    assert_eq!((&later.body["figures"]["entry_percent"], &later.body["before"]["entry_percent"]), (&json!("99.56"), &json!("100.00")));
    assert!(later.body["reduction"]["materials_percent"].is_string());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn only_a_clerk_with_an_account_takes_what_was_handed_to_the_zone(#[values(Sqlite, Postgres)] database: Database) {
    let office = Office::open(database).await;
    let app = &office.app;
    let admin = app.login(Role::ZoneAdmin, 0).await;
    let (clerk, other) = (app.login(Role::WindowClerk, 0).await, app.login(Role::WindowClerk, 1).await);
    let owner = app.login(Role::Applicant, 0).await;
    let line = json!({"kind": "change", "code": "road-occupation", "name": "占道", "delegating_body": "某局", "department": "URB", "system": "城管系统",
        "state": "proposed", "reason": "新增"});
    let account = |token: &str| app.call(Method::GET, "/api/v1/account").bearer(token).send();
    let clerk_id = account(&clerk).await.ok().text("/id");
    let asked = app.act(&admin, "/system-accounts", &json!({"account": clerk_id, "system": "城管系统"})).await.expect(201).text("/id");
    let grant = |state: &str| app.patch(&format!("/system-accounts/{asked}"), &json!({"state": state})).bearer(&admin).send();
    grant("granted").await.ok();
    let batch = json!({"document": "通知", "effective_on": "2024-09-27", "lines": [line]});
    app.act(&office.publisher, "/delegated-matters/adjustments", &batch).await.expect(201);
    let filed = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await;
    assert!(!filed.body["cases"][0]["windows"].as_array().unwrap().is_empty(), "where it is handled is told");
    let path = format!("/applications/{}/accept", filed.text("/id"));
    let refused = app.act(&other, &path, &json!({})).await.problem(403, "not_allowed");
    assert_eq!(refused.body["errors"][0]["code"], "no_system_account", "F3");
    assert!(refused.text("/errors/0/message").contains("城管系统"));
    // The account goes to somebody else: now he takes it.
    let other_id = account(&other).await.ok().text("/id");
    let asked = app.act(&admin, "/system-accounts", &json!({"account": other_id, "system": "城管系统"})).await.expect(201).text("/id");
    app.patch(&format!("/system-accounts/{asked}"), &json!({"state": "granted"})).bearer(&admin).send().await.ok();
    grant("revoked").await.ok();
    app.act(&clerk, &path, &json!({})).await.problem(403, "not_allowed");
    app.act(&other, &path, &json!({})).await.ok();
}
