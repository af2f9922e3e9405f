//! `yiciban`: one binary for everything.

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use domain::catalogue::{Bundle, Catalogue, Matter, Zone};
use domain::local_time::date_of;
use persistence::clock::real_now;
use persistence::{Db, audit, migrate, zone};
use server::{Config, Options, Profile, Started, connect, embedded_files, examine, files_below, import_files, start};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing_subscriber::EnvFilter;
use workflow::Snapshots;
use workflow::catalogue::{ArchivePart, document_schema, pack};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 一次办：「一件事一次办」政务服务后端
#[derive(Parser)]
#[command(name = "yiciban", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API.
    Serve {
        /// Folder of catalogue files to import at start instead of the embedded ones (development).
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Apply pending migrations; makes the master key where there is none.
    Migrate,
    /// Import catalogue files: all of them or none.
    Import {
        /// Folder to read instead of the embedded catalogue.
        folder: Option<PathBuf>,
        /// Only check.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a zone's catalogue as an archive that imports again without a change.
    Export {
        /// Slug of the zone.
        zone: String,
        /// The archive to write.
        file: PathBuf,
    },
    /// Print the secret, in hexadecimal, by which an outside system signs what it tells a zone.
    CallbackSecret {
        /// Slug of the zone.
        zone: String,
        /// Code of the system, as it stands in the address it calls.
        system: String,
    },
    /// Tell what keeps the hall from working, or soon will.
    Doctor,
    /// Print the OpenAPI document.
    Openapi,
    /// Print the page of error codes.
    Errors,
    /// Print the JSON Schema of an import file: zone, matter or bundle.
    Schema {
        /// Which.
        kind: String,
    },
    /// Print the configuration without secrets.
    Config,
    /// Look at what was recorded.
    Audit {
        #[command(subcommand)]
        command: Audit,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Prove that no event was changed, removed or reordered.
    Verify,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).init();
    match cli.command {
        Command::Openapi => println!("{}", serde_json::to_string_pretty(&http_api::openapi(true))?),
        Command::Errors => print!("{}", http_api::error_page()),
        Command::Schema { kind } => println!("{}", serde_json::to_string_pretty(&schema(&kind)?)?),
        Command::Config => println!("{}", serde_json::to_string_pretty(&Config::read()?.without_secrets())?),
        Command::Serve { data } => {
            let config = Config::read()?;
            let config = Config { data_dir: data.or(config.data_dir.clone()), ..config };
            tokio::runtime::Runtime::new()?.block_on(run(&config))?;
        }
        Command::Doctor => doctor()?,
        Command::Migrate => {
            let config = Config::read()?;
            server::master_key(&config.var_dir, true)?;
            println!("{} migrations applied", migrate(&connect(&config, &Options::default())?)?);
        }
        Command::Import { folder, dry_run } => import(folder, dry_run)?,
        Command::Export { zone, file } => export(&zone, &file)?,
        Command::CallbackSecret { zone, system } => {
            let db = connect(&Config::read()?, &Options::default())?;
            let zone = zone_numbered(&db, &zone)?;
            println!("{}", hex::encode(db.keys().callback_secret(zone, &system)));
        }
        Command::Audit { command: Audit::Verify } => verify()?,
    }
    Ok(())
}

fn schema(kind: &str) -> anyhow::Result<serde_json::Value> {
    match kind {
        "zone" => Ok(document_schema::<Zone>("园区")),
        "matter" => Ok(document_schema::<Matter>("事项")),
        "bundle" => Ok(document_schema::<Bundle>("一件事")),
        other => bail!("no such kind of file: {other} (zone, matter or bundle)"),
    }
}

fn import(folder: Option<PathBuf>, dry_run: bool) -> anyhow::Result<()> {
    let files = match folder {
        Some(folder) => files_below(&folder)?,
        None => embedded_files(),
    };
    if dry_run {
        match workflow::catalogue::read(&files, &installed(), date_of(real_now())) {
            Ok(_) => println!("{} files are in order", files.len()),
            Err(complaints) => {
                for c in &complaints {
                    println!("{} {} [{}]：{}", c.file, c.pointer, c.code, c.reason);
                }
                bail!("{} complaints", complaints.len());
            }
        }
        return Ok(());
    }
    let imported = import_files(&connect(&Config::read()?, &Options::default())?, &files)?;
    println!(
        "{} published, {} unchanged, {} calendar days, {} delegated matters, {} reform tasks added",
        imported.published, imported.unchanged, imported.days, imported.delegated, imported.tasks
    );
    Ok(())
}

/// The catalogues of this installation, as far as there is one: a part of a zone leans on the rest.
fn installed() -> Vec<Arc<Catalogue>> {
    let read = || -> anyhow::Result<Vec<Arc<Catalogue>>> {
        let config = Config::read()?;
        anyhow::ensure!(config.database_url.is_some() || config.var_dir.exists(), "nothing is installed here");
        let (db, snapshots) = (connect(&config, &Options::default())?, Snapshots::default());
        db.write_blocking(|tx| snapshots.load(tx))?;
        Ok(snapshots.zones().into_iter().map(|s| s.catalogue).collect())
    };
    read().unwrap_or_default()
}

fn doctor() -> anyhow::Result<()> {
    let config = Config::read()?;
    let db = connect(&config, &Options::default())?;
    let report = examine(&db, date_of(db.clock().now()))?;
    for warning in &report.warnings {
        println!("warning: {warning}");
    }
    for problem in &report.problems {
        println!("problem: {problem}");
    }
    if !report.problems.is_empty() {
        bail!("{} problems", report.problems.len());
    }
    println!("{} warnings, no problems", report.warnings.len());
    Ok(())
}

fn export(slug: &str, file: &Path) -> anyhow::Result<()> {
    let db = connect(&Config::read()?, &Options::default())?;
    let number = zone_numbered(&db, slug)?;
    let bytes = db.snapshot_blocking(|tx| pack(tx, number, &ArchivePart::ALL))?;
    std::fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

fn zone_numbered(db: &Db, slug: &str) -> anyhow::Result<i32> {
    let zones = db.write_blocking(zone::list)?;
    Ok(zones.into_iter().find(|(_, known)| known == slug).with_context(|| format!("no zone {slug}"))?.0)
}

fn verify() -> anyhow::Result<()> {
    let db = connect(&Config::read()?, &Options::default())?;
    let mut findings = 0;
    for number in db.write_blocking(|tx| {
        Ok::<_, persistence::DbError>(std::iter::once(zone::PLATFORM).chain(zone::list(tx)?.into_iter().map(|z| z.0)).collect::<Vec<_>>())
    })? {
        let report = db.snapshot_blocking(|tx| audit::verify(tx, number))?;
        println!("zone {number}: {} events in {} streams, {} findings", report.events, report.streams, report.findings.len());
        for finding in &report.findings {
            println!("  {finding}");
        }
        findings += report.findings.len();
    }
    if findings == 0 { Ok(()) } else { bail!("{findings} findings") }
}

async fn run(config: &Config) -> anyhow::Result<()> {
    let started = start(config, &Options::default())?;
    // Nobody may be reading: a closed standard output is no reason to stop serving.
    let _ = greet(config, &started);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    started.stop().await;
    Ok(())
}

fn greet(config: &Config, started: &Started) -> std::io::Result<()> {
    let (address, mut out) = (started.running.address, std::io::stdout().lock());
    writeln!(out, "yiciban listens on http://{address}")?;
    writeln!(out, "  API docs   http://{address}/docs")?;
    writeln!(out, "  OpenAPI    http://{address}/openapi.json")?;
    if config.profile == Profile::Development {
        writeln!(out, "  demo accounts with passwords: {}", config.var_dir.join("demo-accounts.json").display())?;
        // One account of each role of the first zone; the file holds the others.
        let mut shown = std::collections::BTreeSet::new();
        for account in started.demo.iter().filter(|a| shown.insert(a.role)) {
            writeln!(out, "    {:<40} {}  {}", account.username, account.password, account.role)?;
        }
    }
    out.flush()
}
