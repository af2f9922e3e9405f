//! Start: open, migrate where allowed, import, serve, work.

use crate::config::{Config, Profile};
use crate::data::{embedded_files, files_below};
use crate::demo::{DemoAccount, open_demo_accounts};
use crate::keys::master_key;
use anyhow::{Context, bail};
use domain::local_time::date_of;
use http_api::token::{LIFETIME_SECONDS, Tokens, new_key};
use http_api::{AppState, Limits, Running, remembered, serve};
use persistence::clock::Clock;
use persistence::file_store::{FileStore, S3};
use persistence::number::Numbers;
use persistence::seal::Keys;
use persistence::{Db, DbConfig, DbError, account, idempotency, migrate, sandbox_clock, session};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use workflow::catalogue::{Complaint, File, Imported, Importing, import, read};
use workflow::jobs::schedule_sweeps;
use workflow::{Error, Snapshots};

/// What tests set and a running installation leaves alone.
pub struct Options {
    /// The clock; absent = real time, moved by what the sandbox kept.
    pub clock: Option<Clock>,
    /// Runs the job loop.
    pub run_jobs: bool,
    /// Counts statements.
    pub count_statements: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: None, run_jobs: true, count_statements: false }
    }
}

/// A running installation.
pub struct Started {
    /// The HTTP server.
    pub running: Running,
    /// What handlers share.
    pub state: AppState,
    /// Demo accounts, when they were opened by this start.
    pub demo: Vec<DemoAccount>,
    jobs: Vec<JoinHandle<()>>,
}

impl Started {
    /// Stops taking requests, finishes those under way, stops the job loop.
    pub async fn stop(self) {
        self.running.handle.stop(true).await;
        self.jobs.iter().for_each(JoinHandle::abort);
    }
}

/// Opens the database with its keys; nothing is migrated.
///
/// # Errors
/// A missing key or an unreachable database.
pub fn connect(config: &Config, options: &Options) -> anyhow::Result<Db> {
    std::fs::create_dir_all(&config.var_dir).with_context(|| format!("creating {}", config.var_dir.display()))?;
    let master = master_key(&config.var_dir, config.profile == Profile::Development)?;
    let clock = options.clock.clone().unwrap_or_else(|| Clock::running(0));
    let db = DbConfig {
        url: config.database(),
        connections: config.connections,
        durability: config.durability,
        count_statements: options.count_statements,
    };
    Ok(Db::open(&db, clock, Arc::new(Keys::from_master(&master)))?)
}

/// Imports files: all of them, or none with every complaint.
///
/// # Errors
/// Complaints as one message, or a database failure.
pub fn import_files(db: &Db, files: &[File]) -> anyhow::Result<Imported> {
    let snapshots = Snapshots::default();
    db.write_blocking(|tx| snapshots.load(tx))?;
    let known: Vec<_> = snapshots.zones().into_iter().map(|s| s.catalogue).collect();
    let reading = read(files, &known, date_of(db.clock().now())).map_err(|complaints| anyhow::anyhow!(listed(&complaints)))?;
    db.write_blocking(|tx| import(tx, reading, &Importing::by_system())).map_err(|error| match error {
        Error::Import(complaints) => anyhow::anyhow!(listed(&complaints)),
        other => other.into(),
    })
}

fn listed(complaints: &[Complaint]) -> String {
    let lines: Vec<String> = complaints.iter().map(|c| format!("{} {}：{}", c.file, c.pointer, c.reason)).collect();
    format!("导入未执行，共{}处问题：\n{}", lines.len(), lines.join("\n"))
}

/// Starts an installation.
///
/// # Errors
/// Whatever keeps it from serving.
pub fn start(config: &Config, options: &Options) -> anyhow::Result<Started> {
    let development = config.profile == Profile::Development;
    let db = connect(config, options)?;
    if development {
        migrate(&db)?;
        // What was changed over the API stays: only an installation without zones takes the catalogue it carries.
        let fresh = db.write_blocking(|tx| Ok::<_, DbError>(persistence::zone::list(tx)?.is_empty()))?;
        let files = match &config.data_dir {
            Some(folder) => files_below(folder)?,
            None if fresh => embedded_files(),
            None => embedded_files().into_iter().filter(|f| f.path.starts_with("calendars/")).collect(),
        };
        let imported = import_files(&db, &files)?;
        tracing::info!(published = imported.published, unchanged = imported.unchanged, days = imported.days, "catalogue imported");
        if options.clock.is_none() {
            let offset = db.write_blocking(sandbox_clock::load)?;
            db.clock().set(persistence::clock::real_now() + chrono_micros(offset));
        }
    }
    let snapshots = Snapshots::default();
    db.write_blocking(|tx| snapshots.load(tx))?;
    if snapshots.zones().is_empty() {
        bail!("no catalogue is imported; run `yiciban import` first");
    }
    if options.run_jobs {
        db.write_blocking(|tx| schedule_sweeps(tx, &snapshots))?;
    }
    let mut demo = Vec::new();
    if development && !db.write_blocking(account::any)? {
        demo = open_demo_accounts(&db, &snapshots, &config.var_dir)?;
    }
    let state = AppState {
        ports: crate::ports::ports(config)?,
        public_url: config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen)),
        files: file_store(config, &db)?,
        tokens: Arc::new(tokens(&db)?),
        db,
        snapshots,
        numbers: Numbers::default(),
        throttle: Arc::default(),
        metrics: Arc::default(),
        remembered: remembered(),
        limits: Limits {
            file: config.max_file_mib * 1024 * 1024,
            import: config.max_import_mib * 1024 * 1024,
            request_seconds: config.request_seconds,
            ..Limits::default()
        },
        sandbox: development,
    };
    for ended in state.db.write_blocking(|tx| session::revoked_within(tx, LIFETIME_SECONDS + 60))? {
        state.tokens.revoke(ended);
    }
    let listener = TcpListener::bind(config.listen).with_context(|| format!("listening on {}", config.listen))?;
    listener.set_nonblocking(true)?;
    let running = serve(state.clone(), listener, config.workers)?;
    let mut jobs = Vec::new();
    if options.run_jobs {
        jobs.extend([
            tokio::spawn(watch(state.clone())),
            tokio::spawn(warm(state.clone())),
            tokio::spawn(work(state.clone())),
            tokio::spawn(relay(state.clone())),
        ]);
    }
    Ok(Started { running, state, demo, jobs })
}

