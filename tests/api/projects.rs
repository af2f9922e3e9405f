//! Projects that are followed to the end, and the shares a zone publishes of what comes over the network.

use crate::side_by_side::{Hall, id_of};
use domain::access::Role;
use rstest::rstest;
use serde_json::{Value, json};
use support::App;
use support::Database::{self, Postgres, Sqlite};
use workflow::jobs::schedule_sweeps;

const PAPER: (&str, &str) = ("application-form-paper", "申请表原件");

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn fifty_projects_are_followed_and_began_six_months_earlier(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (admin, supervisor, clerk) =
        (app.login(Role::ZoneAdmin, 0).await, app.login(Role::Supervisor, 0).await, app.login(Role::WindowClerk, 0).await);
    for n in 0..50 {
        let mechanisms = if n < 20 { json!(["deferral", "parallel"]) } else { json!(["time_limit", "joint_meeting", "time_limit"]) };
        let code = format!("2309-430400-04-01-{n:06}");
        let project = json!({"code": code, "name": format!("示例项目{n}"), "mechanisms": mechanisms, "planned_start_on": "2024-12-20"});
        let opened = app.act(&admin, "/project-loops", &project).await.expect(201);
        // Some gained five months, some seven: 300 in all.
        let began = if n % 2 == 0 { "2024-07-20" } else { "2024-05-20" };
        let path = format!("/project-loops/{code}");
        let change = json!({"actual_start_on": began});
        let etag = opened.header("etag").to_owned();
        app.patch(&path, &change).bearer(&supervisor).header("If-Match", &etag).send().await.ok();
        if n == 0 {
            let blank = json!({"code": " ", "name": "  ", "mechanisms": ["parallel"]});
            let refused = app.act(&admin, "/project-loops", &blank).await.problem(422, "invalid_body");
            let told: Vec<&Value> = refused.body["errors"].as_array().unwrap().iter().map(|e| &e["pointer"]).collect();
            assert_eq!(told, ["/code", "/name"], "what applications give as a project's code, and a name");
            let once = || {
                app.post("/project-loops", &json!({"code": "2309-430400-04-01-900000", "name": "重复", "mechanisms": ["parallel"]}))
                    .bearer(&admin)
                    .header("Idempotency-Key", "q")
                    .send()
            };
            once().await.expect(201);
            once().await.expect(201);
            app.act(&admin, "/project-loops", &project).await.problem(409, "state_forbids");
            app.patch(&path, &change).bearer(&supervisor).header("If-Match", &etag).send().await.problem(412, "stale_version");
            let later = json!({"actual_start_on": "2024-12-01"});
            app.patch(&path, &later).bearer(&admin).header("If-Match", "*").send().await.problem(422, "invalid_body");
            app.patch(&path, &change).bearer(&clerk).header("If-Match", "*").send().await.problem(403, "forbidden");
            app.see(&clerk, "/project-loops").await.problem(403, "forbidden");
        }
    }
    let figures = app.get("/project-loops/figures").send().await.ok().body;
    assert_eq!((&figures["projects"], &figures["average_months"]), (&json!(51), &json!("6.00")), "F42");
    let counts: Vec<&Value> = figures["mechanisms"].as_array().unwrap().iter().map(|m| &m["projects"]).collect();
    assert_eq!(counts, [20, 30, 30, 21], "each mechanism once a project");
    let first = app.see(&admin, "/project-loops?limit=30").await.ok();
    let next = first.text("/next");
    let rest = app.see(&admin, &format!("/project-loops?limit=30&cursor={next}")).await.ok();
    assert_eq!(rest.body["items"].as_array().map_or(0, Vec::len), 21);
    assert_eq!(first.text("/items/0/months_gained"), "5.00");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_project_tells_what_was_opened_decided_late_urged_and_closed(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    hall.publish("loop-all", &[("la", "HUC", 5, &[PAPER]), ("lb", "NRP", 5, &[PAPER])], &[], |_| ()).await;
    let code = "2309-430400-04-01-123456";
    let project = json!({"code": code, "name": "示例产业园", "mechanisms": ["time_limit"]});
    hall.act(&hall.supervisor, "/project-loops", project).await.expect(201);
    let draft = json!({"bundle": "loop-all", "project": {"code": code, "name": "示例产业园"}});
    let filed = hall.file_with(draft, &[PAPER.0]).await;
    let id = filed.text("/id");
    hall.act(&hall.clerk, &format!("/applications/{id}/accept"), json!({})).await.ok();
    hall.grant(&hall.huc, &id_of(&filed, "la")).await.ok();
    let hall = hall.later("2024-10-14T10:00:00+08:00").await;
    let found = hall.office.app.see(&hall.supervisor, "/findings?light=red").await.ok();
    let finding = found.text("/items/0/id");
    hall.act(&hall.supervisor, &format!("/findings/{finding}/urge"), json!({"text": "请说明原因"})).await.expect(204);
    let seen = hall.office.app.see(&hall.supervisor, "/project-loops").await.ok();
    assert_eq!(seen.body["items"][0]["report"], json!({"opened": 1, "decided": 1, "overdue": 1, "escalated": 1, "closed": 0}));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn shares_of_the_network_are_counted_when_a_day_is_over(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    app.state().db.write_blocking(|tx| schedule_sweeps(tx, &app.state().snapshots)).unwrap();
    let (owner, clerk) = (app.login(Role::Applicant, 0).await, app.login(Role::WindowClerk, 0).await);
    for who in [&owner, &owner, &owner, &owner, &clerk] {
        app.file(who, &support::road(), support::ROAD_MATERIALS).await;
    }
    let shown = async |day: &str| app.get(&format!("/handling-figures?from={day}&to={day}")).send().await.ok().body;
    assert!(shown("2024-09-27").await["online_filing_percent"].is_null(), "the day is not over");
    app.move_clock("2024-10-08T09:00:00+08:00").await;
    assert_eq!(shown("2024-09-27").await["online_filing_percent"], "80.00", "F25: 4 of 5, as 80 of 100");
    assert!(shown("2024-09-30").await["online_filing_percent"].is_null(), "nothing was filed");
    app.move_clock("2024-10-09T09:00:00+08:00").await;
    let month = app.get("/handling-figures?from=2024-09-01&to=2024-09-30").send().await.ok().body;
    assert_eq!(month["online_filing_percent"], "80.00", "counted once");
}
