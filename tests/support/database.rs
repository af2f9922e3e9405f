//! Fresh databases, copied from a template that is built once per build of the tests.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use persistence::clock::Clock;
use server::{Config, Options, start};
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file of its own.
    Sqlite,
    /// A database of its own on the server of `scripts/test.sh`.
    Postgres,
}

/// A fresh, migrated database with the catalogue and demo accounts, and its folder.
pub(crate) struct Fresh {
    /// Keys, files, demo accounts.
    pub(crate) var: TempDir,
    /// Address of the PostgreSQL database.
    pub(crate) url: Option<String>,
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(name) = self.url.as_deref().and_then(|url| url.rsplit('/').next()) {
            // A database that stays behind goes with the throw-away cluster.
            let _ = admin().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// Settings for a test: loopback, a free port.
pub(crate) fn config(var_dir: &Path, database_url: Option<String>) -> Config {
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        var_dir: var_dir.to_path_buf(),
        database_url,
        connections: 8,
        workers: 1,
        ..Config::default()
    }
}

impl Database {
    pub(crate) async fn fresh(self) -> Fresh {
        let template = self.template().await;
        let var = TempDir::new().unwrap();
        copy(&template, var.path());
        let url = match self {
            Self::Sqlite => None,
            Self::Postgres => {
                let name = format!("t_{}", uuid::Uuid::from_u128(u128::from_be_bytes(persistence::seal::random::<16>())).simple());
                admin().batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {}", template_name())).unwrap();
                Some(sibling(&name))
            }
        };
        Fresh { var, url }
    }

    /// Builds the template once; other tests wait for it.
    async fn template(self) -> PathBuf {
        let folder = std::env::temp_dir().join("yiciban-tests").join(template_name()).join(format!("{self:?}"));
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        let ready = folder.with_extension("ready");
        if self.is_missing(&ready) {
            self.build(&folder).await;
            File::create(&ready).unwrap();
        }
        folder
    }

    fn is_missing(self, ready: &Path) -> bool {
        let gone = || {
            let sql = format!("SELECT 1 / (SELECT count(*) FROM pg_database WHERE datname = '{}')", template_name());
            admin().batch_execute(&sql).is_err()
        };
        !ready.exists() || (self == Self::Postgres && gone())
    }

    async fn build(self, folder: &Path) {
        fs::remove_dir_all(folder).unwrap();
        fs::create_dir_all(folder).unwrap();
        let url = (self == Self::Postgres).then(|| {
            let name = template_name();
            admin().batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
            admin().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            sibling(&name)
        });
        let clock = Clock::standing_at("2024-01-02T02:00:00Z".parse().unwrap());
        let options = Options { clock: Some(clock), run_jobs: false, count_statements: false };
        let started = start(&config(folder, url), &options).unwrap();
        started.state.worker().relay_feed().await.unwrap();
        started.stop().await;
        if self == Self::Postgres {
            // A database can be copied only while nobody is connected to it.
            let name = template_name();
            let close = format!("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'");
            admin().batch_execute(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; {close}")).unwrap();
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Names the template after this build of the tests.
fn template_name() -> String {
    let built = fs::metadata(std::env::current_exe().unwrap()).unwrap().modified().unwrap();
    format!("tpl_{}", built.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos())
}

#[expect(clippy::disallowed_methods, reason = "the test server's address comes from the test script")]
fn admin_url() -> String {
    std::env::var("YICIBAN_TEST_POSTGRES_URL").expect("YICIBAN_TEST_POSTGRES_URL is not set; run ./scripts/test.sh")
}

fn admin() -> PgConnection {
    PgConnection::establish(&admin_url()).unwrap()
}

fn sibling(name: &str) -> String {
    let url = admin_url();
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}