/// Where files lie: a folder of this machine, or the S3-compatible store that is set.
fn file_store(config: &Config, db: &Db) -> anyhow::Result<FileStore> {
    let keys = db.keys().clone();
    let Some(bucket) = config.s3_bucket.clone() else {
        let folder = config.var_dir.join("files");
        std::fs::create_dir_all(&folder)?;
        return Ok(FileStore::local(&folder, keys)?);
    };
    let settings = S3 {
        bucket,
        prefix: config.s3_prefix.clone(),
        endpoint: config.s3_endpoint.clone(),
        region: config.s3_region.clone(),
        access_key: config.s3_access_key.clone().unwrap_or_default(),
        secret_key: config.s3_secret_key.clone().unwrap_or_default(),
    };
    Ok(FileStore::s3(settings, keys)?)
}

fn chrono_micros(micros: i64) -> chrono::TimeDelta {
    chrono::TimeDelta::microseconds(micros)
}

/// The signing keys; a first one is made where there is none.
fn tokens(db: &Db) -> anyhow::Result<Tokens> {
    let keys = db.write_blocking(|tx| {
        session::lock_keys(tx)?;
        if session::list_keys(tx)?.is_empty() {
            let key = new_key().map_err(DbError::Damaged)?;
            session::insert_key(tx, &key)?;
        }
        session::list_keys(tx)
    })?;
    Tokens::new(&keys).context("no signing key")
}

/// How often a replica looks at what others have changed: what is published is everywhere within a second.
const LOOK: Duration = Duration::from_millis(250);

/// What every replica looks at: ended sessions and newer catalogues.
async fn watch(state: AppState) {
    loop {
        tokio::time::sleep(LOOK).await;
        match state.db.read(|tx| session::revoked_within(tx, 60)).await {
            Ok(ended) => ended.into_iter().for_each(|s| state.tokens.revoke(s)),
            Err(error) => tracing::warn!(%error, "revocations could not be read"),
        }
        if let Err(error) = state.snapshots.poll(&state.db).await {
            tracing::warn!(%error, "catalogue generations could not be read");
        }
    }
}

/// Builds the search index of a catalogue that came, so that nobody waits for it.
async fn warm(state: AppState) {
    loop {
        tokio::time::sleep(LOOK).await;
        let snapshots = state.snapshots.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || snapshots.warm()).await {
            tracing::warn!(%error, "a search index could not be built");
        }
    }
}

/// How long idempotency keys are kept.
const KEYS_KEPT: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// The job loop: what is due once a second, old idempotency keys once an hour.
async fn work(state: AppState) {
    let worker = state.worker();
    for second in 0u64.. {
        if second % 3600 == 0
            && let Err(error) = forget_old_keys(&state).await
        {
            tracing::warn!(%error, "old idempotency keys could not be forgotten");
        }
        if let Err(error) = worker.run_due().await {
            tracing::warn!(%error, "due jobs could not be run");
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The relay of the feed, twice a second, beside the jobs so that none holds it up.
async fn relay(state: AppState) {
    let worker = state.worker();
    loop {
        if let Err(error) = worker.relay_feed().await {
            tracing::warn!(%error, "events could not be entered in the feed");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn forget_old_keys(state: &AppState) -> Result<(), DbError> {
    let before = persistence::clock::real_now() - KEYS_KEPT;
    for zone in state.snapshots.zones().into_iter().map(|s| s.zone) {
        let forgotten = state.db.write(move |tx| idempotency::purge(tx, zone, before)).await?;
        tracing::debug!(zone, forgotten, "old idempotency keys forgotten");
    }
    Ok(())
}
