//! Repeating a request never does it twice, however close together.

use domain::access::Role;
use rstest::rstest;
use serde_json::json;
use support::Database::{self, Postgres, Sqlite};
use support::{App, excavation};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_key_answers_with_the_resource_as_it_now_is(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let create = |key: &str, body| app.post("/applications", &body).bearer(&token).header("Idempotency-Key", key);
    let first = create("c", excavation()).send().await.expect(201);
    let again = create("c", excavation()).send().await.expect(201);
    assert_eq!((again.text("/id"), again.header("idempotent-replayed")), (first.text("/id"), "true"));
    let mut other = excavation();
    other["scope"] = json!([]);
    create("c", other).send().await.problem(422, "idempotency_key_reused");
    let stranger = app.login(Role::Applicant, 1).await;
    let theirs = app.post("/applications", &excavation()).bearer(&stranger).header("Idempotency-Key", "c").send().await.expect(201);
    assert_ne!(theirs.text("/id"), first.text("/id"), "a key belongs to its caller");

    let id = first.text("/id");
    let filed = app.submit(&token, &id, "s").await.ok();
    app.move_clock("2024-10-20T10:00:00+08:00").await;
    let replayed = app.submit(&token, &id, "s").await.ok();
    assert_eq!(replayed.text("/submission_no"), filed.text("/submission_no"));
    assert_eq!((replayed.text("/cases/0/state").as_str(), replayed.header("idempotent-replayed")), ("accepted", "true"));
    app.submit(&token, &id, "another key").await.problem(409, "state_forbids");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_command_leaves_its_key_free(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let mut body = excavation();
    body["form"] = json!({});
    let draft = app.draft(&token, &body).await;
    let id = draft.text("/id");
    app.submit(&token, &id, "s").await.problem(409, "not_ready");
    let change = app
        .patch(&format!("/applications/{id}"), &json!({"form": excavation()["form"]}))
        .bearer(&token)
        .header("If-Match", draft.header("etag"));
    change.send().await.ok();
    let filed = app.submit(&token, &id, "s").await.ok();
    assert_eq!(filed.header("idempotent-replayed"), "");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn simultaneous_requests_have_one_effect(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let creates = (0..8).map(|_| app.post("/applications", &excavation()).bearer(&token).header("Idempotency-Key", "same").send());
    let answers = futures_util::future::join_all(creates).await;
    let ids: std::collections::BTreeSet<String> = answers.iter().map(|a| a.clone().expect(201).text("/id")).collect();
    assert_eq!(ids.len(), 1, "one key, one draft");
    let id = ids.first().unwrap();

    let same_key = futures_util::future::join_all((0..4).map(|_| app.submit(&token, id, "one"))).await;
    let numbers: std::collections::BTreeSet<String> = same_key.iter().map(|a| a.clone().ok().text("/submission_no")).collect();
    assert_eq!(numbers.len(), 1);

    let second = app.draft(&token, &excavation()).await.text("/id");
    let own_keys = futures_util::future::join_all((0..8).map(|n| {
        let (app, token, second) = (&app, &token, &second);
        async move { app.submit(token, second, &format!("key-{n}")).await }
    }))
    .await;
    let done = own_keys.iter().filter(|a| a.status == 200).count();
    let refused = own_keys.iter().filter(|a| a.status == 409).count();
    assert_eq!((done, refused), (1, 7), "two submits of one draft: one effect");
    let report = app.state().db.write_blocking(|tx| persistence::audit::verify(tx, 1)).unwrap();
    assert_eq!(report.findings, Vec::<String>::new());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_repeats_use_no_numbers_up(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let first = app.draft(&token, &excavation()).await.text("/id");
    let number = app.submit(&token, &first, "a").await.ok().text("/submission_no");
    for n in 0..5 {
        app.submit(&token, &first, "a").await.ok();
        app.submit(&token, &first, &format!("other-{n}")).await.problem(409, "state_forbids");
        app.submit(&token, &format!("0193a1f0-7a5e-7cc3-9a55-00000000000{n}"), "x").await.problem(404, "not_found");
    }
    let second = app.draft(&token, &excavation()).await.text("/id");
    let next = app.submit(&token, &second, "b").await.ok().text("/submission_no");
    let serial = |number: &str| number[15..21].parse::<u32>().unwrap();
    assert_eq!(serial(&next), serial(&number) + 1);
}
