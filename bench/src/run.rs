//! The run: fill, then rounds of create, submit, track and guide, each beside its twins.

use crate::database::{execute, fill, pgbench, sibling};
use crate::load::{Measured, Requests, load, request};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What to run.
#[derive(clap::Args)]
pub struct Settings {
    /// A PostgreSQL server, as an owner: postgres://…/postgres.
    #[arg(long)]
    pub postgres: String,
    /// The server's binary.
    #[arg(long, default_value = "target/release/yiciban")]
    pub binary: PathBuf,
    /// Filed applications before the run.
    #[arg(long, default_value_t = 1_000_000)]
    pub rows: u32,
    /// Rounds.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4)]
    pub seconds: u64,
    /// Connections.
    #[arg(long, default_value_t = 8)]
    pub connections: usize,
}

/// Ends a child with the run.
pub struct Kept(Child);

impl Kept {
    /// Keeps a child.
    pub fn new(child: Child) -> Self {
        Self(child)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where the server listens.
pub const SERVER: &str = "127.0.0.1:18391";
const TWIN: &str = "127.0.0.1:18392";
/// The zone of the run.
pub const ZONE: &str = "/api/v1/zones/hengyang-gaoxin";
/// What is filed.
pub const DRAFT: &str = r#"{"matter":"construction-permit","parties":[{"role":"applicant","kind":"organisation","name":"天嘉置业（示例）有限公司","identifiers":[{"type":"credit_code","value":"91430400MATE00010Q"}],"phone":"13800003210"}],"answers":{"permit_stage":"excavation","expropriation":"no"},"form":{"project_name":"天嘉·上河九章","floor_area_m2":12000,"contractor":{"firm_name":"某建筑工程公司"},"buildings":[{"no":"10#"},{"no":"16#"}]}}"#;

/// One line of the table.
#[derive(Default)]
struct Line {
    ours: Vec<Measured>,
    bare: Vec<f64>,
    database: Vec<f64>,
}

/// Runs everything and prints a table.
pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let var = tempfile::TempDir::new()?;
    let (ours, twin) = (sibling(&settings.postgres, "bench_ours")?, sibling(&settings.postgres, "bench_twin")?);
    for name in ["bench_ours", "bench_twin"] {
        execute(&settings.postgres, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        execute(&settings.postgres, &format!("CREATE DATABASE {name}"))?;
    }
    drop(serve(settings, &twin, &var.path().join("twin")).await?);
    let server = serve(settings, &ours, &var.path().join("ours")).await?;
    for url in [&ours, &twin] {
        fill(url, settings.rows)?;
    }
    let accounts: Value = serde_json::from_slice(&std::fs::read(var.path().join("ours/demo-accounts.json"))?)?;
    let account = accounts.as_array().and_then(|a| a.iter().find(|a| a["role"] == "applicant")).context("no applicant")?.clone();
    let names = ["guide", "track", "create", "submit"];
    let mut lines: Vec<Line> = names.iter().map(|_| Line::default()).collect();
    for round in 0..settings.rounds {
        eprintln!("round {}", round + 1);
        one_round(settings, &account, &twin, var.path(), &mut lines).await?;
    }
    println!("| what | ours /s (range) | p50 ms | p99 ms | H /s | P /s | L /s | ours : limit |\n|---|---|---|---|---|---|---|---|");
    for (name, line) in names.iter().zip(&lines) {
        print_line(name, line);
    }
    drop(server);
    Ok(())
}

async fn one_round(settings: &Settings, account: &Value, twin: &str, var: &Path, lines: &mut [Line]) -> anyhow::Result<()> {
    let time = Duration::from_secs(settings.seconds);
    let connections = settings.connections;
    let login = request(
        "POST",
        "/api/v1/sessions/password",
        &[],
        &serde_json::json!({"username": account["username"], "password": account["password"]}).to_string(),
    );
    let (_, session) = load(SERVER, 1, time, Requests::Each(vec![login]), true).await?;
    let session: Value = serde_json::from_slice(session.first().context("no session")?)?;
    let bearer = format!("Bearer {}", session["access_token"].as_str().unwrap_or_default());

    let create = request("POST", &format!("{ZONE}/applications"), &[("authorization", &bearer)], DRAFT);
    let (created, drafts) = load(SERVER, connections, time, Requests::Same(create.clone()), true).await?;
    let ids: Vec<String> =
        drafts.iter().filter_map(|d| Some(serde_json::from_slice::<Value>(d).ok()?["id"].as_str()?.to_owned())).collect();
    let submit = |id: &String| {
        request("POST", &format!("{ZONE}/applications/{id}/submit"), &[("authorization", &bearer), ("idempotency-key", id)], "{}")
    };
    let (submitted, filed) = load(SERVER, connections, time, Requests::Each(ids.iter().map(submit).collect()), true).await?;
    let track = |f: &Vec<u8>| {
        let f: Value = serde_json::from_slice(f).ok()?;
        Some(request("GET", &format!("{ZONE}/track/{}", f["submission_no"].as_str()?), &[("track-code", f["track_code"].as_str()?)], ""))
    };
    let one_by_one: Vec<Vec<u8>> = filed.iter().filter_map(track).collect();
    let again: Vec<Vec<u8>> = one_by_one.iter().cycle().take(200_000).cloned().collect();
    let (tracked, trackings) = load(SERVER, connections, time, Requests::Each(again), true).await?;
    let guide =
        request("GET", &format!("{ZONE}/matters/construction-permit/guide?answers=permit_stage:excavation,expropriation:no"), &[], "");
    let (guided, guides) = load(SERVER, connections, time, Requests::Same(guide.clone()), true).await?;

    let bodies = [guides, trackings, drafts, filed];
    let first_submit = ids.first().map(submit).context("no draft")?;
    let requests = [guide, one_by_one.first().context("nothing filed")?.clone(), create, first_submit];
    let scripts =
        [None, Some(include_str!("../sql/track.sql")), Some(include_str!("../sql/create.sql")), Some(include_str!("../sql/submit.sql"))];
    for (((line, measured), (body, request)), script) in
        lines.iter_mut().zip([guided, tracked, created, submitted]).zip(bodies.iter().zip(requests)).zip(scripts)
    {
        line.ours.push(measured);
        line.bare.push(bare(var, body.first().context("no answer")?, request, connections, time).await?);
        if let Some(script) = script {
            line.database.push(pgbench(twin, script, connections, settings.seconds, settings.rows)?);
        }
    }
    Ok(())
}

/// Rate of the bare handler with the same bytes.
pub async fn bare(var: &Path, bytes: &[u8], request: Vec<u8>, connections: usize, time: Duration) -> anyhow::Result<f64> {
    let file = var.join("bytes");
    std::fs::write(&file, bytes)?;
    let port = TWIN.rsplit(':').next().unwrap_or_default();
    let _twin = Kept(Command::new(std::env::current_exe()?).arg("twin").arg(&file).arg(port).spawn()?);
    reachable(TWIN).await?;
    Ok(load(TWIN, connections, time, Requests::Same(request), false).await?.0.per_second)
}

/// Starts the server on a database.
pub async fn serve(settings: &Settings, url: &str, var: &Path) -> anyhow::Result<Kept> {
    let mut command = Command::new(&settings.binary);
    command.arg("serve").env("YICIBAN_LISTEN", SERVER).env("YICIBAN_VAR_DIR", var).env("YICIBAN_DATABASE_URL", url);
    let child = command.env("RUST_LOG", "warn").stdout(Stdio::null()).spawn()?;
    let kept = Kept(child);
    reachable(SERVER).await?;
    Ok(kept)
}

/// Waits until somebody listens.
pub async fn reachable(address: &str) -> anyhow::Result<()> {
    for _ in 0..600 {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("{address} does not answer")
}

/// The median.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

fn print_line(name: &str, line: &Line) {
    let per_second: Vec<f64> = line.ours.iter().map(|m| m.per_second).collect();
    let (low, high) = per_second.iter().fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
    let of = |pick: fn(&Measured) -> f64| median(&line.ours.iter().map(pick).collect::<Vec<_>>());
    let (ours, bare) = (median(&per_second), median(&line.bare));
    let (database, limit) = if line.database.is_empty() {
        ("–".to_owned(), bare)
    } else {
        let p = median(&line.database);
        (format!("{p:.0}"), 1.0 / (1.0 / p + 1.0 / bare))
    };
    println!(
        "| {name} | {ours:.0} ({low:.0}–{high:.0}) | {:.2} | {:.2} | {bare:.0} | {database} | {limit:.0} | {:.2} |",
        of(|m| m.p50),
        of(|m| m.p99),
        ours / limit
    );
}
