//! Bad input from a table: each a precise problem, nothing written.

use crate::declare::upload;
use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use support::Database::{self, Postgres, Sqlite};
use support::{Answer, App, Call, excavation, pdf};

/// What stands in the database of 衡阳高新区 that a refused request must not change.
async fn footprint(app: &App, token: &str) -> (Value, u64) {
    let listed = app.get("/applications?limit=100").bearer(token).send().await.ok().body;
    let events = app.state().db.write_blocking(|tx| persistence::audit::verify(tx, 1)).unwrap();
    assert_eq!(events.findings, Vec::<String>::new());
    (listed, events.events)
}

/// A request of the table, and what it must answer: status, code, and the pointer of the first error.
type Row = (&'static str, Call, u16, &'static str, &'static str);

fn changed(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_bad_body_of_a_new_application_is_refused_at_its_place(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let good = excavation();
    let create = |body: &Value| app.post("/applications", body).bearer(&token);
    let raw =
        |body: Vec<u8>| app.call(Method::POST, "/api/v1/zones/hengyang-gaoxin/applications").bearer(&token).raw("application/json", body);
    let deep = format!("{{\"form\":{{\"x\":{}1{}}}}}", "[".repeat(500), "]".repeat(500));
    let twice = r#"{"matter":"construction-permit","matter":"food-licence","parties":[]}"#;
    let large = with(good.clone(), "form", json!({"project_name": "x".repeat(1_100_000)}));
    let many: Vec<Value> = (0..51).map(|_| good["parties"][0].clone()).collect();
    let rows: Vec<Row> = vec![
        ("broken JSON", raw(b"{\"matter\":".to_vec()), 400, "bad_json", ""),
        ("trailing text", raw([serde_json::to_vec(&good).unwrap(), b" {}".to_vec()].concat()), 400, "bad_json", ""),
        ("a null character", create(&changed(good.clone(), "/project/name", json!("a\u{0}b"))), 422, "invalid_body", ""),
        ("not UTF-8", raw(vec![b'{', b'"', 0xff, 0xfe, b'"', b'}']), 400, "bad_encoding", ""),
        ("nested too deeply", raw(deep.into_bytes()), 400, "bad_json", ""),
        ("empty body", raw(Vec::new()), 400, "bad_json", ""),
        ("a list", raw(b"[]".to_vec()), 422, "invalid_body", ""),
        ("duplicate field", raw(twice.as_bytes().to_vec()), 422, "invalid_body", "/matter"),
        ("too large", create(&large), 413, "body_too_large", ""),
        (
            "wrong content type",
            app.call(Method::POST, "/api/v1/zones/hengyang-gaoxin/applications").bearer(&token).raw("text/plain", "{}"),
            415,
            "unsupported_media_type",
            "",
        ),
        ("unknown field", create(&with(good.clone(), "surprise", json!(1))), 422, "invalid_body", "/surprise"),
        (
            "unknown nested field",
            create(&changed(good.clone(), "/parties/0", json!({"role": "applicant", "kind": "person", "name": "x", "age": 3}))),
            422,
            "invalid_body",
            "/parties/0/age",
        ),
        ("wrong type", create(&with(good.clone(), "matter", json!(7))), 422, "invalid_body", "/matter"),
        ("null for a list", create(&with(good.clone(), "parties", Value::Null)), 422, "invalid_body", "/parties"),
        ("no parties", create(&with(good.clone(), "parties", json!([]))), 422, "invalid_body", "/parties"),
        ("too many parties", create(&with(good.clone(), "parties", json!(many))), 422, "invalid_body", "/parties"),
        ("unknown role", create(&changed(good.clone(), "/parties/0/role", json!("king"))), 422, "invalid_body", "/parties/0/role"),
        ("no applicant", create(&changed(good.clone(), "/parties/0/role", json!("payer"))), 422, "invalid_body", "/parties"),
        ("empty name", create(&changed(good.clone(), "/parties/0/name", json!("  "))), 422, "invalid_body", "/parties/0/name"),
        (
            "credit code with a wrong check character",
            create(&changed(good.clone(), "/parties/0/identifiers/0/value", json!("91430400MATE00010R"))),
            422,
            "invalid_body",
            "/parties/0/identifiers/0/value",
        ),
        (
            "identity number with a wrong check digit",
            create(&changed(good.clone(), "/parties/0/identifiers/0", json!({"type": "id_card", "value": "430400190001010018"}))),
            422,
            "invalid_body",
            "/parties/0/identifiers/0/value",
        ),
        (
            "identity number with an impossible date",
            create(&changed(good.clone(), "/parties/0/identifiers/0", json!({"type": "id_card", "value": "430400190002290017"}))),
            422,
            "invalid_body",
            "/parties/0/identifiers/0/value",
        ),
        ("telephone", create(&changed(good.clone(), "/parties/0/phone", json!("12345"))), 422, "invalid_body", "/parties/0/phone"),
        ("neither matter nor bundle", create(&changed(good.clone(), "/matter", Value::Null)), 422, "invalid_body", "/matter"),
        ("both matter and bundle", create(&with(good.clone(), "bundle", json!("newborn"))), 422, "invalid_body", "/matter"),
        ("unknown matter", create(&with(good.clone(), "matter", json!("perpetual-motion"))), 422, "matter_not_in_force", ""),
        ("bundle named as matter", create(&with(good.clone(), "matter", json!("free-seal"))), 422, "matter_not_in_force", ""),
        ("unknown situation", create(&changed(good.clone(), "/answers", json!({"colour": "red"}))), 422, "invalid_body", "/answers/colour"),
        (
            "unknown answer",
            create(&changed(good.clone(), "/answers/permit_stage", json!("roof"))),
            422,
            "invalid_body",
            "/answers/permit_stage",
        ),
        ("unknown element", create(&changed(good.clone(), "/form", json!({"shoe_size": 43}))), 422, "invalid_body", "/form/shoe_size"),
        (
            "number out of range",
            create(&changed(good.clone(), "/form/floor_area_m2", json!(-1))),
            422,
            "invalid_body",
            "/form/floor_area_m2",
        ),
        (
            "wrong type in the form",
            create(&changed(good.clone(), "/form/project_name", json!(5))),
            422,
            "invalid_body",
            "/form/project_name",
        ),
        (
            "project code",
            create(&changed(good.clone(), "/project/code", json!("2113-430400-04-01-123456"))),
            422,
            "invalid_body",
            "/project/code",
        ),
        ("project without a name", create(&changed(good.clone(), "/project/name", json!("x"))), 422, "invalid_body", "/project/name"),
        (
            "receipt set by an applicant",
            create(&with(good.clone(), "received_at", json!("2024-09-01T10:00:00+08:00"))),
            422,
            "invalid_body",
            "/received_at",
        ),
        (
            "instant without offset",
            create(&with(good.clone(), "received_at", json!("2024-09-01T10:00:00"))),
            422,
            "invalid_body",
            "/received_at",
        ),
        ("key too long", create(&good).header("Idempotency-Key", &"k".repeat(200)), 422, "invalid_query", ""),
        ("unknown zone", app.call(Method::POST, "/api/v1/zones/atlantis/applications").bearer(&token).json(&good), 404, "not_found", ""),
        ("no token", app.post("/applications", &good), 401, "unauthenticated", ""),
        ("a forged token", app.post("/applications", &good).bearer("eyJhbGciOiJub25lIn0.e30."), 401, "unauthenticated", ""),
        (
            "wrong method",
            app.call(Method::DELETE, "/api/v1/zones/hengyang-gaoxin/applications").bearer(&token),
            405,
            "method_not_allowed",
            "",
        ),
        ("unknown path", app.get("/nonsense"), 404, "not_found", ""),
    ];
    run(&app, &token, rows).await;
}

async fn run(app: &App, token: &str, rows: Vec<Row>) {
    let before = footprint(app, token).await;
    for (name, call, status, code, pointer) in rows {
        let answer = call.send().await;
        check(name, &answer, status, code, pointer);
    }
    assert_eq!(footprint(app, token).await, before, "a refused request wrote something");
}

#[track_caller]
fn check(name: &str, answer: &Answer, status: u16, code: &str, pointer: &str) {
    let seen = (answer.status.as_u16(), answer.body["code"].as_str(), answer.body["errors"][0]["pointer"].as_str().unwrap_or_default());
    assert_eq!(seen, (status, Some(code), pointer), "{name}: {}", answer.body);
    assert!(answer.body["detail"].as_str().unwrap().chars().any(|c| c > '\u{2E80}'), "{name}: no Chinese text: {}", answer.body);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_bad_act_on_a_draft_is_refused(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let stranger = app.login(Role::Applicant, 1).await;
    let auditor = app.login(Role::Auditor, 0).await;
    let draft = app.draft(&token, &excavation()).await;
    let (id, etag) = (draft.text("/id"), draft.header("etag").to_owned());
    let path = format!("/applications/{id}");
    let change = json!({"answers": {"expropriation": "yes"}});
    let file = |name: &str, bytes: Vec<u8>| upload("planning-conditions-approval", "u-1", bytes, name);
    let rows: Vec<Row> = vec![
        ("no If-Match", app.patch(&path, &change).bearer(&token), 428, "if_match_required", ""),
        ("stale If-Match", app.patch(&path, &change).bearer(&token).header("If-Match", "\"7-00\""), 412, "stale_version", ""),
        ("unreadable If-Match", app.patch(&path, &change).bearer(&token).header("If-Match", "\"abc\""), 412, "stale_version", ""),
        ("a stranger changes it", app.patch(&path, &change).bearer(&stranger).header("If-Match", &etag), 404, "not_found", ""),
        ("a stranger reads it", app.get(&path).bearer(&stranger), 404, "not_found", ""),
        ("an auditor reads a draft", app.get(&path).bearer(&auditor), 404, "not_found", ""),
        ("another zone", app.call(Method::GET, &format!("/api/v1/zones/xiangtan-gaoxin{path}")).bearer(&token), 404, "not_found", ""),
        ("no uuid", app.get("/applications/42").bearer(&token), 404, "not_found", ""),
        ("nobody's uuid", app.get("/applications/0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c").bearer(&token), 404, "not_found", ""),
        ("submit without key", app.post(&format!("{path}/submit"), &json!({})).bearer(&token), 428, "idempotency_key_required", ""),
        (
            "submit with a field",
            app.post(&format!("{path}/submit"), &json!({"now": true})).bearer(&token).header("Idempotency-Key", "k"),
            422,
            "invalid_body",
            "/now",
        ),
        ("an empty file", app.upload(&id, file("a.pdf", vec![])).bearer(&token), 400, "bad_upload", ""),
        (
            "HTML named PDF",
            app.upload(&id, file("a.pdf", b"<!DOCTYPE html><script>1</script>".to_vec())).bearer(&token),
            415,
            "unsupported_media_type",
            "",
        ),
        ("21 MiB", app.upload(&id, file("a.pdf", [pdf(), vec![0; 21 * 1024 * 1024]].concat())).bearer(&token), 413, "body_too_large", ""),
        (
            "a material nobody asks for",
            app.upload(&id, upload("love-letter", "u-1", pdf(), "a.pdf")).bearer(&token),
            422,
            "invalid_body",
            "/material",
        ),
        (
            "two files",
            app.upload(&id, file("a.pdf", pdf()).part("file", reqwest::multipart::Part::bytes(pdf()))).bearer(&token),
            400,
            "bad_upload",
            "",
        ),
        (
            "no file",
            app.upload(&id, reqwest::multipart::Form::new().text("material", "x").text("upload_id", "y")).bearer(&token),
            400,
            "bad_upload",
            "",
        ),
        ("an upload by a stranger", app.upload(&id, file("a.pdf", pdf())).bearer(&stranger), 404, "not_found", ""),
        ("cursor that is none", app.get("/applications?cursor=abc").bearer(&token), 400, "bad_cursor", ""),
        ("limit out of range", app.get("/applications?limit=101").bearer(&token), 422, "invalid_query", "/limit"),
        ("limit that is no number", app.get("/applications?limit=ten").bearer(&token), 422, "invalid_query", ""),
        ("unknown parameter", app.get("/applications?sort=name").bearer(&token), 422, "invalid_query", "/sort"),
        ("the desk for an applicant", app.get("/desk/cases").bearer(&token), 403, "forbidden", ""),
        (
            "the desk of another zone",
            app.call(Method::GET, "/api/v1/zones/xiangtan-gaoxin/desk/cases").bearer(&auditor),
            403,
            "forbidden",
            "",
        ),
        ("a state that is none", app.get("/desk/cases?state=lost").bearer(&auditor), 422, "invalid_query", ""),
        ("due without a start", app.get("/workdays/due?n=5"), 422, "invalid_query", "/from"),
        ("due from nonsense", app.get("/workdays/due?n=5&from=soon"), 422, "invalid_query", "/from"),
        ("due beyond the calendar", app.get("/workdays/due?n=5&from=2026-12-28"), 422, "calendar_missing", ""),
        ("answers that are none", app.get("/matters/construction-permit/guide?answers=roof"), 422, "invalid_query", "/answers"),
        (
            "tracking a number with a wrong check digit",
            app.get("/track/4304762024092710000019").header("Track-Code", "x"),
            404,
            "track_refused",
            "",
        ),
    ];
    run(&app, &token, rows).await;

    let filed = app.submit(&token, &id, "k").await.ok();
    let rows: Vec<Row> = vec![
        (
            "changing what is filed",
            app.patch(&path, &change).bearer(&token).header("If-Match", filed.header("etag")),
            409,
            "state_forbids",
            "",
        ),
        (
            "filing it again",
            app.post(&format!("{path}/submit"), &json!({})).bearer(&token).header("Idempotency-Key", "k2"),
            409,
            "state_forbids",
            "",
        ),
        ("an upload to what is filed", app.upload(&id, file("a.pdf", pdf())).bearer(&token), 409, "state_forbids", ""),
        ("an auditor changes it", app.patch(&path, &change).bearer(&auditor).header("If-Match", "*"), 403, "forbidden", ""),
        (
            "a cursor of another list",
            {
                let clerk = app.login(Role::WindowClerk, 0).await;
                let cursor = app.get("/matters?limit=1").send().await.ok().text("/next");
                app.get(&format!("/desk/cases?cursor={cursor}")).bearer(&clerk)
            },
            400,
            "bad_cursor",
            "",
        ),
    ];
    run(&app, &token, rows).await;
    let stored = server::files_below(&app.var().join("files")).unwrap();
    assert!(stored.is_empty(), "a refused upload left a file");
}
