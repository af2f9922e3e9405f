//! A changed, removed or reordered event is found; nothing personal stands in clear anywhere.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use domain::access::Role;
use persistence::audit::AuditReport;
use rstest::rstest;
use support::App;
use support::Database::{self, Postgres, Sqlite};
use support::excavation;

/// Two events of each application change places.
const SWAP: &str = "UPDATE events SET seq = -1 WHERE stream_kind = 'application' AND seq = 1; \
    UPDATE events SET seq = 1 WHERE stream_kind = 'application' AND seq = 2; \
    UPDATE events SET seq = 2 WHERE stream_kind = 'application' AND seq = -1";

pub(crate) fn tamper(app: &App, sql: &str) {
    match app.database_url() {
        Some(url) => PgConnection::establish(url).unwrap().batch_execute(sql).unwrap(),
        None => SqliteConnection::establish(app.var().join("yiciban.sqlite").to_str().unwrap()).unwrap().batch_execute(sql).unwrap(),
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}

/// What a query counts as `n`, behind the program's back.
pub(crate) fn count(app: &App, sql: &str) -> i64 {
    let query = diesel::sql_query(sql);
    let counted: Count = match app.database_url() {
        Some(url) => query.get_result(&mut PgConnection::establish(url).unwrap()).unwrap(),
        None => query.get_result(&mut SqliteConnection::establish(app.var().join("yiciban.sqlite").to_str().unwrap()).unwrap()).unwrap(),
    };
    counted.n
}

fn verify(app: &App) -> AuditReport {
    app.state().db.write_blocking(|tx| persistence::audit::verify(tx, 1)).unwrap()
}

async fn filed(database: Database) -> App {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    for n in 0..2 {
        let id = app.draft(&token, &excavation()).await.text("/id");
        app.submit(&token, &id, &format!("k{n}")).await.ok();
    }
    app.state().worker().relay_feed().await.unwrap();
    app
}

#[rstest]
#[case("UPDATE events SET payload = '{}' WHERE stream_kind = 'application' AND seq = 2", "内容被改动")]
#[case("UPDATE events SET occurred_at = recorded_at, actor_kind = 'system' WHERE stream_kind = 'application' AND seq = 1", "内容被改动")]
#[case("DELETE FROM events WHERE stream_kind = 'application' AND seq = 2", "前一条事件缺失或次序被改动")]
#[case("DELETE FROM events WHERE stream_kind = 'application' AND seq = 3", "末尾的事件缺失或被改动")]
#[case("UPDATE events SET seq = 99 WHERE stream_kind = 'application' AND seq = 2", "次序被改动")]
#[case("DELETE FROM events WHERE stream_kind = 'application'", "全部事件已被删除")]
#[case(SWAP, "内容被改动")]
#[case("DELETE FROM feed WHERE position = 2", "编号不连续")]
#[case("DELETE FROM feed WHERE zone_id = 1 AND position = (SELECT MAX(position) FROM feed WHERE zone_id = 1)", "数目不符")]
#[tokio::test(flavor = "multi_thread")]
async fn tampering_is_found(#[case] sql: &str, #[case] finding: &str, #[values(Sqlite, Postgres)] database: Database) {
    let app = filed(database).await;
    let before = verify(&app);
    assert_eq!((before.findings.len(), before.events), (0, 7), "1 catalogue import, 2 × (created, submitted, received)");
    tamper(&app, sql);
    let found = verify(&app).findings;
    assert!(found.iter().any(|f| f.contains(finding)), "{found:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_decision_changed_by_one_byte_is_not_genuine(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    let officer = app.login_officer("URB", 0).await;
    let filed = app.file(&owner, &support::road(), support::ROAD_MATERIALS).await;
    let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
    app.act(&clerk, &format!("/applications/{id}/accept"), &serde_json::json!({})).await.ok();
    app.act(&officer, &format!("/cases/{case}/examine"), &support::examination("road-occupation")).await.ok();
    app.act(&officer, &format!("/cases/{case}/decide"), &serde_json::json!({"granted": true, "opinion": "同意"})).await.ok();
    app.move_clock("2024-09-27T11:00:00+08:00").await;
    let receipts = app.see(&owner, &format!("/applications/{id}/receipts")).await.ok();
    let decision = receipts.body["items"].as_array().unwrap().iter().find(|r| r["kind"] == "grant").unwrap().clone();
    let path = format!("/verify/{}", decision["verify_code"].as_str().unwrap());
    assert_eq!(app.get(&path).send().await.ok().body["genuine"], true);
    tamper(
        &app,
        match database {
            Postgres => "UPDATE instruments SET signature = set_byte(signature, 5, get_byte(signature, 5) # 1) WHERE kind = 'grant'",
            Sqlite => {
                "UPDATE instruments SET signature = substr(signature, 1, 5) || CAST(x'00' AS BLOB) || substr(signature, 7) WHERE kind = 'grant'"
            }
        },
    );
    let told = app.get(&path).send().await.ok();
    assert_eq!((&told.body["genuine"], &told.body["seal"]), (&serde_json::json!(false), &serde_json::json!("broken")));
    tamper(&app, "UPDATE instruments SET signature = NULL WHERE kind = 'grant'");
    let told = app.get(&path).send().await.ok();
    assert_eq!((&told.body["genuine"], &told.body["seal"]), (&serde_json::json!(false), &serde_json::json!("missing")));
    tamper(
        &app,
        match database {
            Postgres => "UPDATE instruments SET sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1) WHERE kind = 'grant'",
            Sqlite => {
                "UPDATE instruments SET sealed = substr(sealed, 1, 60) || CAST(x'0000' AS BLOB) || substr(sealed, 63) WHERE kind = 'grant'"
            }
        },
    );
    assert_ne!(app.get(&path).send().await.status, 200, "changed words do not open");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_stands_in_clear_in_the_database(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let mut body = excavation();
    body["parties"][0] = support::party("person");
    body["parties"][0]["kind"] = "organisation".into();
    let id = app.draft(&token, &body).await.text("/id");
    let form = crate::declare::upload(
        "planning-conditions-approval",
        "u",
        [support::pdf(), b"PERSONAL-IN-FILE".to_vec()].concat(),
        "张三丰的批文.pdf",
    );
    app.upload(&id, form).bearer(&token).send().await.ok();
    app.submit(&token, &id, "k").await.ok();
    let admin = app.login(Role::ZoneAdmin, 0).await;
    let slot = serde_json::json!({"place": "hall", "kind": "regular", "starts_at": "2024-10-08T09:00:00+08:00",
        "ends_at": "2024-10-08T10:00:00+08:00", "capacity": 5});
    let slot = app.act(&admin, "/slots", &slot).await.expect(201).text("/id");
    let visitor = serde_json::json!({"name": "张三丰", "phone": "13800003210", "purpose": "PERSONAL-IN-PURPOSE"});
    app.act(&token, &format!("/slots/{slot}/bookings"), &visitor).await.expect(201);
    let dump = dump(&app);
    for secret in ["张三丰", "13800003210", "430400190001010019", "PERSONAL-IN-FILE", "PERSONAL-IN-PURPOSE", "演示"] {
        assert!(!contains(&dump, secret.as_bytes()), "{secret} stands in clear");
    }
    assert!(contains(&dump, "天嘉·上河九章".as_bytes()), "project names are plain; the search above sees text");
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

/// Every byte the database and the file store keep.
fn dump(app: &App) -> Vec<u8> {
    let mut bytes: Vec<u8> =
        server::files_below(app.var()).unwrap().into_iter().filter(|f| !f.path.contains("demo-accounts")).flat_map(|f| f.bytes).collect();
    if let Some(url) = app.database_url() {
        let output = std::process::Command::new("pg_dump").args(["--column-inserts", "--data-only", url]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        bytes.extend(output.stdout);
    }
    bytes
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn files_read_back_only_untouched(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let token = app.login(Role::Applicant, 0).await;
    let id = app.draft(&token, &excavation()).await.text("/id");
    let plain = [support::pdf(), (0..200_000u32).flat_map(u32::to_le_bytes).collect()].concat();
    let send = |name: &str, bytes: Vec<u8>| {
        let form = crate::declare::upload("planning-conditions-approval", "u-1", bytes, name);
        app.upload(&id, form).bearer(&token).send()
    };
    let first = send("../../etc/规划.pdf", plain.clone()).await.ok();
    assert_eq!(first.text("/material/file_name"), "规划.pdf");
    let again = send("规划.pdf", plain.clone()).await.ok();
    assert_eq!((again.text("/material/id"), &again.body["repeated"]), (first.text("/material/id"), &true.into()));
    send("规划.pdf", support::pdf()).await.problem(409, "upload_reused");

    let stored = server::files_below(&app.var().join("files")).unwrap();
    assert_eq!(stored.len(), 1, "repeats leave nothing behind");
    let key = stored[0].path.clone();
    assert_eq!(app.state().files.read(&key).await.unwrap(), plain);
    let path = app.var().join("files").join(&key);
    for damage in [|b: &mut Vec<u8>| b[100] ^= 1, |b: &mut Vec<u8>| b.truncate(65_536 + 33)] {
        let mut bytes = stored[0].bytes.clone();
        damage(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        assert!(app.state().files.read(&key).await.is_err());
    }
}
