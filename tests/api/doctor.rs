//! What an operator is told before the hall opens.

use domain::access::Role;
use rstest::rstest;
use support::Database::{self, Postgres, Sqlite};
use support::{App, ROAD_MATERIALS, road};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_of_calendars_and_timers(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let owner = app.login(Role::Applicant, 0).await;
    app.file(&owner, &road(), ROAD_MATERIALS).await;
    let examine = |day: &str| server::examine(&app.state().db, day.parse().unwrap()).unwrap();
    let early = examine("2024-09-27");
    assert_eq!(early.problems, Vec::<String>::new());
    assert!(early.warnings.iter().all(|w| !w.contains("calendar")), "{early:?}");
    assert!(early.warnings.iter().any(|w| w.contains("timers are late")), "nobody runs them here: {early:?}");
    let late = examine("2026-12-20");
    assert!(late.warnings.iter().any(|w| w.starts_with("hengyang-gaoxin: the calendar of 2027")), "{late:?}");
    crate::audit::tamper(&app, "UPDATE jobs SET state = 'dead'");
    let dead = examine("2024-09-27");
    assert!(dead.warnings.iter().any(|w| w.contains("given up")), "{dead:?}");
}
