//! How many SQL statements an operation takes: exact, so asserted.

use domain::access::Role;
use rstest::rstest;
use support::App;
use support::Database::{self, Postgres, Sqlite};
use support::{excavation, pdf};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn operations_keep_to_their_budget_of_statements(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let clerk = app.login(Role::WindowClerk, 0).await;
    // The first filing of a day reserves a block of numbers in a transaction of its own.
    let warm = app.draft(&token, &excavation()).await.text("/id");
    app.submit(&token, &warm, "warm").await.ok();

    let (draft, create) =
        app.statements(app.post("/applications", &excavation()).bearer(&token).header("Idempotency-Key", "c").send()).await;
    let id = draft.expect(201).text("/id");
    let form = crate::declare::upload("planning-conditions-approval", "u", pdf(), "a.pdf");
    let (_, upload) = app.statements(app.upload(&id, form).bearer(&token).send()).await;
    let (filed, submit) = app.statements(app.submit(&token, &id, "s")).await;
    let filed = filed.ok();
    let path = format!("/track/{}", filed.text("/submission_no"));
    let (_, read) = app.statements(app.get(&format!("/applications/{id}")).bearer(&token).send()).await;
    let code = filed.text("/track_code");
    let (_, track) = app.statements(app.get(&path).header("Track-Code", &code).send()).await;
    let (_, mine) = app.statements(app.get("/applications").bearer(&token).send()).await;
    let (_, desk) = app.statements(app.get("/desk/cases").bearer(&clerk).send()).await;
    let (_, guide) = app.statements(app.get("/matters/construction-permit/guide").send()).await;
    println!("create {create} upload {upload} submit {submit} read {read} track {track} mine {mine} desk {desk} guide {guide}");
    assert!(submit <= 12, "submit {submit}");
    assert!(read <= 3, "read {read}");
    assert!(track <= 2, "track {track}");
    assert!(mine <= 2 && desk <= 2, "lists {mine}, {desk}");
    assert_eq!(guide, 0);
    assert!(create + 6 * upload + submit <= 60, "the flow of a draft, six uploads and a filing: {create} + 6 × {upload} + {submit}");
}
