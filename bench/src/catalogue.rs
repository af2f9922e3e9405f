//! A catalogue of 20,000 matters: import, memory, start, guide, list and search.

use crate::load::{Measured, Requests, load, request};
use crate::publish::publications;
use crate::run::{Kept, SERVER, ZONE, bare, median, reachable};
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What to run.
#[derive(clap::Args)]
pub struct Settings {
    /// The server's binary.
    #[arg(long, default_value = "target/release/yiciban")]
    pub binary: PathBuf,
    /// The data to multiply.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
    /// Matters.
    #[arg(long, default_value_t = 20_000)]
    pub matters: usize,
    /// Database; SQLite in a folder of its own if absent.
    #[arg(long)]
    pub database: Option<String>,
    /// Rounds.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 3)]
    pub seconds: u64,
    /// Connections.
    #[arg(long, default_value_t = 8)]
    pub connections: usize,
}

/// Runs everything and prints what was measured.
pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let (data, var) = (folder.path().join("data"), folder.path().join("var"));
    let names = multiply(settings, &data)?;
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&settings.binary);
        command.args(arguments).env("YICIBAN_VAR_DIR", &var).env("YICIBAN_LISTEN", SERVER).env("RUST_LOG", "warn");
        if let Some(url) = &settings.database {
            command.env("YICIBAN_DATABASE_URL", url);
        }
        command.stdout(Stdio::null());
        command
    };
    ensure!(command(&["migrate"]).status()?.success(), "migrate failed");
    let began = Instant::now();
    ensure!(command(&["import", &data.display().to_string()]).status()?.success(), "import failed");
    println!("import of {} matters: {:.1} s", settings.matters, began.elapsed().as_secs_f64());
    let began = Instant::now();
    ensure!(command(&["import", &data.display().to_string()]).status()?.success(), "second import failed");
    println!("the same again, nothing to do: {:.1} s", began.elapsed().as_secs_f64());
    // The first start opens the demo accounts; a later one is what is measured.
    for measured in [false, true] {
        let began = Instant::now();
        let child = command(&["serve"]).spawn()?;
        let id = child.id();
        let kept = Kept::new(child);
        reachable(SERVER).await?;
        if measured {
            println!("start to ready: {:.2} s", began.elapsed().as_secs_f64());
            tokio::time::sleep(Duration::from_secs(8)).await;
            println!("memory with index, idle: {} MiB", resident(id)?);
            rounds(settings, &names, folder.path()).await?;
            println!("memory after the load: {} MiB", resident(id)?);
            publications(&var, &names[0].0, command(&["serve"])).await?;
            println!("memory after the publications: {} MiB", resident(id)?);
        }
        drop(kept);
    }
    Ok(())
}

/// Writes the data with the matters of its first zone multiplied; returns codes and names.
fn multiply(settings: &Settings, to: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let zone = "zones/hengyang-gaoxin";
    for folder in ["calendars".to_owned(), "base".to_owned(), zone.to_owned(), format!("{zone}/bundles")] {
        fs::create_dir_all(to.join(&folder))?;
        for entry in fs::read_dir(settings.data.join(&folder))? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(&folder).join(entry.file_name()))?;
            }
        }
    }
    let matters = to.join(zone).join("matters");
    fs::create_dir_all(&matters)?;
    let mut originals: Vec<Value> = Vec::new();
    for entry in fs::read_dir(settings.data.join(zone).join("matters"))? {
        originals.push(serde_json::from_slice(&fs::read(entry?.path())?)?);
    }
    ensure!(!originals.is_empty(), "no matters to multiply");
    let mut names = Vec::new();
    for i in 0..settings.matters {
        let mut matter = originals[i % originals.len()].clone();
        let round = i / originals.len();
        let code = matter["code"].as_str().context("code")?.to_owned();
        if round > 0 {
            matter["code"] = json!(format!("{code}-{round}"));
            // Names differ as those of a province do: the same thing, of another town.
            let town: String = format!("{round:03}").chars().map(|d| TOWN[d.to_digit(10).unwrap_or(0) as usize]).collect();
            matter["name"] = json!(format!("{town}镇{}", matter["name"].as_str().context("name")?));
        }
        let code = matter["code"].as_str().context("code")?.to_owned();
        names.push((code.clone(), matter["name"].as_str().context("name")?.to_owned()));
        fs::write(matters.join(format!("{code}.json")), matter.to_string())?;
    }
    Ok(names)
}

