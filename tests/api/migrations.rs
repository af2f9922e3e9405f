//! Migrations go up, down and up again on both databases.

use persistence::{migrate, revert_all};
use rstest::rstest;
use support::App;
use support::Database::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn migrations_can_be_taken_back(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let db = &app.state().db;
    let reverted = revert_all(db).unwrap();
    assert!(reverted >= 1);
    assert_eq!(migrate(db).unwrap(), reverted);
    assert_eq!(migrate(db).unwrap(), 0);
    assert!(db.write_blocking(persistence::zone::list).unwrap().is_empty());
}
