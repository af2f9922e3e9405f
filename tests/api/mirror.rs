//! Cases handled in outside systems: entered there once, followed here.

use crate::office::matter;
use crate::side_by_side::{Hall, case_of};
use persistence::clock::real_now;
use persistence::seal::signed;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::Answer;
use support::Database::{self, Postgres, Sqlite};

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["code"].as_str().unwrap()
}

async fn call(hall: &Hall, nonce: &str, body: &Value, change: impl Fn(&mut String)) -> Answer {
    let state = hall.office.app.state();
    let zone = state.snapshots.zone("hengyang-gaoxin").unwrap().zone;
    let secret = state.db.keys().callback_secret(zone, "firm-registration");
    let (timestamp, text) = (real_now().to_rfc3339(), body.to_string());
    let mut signature = signed(&secret, &format!("{timestamp}\n{nonce}\n{}", hex::encode(Sha256::digest(text.as_bytes()))));
    change(&mut signature);
    let path = "/api/v1/zones/hengyang-gaoxin/callbacks/firm-registration";
    let request = hall.office.app.call(reqwest::Method::POST, path).raw("application/json", text);
    let request = request.header("Callback-Timestamp", &timestamp).header("Callback-Nonce", nonce);
    request.header("Callback-Signature", &signature).send().await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_handled_outside_is_entered_once_and_followed_here(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let mut outside = matter("o-register", "企业设立登记", 3, &[PAPER]);
    outside["system_of_record"] = json!("external");
    hall.office.add("/matters/o-register", &outside).await.ok();
    hall.publish("o-local", &[("o-here", "HUC", 3, &[PAPER])], &[], |_| ()).await;
    let here = hall.file("matter", "o-here", &[PAPER.0]).await.text("/cases/0/id");
    let entered = json!({"system": "firm-registration", "external_ref": "GS20240927001"});
    assert_eq!(
        code(&hall.act(&hall.huc, &format!("/cases/{here}/mirror"), entered.clone()).await.problem(409, "state_forbids")),
        "handled_here"
    );
    let filed = hall.file("matter", "o-register", &[PAPER.0]).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    let sheet = hall.office.app.see(&hall.clerk, &format!("/cases/{case}/entry-sheet")).await.ok();
    assert_eq!(sheet.body["parties"][0]["phone"], "13800003210", "plain, for whoever keys it in");
    hall.office.app.see(&hall.nrp, &format!("/cases/{case}/entry-sheet")).await.problem(404, "not_found");
    let timeline = hall.office.app.see(&hall.owner, &format!("/applications/{id}/timeline")).await.ok();
    assert!(timeline.body.to_string().contains("entry_sheet_read"), "and its owner sees that it was read");
    hall.act(&hall.huc, &format!("/cases/{case}/mirror"), entered).await.ok();
    let refused = hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.problem(409, "state_forbids");
    assert_eq!(code(&refused), "mirrored", "nobody types twice");
    let told = |event: &str, state: u8| json!({"event_id": event, "case": case, "state": state, "text": "准予登记"});
    call(&hall, "nonce-0001", &told("e1", 8), |s| s.replace_range(0..1, if s.starts_with('0') { "1" } else { "0" }))
        .await
        .problem(401, "credentials_refused");
    assert_eq!(call(&hall, "nonce-0001", &told("e1", 8), |_| ()).await.ok().body, json!({"outcome": "applied", "repeated": false}));
    assert_eq!(call(&hall, "nonce-0002", &told("e1", 8), |_| ()).await.ok().body, json!({"outcome": "applied", "repeated": true}));
    assert_eq!(case_of(&hall.look(&id).await, "o-register")["state"], "accepted");
    assert_eq!(call(&hall, "nonce-0003", &told("e2", 8), |_| ()).await.ok().body["outcome"], "refused", "accepted already");
    assert_eq!(call(&hall, "nonce-0001", &told("e3", 11), |_| ()).await.status, 422, "a nonce is used once");
    let wrong = json!({"system": "elsewhere", "external_ref": "GS20240927002"});
    let settled = hall.act(&hall.huc, &format!("/cases/{case}/mirror"), wrong).await.problem(409, "state_forbids");
    assert_eq!(code(&settled), "case_state", "that system has told something");
    for (event, state, name) in [("e4", 9, "特别程序中"), ("e5", 10, "已受理")] {
        assert_eq!(call(&hall, &format!("nonce-{event}x"), &told(event, state), |_| ()).await.ok().body["outcome"], "applied");
        assert_eq!(case_of(&hall.look(&id).await, "o-register")["state_name"], name);
    }
    let receipts = hall.office.app.see(&hall.owner, &format!("/applications/{id}/receipts")).await.ok();
    assert!(!receipts.body.to_string().contains("clock_notice"), "the notice of a pause is theirs, nothing is invented here");
    for (n, state) in [2, 14, 15, 16].into_iter().enumerate() {
        let answer = call(&hall, &format!("nonce-un{n}"), &told(&format!("u{n}"), state), |_| ()).await.ok();
        assert_eq!(answer.body["outcome"], "refused", "state {state} is handled here");
    }
    assert_eq!(call(&hall, "nonce-0006", &told("e6", 12), |_| ()).await.ok().body["outcome"], "applied");
    let then = hall.look(&id).await;
    let decided = case_of(&then, "o-register");
    assert_eq!((&decided["state"], &decided["outcome"]), (&json!("decided"), &json!("granted")));
    assert!(decided["certificate_no"].is_string());
    hall.act(&hall.issuer, &format!("/applications/{id}/issue"), json!({})).await.ok();
    let nobody = json!({"event_id": "e7", "case": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c", "state": 8});
    call(&hall, "nonce-0007", &nobody, |_| ()).await.problem(404, "not_found");
    assert_eq!(call(&hall, "nonce-0008", &nobody, |_| ()).await.ok().body["outcome"], "quarantined");
    call(&hall, "nonce-0009", &json!({"event_id": "e8", "case": case, "state": 99}), |_| ()).await.problem(422, "invalid_body");
    let timeline = hall.office.app.see(&hall.supervisor, &format!("/applications/{id}/timeline")).await.ok();
    let told: Vec<&Value> = timeline.body["items"].as_array().unwrap().iter().filter(|e| e["kind"] == "outside_told").collect();
    assert_eq!(told.len(), 4, "that it was told stands before what followed");
    assert!(told.iter().all(|e| e["detail"].as_str().unwrap().contains("firm-registration")), "{told:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_told_from_outside_is_a_refusal_here(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    let mut outside = matter("o-register", "企业设立登记", 3, &[PAPER]);
    outside["system_of_record"] = json!("external");
    hall.office.add("/matters/o-register", &outside).await.ok();
    let begin = async || {
        let filed = hall.file("matter", "o-register", &[PAPER.0]).await;
        (filed.text("/id"), filed.text("/cases/0/id"))
    };
    let told = |case: &str, event: &str, state: u8| json!({"event_id": event, "case": case, "state": state, "text": "名称不符合规定", "basis": "企业名称登记管理规定 11"});
    let entered = |system: &str| json!({"system": system, "external_ref": "GS1"});
    // Entered for the wrong system first: put right as long as nobody has told anything.
    let (id, case) = begin().await;
    let mirror = format!("/cases/{case}/mirror");
    hall.act(&hall.huc, &mirror, entered("firm-registraton")).await.ok();
    assert_eq!(call(&hall, "nonce-a1", &told(&case, "a1", 8), |_| ()).await.ok().body["outcome"], "refused");
    hall.act(&hall.huc, &mirror, entered("firm-registration")).await.ok();
    // The other system asks for more: the applicant is told here, silence accepts nothing, and the supplements come there.
    assert_eq!(call(&hall, "nonce-a0", &told(&case, "a0", 6), |_| ()).await.ok().body["outcome"], "applied");
    let open = hall.look(&id).await;
    assert_eq!(case_of(&open, "o-register")["state"], "supplementing");
    let receipts = hall.office.app.see(&hall.owner, &format!("/applications/{id}/receipts")).await.ok();
    assert!(receipts.body.to_string().contains("补正"), "{}", receipts.body);
    assert_eq!(call(&hall, "nonce-a7", &told(&case, "a7", 7), |_| ()).await.ok().body["outcome"], "applied");
    assert_eq!(case_of(&hall.look(&id).await, "o-register")["state"], "received");
    for (event, state) in [("a2", 1), ("a3", 8), ("a4", 13)] {
        assert_eq!(call(&hall, &format!("nonce-{event}"), &told(&case, event, state), |_| ()).await.ok().body["outcome"], "applied");
    }
    let seen = hall.look(&id).await;
    assert_eq!((&case_of(&seen, "o-register")["outcome"], &seen.body["state"]), (&json!("refused"), &json!("closed")));
    // And one that was not accepted at all.
    let (id, case) = begin().await;
    hall.act(&hall.huc, &format!("/cases/{case}/mirror"), entered("firm-registration")).await.ok();
    assert_eq!(call(&hall, "nonce-b1", &told(&case, "b1", 5), |_| ()).await.ok().body["outcome"], "applied");
    let seen = hall.look(&id).await;
    assert_eq!((&case_of(&seen, "o-register")["state"], &seen.body["state"]), (&json!("ended"), &json!("closed")));
}