/// Letters from which initials are cut.
const INITIALS: &str = "jzgcsgxkzqykbxssersyxksppjyxkgsdjbdcdjsdbzwsxkzfzxkhjyxpjxfys";

/// Characters for the names of towns.
const TOWN: [char; 10] = ['石', '鼓', '珠', '晖', '蒸', '湘', '雁', '峰', '南', '岳'];

/// Resident memory of a process, MiB.
fn resident(process: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).context("VmRSS")?;
    Ok(line.split_whitespace().nth(1).context("VmRSS")?.parse::<u64>()? / 1024)
}

async fn rounds(settings: &Settings, names: &[(String, String)], folder: &Path) -> anyhow::Result<()> {
    let guide = |(code, _): &(String, String)| request("GET", &format!("{ZONE}/matters/{code}/guide"), &[], "");
    let search = |text: &str| request("GET", &format!("{ZONE}/search?q={}", encoded(text)), &[], "");
    let all = |typed: &dyn Fn(usize, &str) -> String| names.iter().enumerate().map(|(i, (_, n))| search(&typed(i, n))).collect();
    let kinds: Vec<(&str, Requests)> = vec![
        ("guide, one matter again and again", Requests::Same(guide(&names[0]))),
        ("guide, every matter once", Requests::Each(names.iter().map(guide).collect())),
        (
            "matter, every one once",
            Requests::Each(names.iter().map(|(c, _)| request("GET", &format!("{ZONE}/matters/{c}"), &[], "")).collect()),
        ),
        ("search, the whole name", Requests::Each(names.iter().map(|(_, n)| search(n)).collect())),
        ("search, three to six characters of a name", Requests::Each(all(&|i, n| part(n, i % 8, 3 + i % 4)))),
        ("search, with a slip", Requests::Each(all(&|i, n| format!("{}徐{}", part(n, i % 4, 3), part(n, i % 4 + 4, 3))))),
        ("search, pinyin initials", Requests::Each(all(&|i, _| INITIALS.chars().cycle().skip(i % 997).take(3 + i % 4).collect()))),
        ("list, one page", Requests::Same(request("GET", &format!("{ZONE}/matters?limit=20&department=HUC"), &[], ""))),
    ];
    println!("| what | /s (range) | p50 ms | p99 ms | alone: p50 / p99 ms | H /s | ours : H |\n|---|---|---|---|---|---|---|");
    for (name, requests) in kinds {
        let time = Duration::from_secs(settings.seconds);
        let (alone, _) = load(SERVER, 1, time, requests.clone(), false).await?;
        let (mut ours, mut twin): (Vec<Measured>, Vec<f64>) = (Vec::new(), Vec::new());
        let first = requests.first().context("no request")?;
        for _ in 0..settings.rounds {
            let (measured, bodies) = load(SERVER, settings.connections, time, requests.clone(), true).await?;
            ours.push(measured);
            twin.push(bare(folder, bodies.first().context("no answer")?, first.clone(), settings.connections, time).await?);
        }
        let of = |pick: fn(&Measured) -> f64| median(&ours.iter().map(pick).collect::<Vec<_>>());
        let all: Vec<f64> = ours.iter().map(|m| m.per_second).collect();
        let (low, high) = all.iter().fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
        let (rate, bare) = (median(&all), median(&twin));
        println!(
            "| {name} | {rate:.0} ({low:.0}–{high:.0}) | {:.2} | {:.2} | {:.2} / {:.2} | {bare:.0} | {:.2} |",
            of(|m| m.p50),
            of(|m| m.p99),
            alone.p50,
            alone.p99,
            rate / bare
        );
    }
    Ok(())
}

fn part(text: &str, from: usize, count: usize) -> String {
    let found: String = text.chars().skip(from).take(count).collect();
    if found.is_empty() { text.to_owned() } else { found }
}

fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        // Writing to a string does not fail.
        let _ = write!(encoded, "%{byte:02X}");
    }
    encoded
}
