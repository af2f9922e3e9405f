//! Sessions: rotation, reuse, revocation, throttling, keys.

use domain::access::Role;
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use support::App;
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn refresh_tokens_rotate_and_a_lost_answer_is_given_again(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let account = app.accounts().iter().find(|a| a.role == Role::WindowClerk).unwrap();
    let body = json!({"username": account.username, "password": account.password});
    let session = app.call(Method::POST, "/api/v1/sessions/password").json(&body).send().await.ok();
    assert_eq!((session.text("/token_type").as_str(), session.body["expires_in"].as_i64()), ("Bearer", Some(600)));
    assert_eq!(session.body["account"]["memberships"], json!([{"zone": "hengyang-gaoxin", "roles": ["window_clerk"]}]));
    let refresh = |token: String| app.call(Method::POST, "/api/v1/sessions/refresh").json(&json!({"refresh_token": token}));
    let first = session.text("/refresh_token");
    let second = refresh(first.clone()).send().await.ok().text("/refresh_token");
    assert_ne!(first, second);
    assert_eq!(refresh(first).send().await.ok().text("/refresh_token"), second, "within half a minute the successor again");
    let third = refresh(second).send().await.ok();
    app.get("/applications").bearer(&third.text("/access_token")).send().await.ok();
    refresh("0".repeat(64)).send().await.problem(401, "credentials_refused");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_old_refresh_token_ends_the_session(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let account = app.accounts().iter().find(|a| a.role == Role::WindowClerk).unwrap();
    let body = json!({"username": account.username, "password": account.password});
    let session = app.call(Method::POST, "/api/v1/sessions/password").json(&body).send().await.ok();
    let refresh = |token: String| app.call(Method::POST, "/api/v1/sessions/refresh").json(&json!({"refresh_token": token}));
    let old = session.text("/refresh_token");
    let new = refresh(old.clone()).send().await.ok();
    let hash = persistence::seal::sha256(&[old.as_bytes()]);
    app.state().db.write_blocking(|tx| persistence::session::backdate_rotation(tx, &hash, 31)).unwrap();
    refresh(old).send().await.problem(401, "credentials_refused");
    app.get("/applications").bearer(&new.text("/access_token")).send().await.problem(401, "unauthenticated");
    refresh(new.text("/refresh_token")).send().await.problem(401, "credentials_refused");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn logging_out_stops_the_token_at_once(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    app.call(Method::GET, "/api/v1/account").bearer(&token).send().await.ok();
    app.call(Method::DELETE, "/api/v1/sessions/current").bearer(&token).send().await.expect(204);
    app.call(Method::GET, "/api/v1/account").bearer(&token).send().await.problem(401, "unauthenticated");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn failed_logins_lock_the_account(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let account = app.accounts().iter().find(|a| a.role == Role::Auditor).unwrap().clone();
    let login = |password: String| {
        app.call(Method::POST, "/api/v1/sessions/password").json(&json!({"username": account.username, "password": password}))
    };
    for _ in 0..5 {
        login("wrong".to_owned()).send().await.problem(401, "credentials_refused");
    }
    login(account.password.clone()).send().await.problem(429, "account_locked");
    let nobody = json!({"username": "nobody", "password": "wrong"});
    app.call(Method::POST, "/api/v1/sessions/password").json(&nobody).send().await.problem(401, "credentials_refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn tracking_is_throttled_by_number() {
    let app = App::start(Sqlite).await;
    let token = app.login(Role::Applicant, 0).await;
    let id = app.draft(&token, &support::excavation()).await.text("/id");
    let filed = app.submit(&token, &id, "k").await.ok();
    let number = filed.text("/submission_no");
    let track = |code: String| app.get(&format!("/track/{number}")).header("Track-Code", &code).send();
    for _ in 0..10 {
        track("0000000000".to_owned()).await.problem(404, "track_refused");
    }
    track(filed.text("/track_code")).await.problem(429, "too_many_requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_documents_and_measurements_are_public() {
    let app = App::start(Sqlite).await;
    let keys = app.call(Method::GET, "/.well-known/jwks.json").send().await.ok();
    assert_eq!((keys.text("/keys/0/kty").as_str(), keys.text("/keys/0/crv").as_str()), ("OKP", "Ed25519"));
    app.call(Method::GET, "/healthz").send().await.ok();
    app.call(Method::GET, "/readyz").send().await.ok();
    let docs = app.call(Method::GET, "/docs/").send().await.ok();
    assert!(docs.body.as_str().unwrap().contains("swagger"));
    let metrics = app.call(Method::GET, "/metrics").send().await.ok();
    assert!(metrics.body.as_str().unwrap().contains("http_request_seconds_count"), "{}", metrics.body);
    let head = app.call(Method::HEAD, "/healthz").send().await.ok();
    assert_eq!((head.body, head.headers["content-length"].to_str().unwrap()), (json!(""), "15"));
    let named = app.call(Method::GET, "/healthz").header("X-Request-Id", "caller-1").send().await.ok();
    assert_eq!(named.header("x-request-id"), "caller-1");
}
