//! P: pgbench on the same statements, and the rows both databases are filled with.

use anyhow::{Context, bail};
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use std::process::Command;

/// Runs SQL.
pub fn execute(url: &str, sql: &str) -> anyhow::Result<()> {
    PgConnection::establish(url)?.batch_execute(sql).context("SQL failed")
}

/// Address of another database on the same server.
pub fn sibling(url: &str, name: &str) -> anyhow::Result<String> {
    let (server, _) = url.rsplit_once('/').context("no database in the address")?;
    Ok(format!("{server}/{name}"))
}

/// Fills a migrated database with `rows` filed applications (numbers 1 to `rows`).
pub fn fill(url: &str, rows: u32) -> anyhow::Result<()> {
    execute(url, &include_str!("../sql/fill.sql").replace(":rows", &rows.to_string()))
}

/// Transactions per second of a script, and its mean latency in milliseconds.
pub fn pgbench(url: &str, script: &str, connections: usize, seconds: u64, rows: u32) -> anyhow::Result<f64> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), script)?;
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-j", "2", "-c", &connections.to_string(), "-T", &seconds.to_string()])
        .args(["-D", &format!("rows={rows}"), "-f", &file.path().display().to_string(), url])
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("pgbench: {said}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    let tps = said.lines().find_map(|l| l.strip_prefix("tps = ")).context("pgbench said no tps")?;
    Ok(tps.split_whitespace().next().unwrap_or_default().parse()?)
}
