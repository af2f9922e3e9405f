//! Whole lives of applications: each connection takes one after the other from the draft to the rating.

use crate::database::{execute, fill, sibling};
use crate::load::{Requests, exchange, load, request};
use crate::run::{DRAFT, SERVER, Settings, ZONE, median, serve};
use anyhow::Context;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// What the excavation permit asks for: six files.
const MATERIALS: [&str; 6] = [
    "planning-conditions-approval",
    "land-allocation-decision",
    "construction-contract",
    "drawing-review-excavation",
    "fund-commitment",
    "quality-safety-measures",
];

/// Who acts, as the header says it.
struct People {
    owner: String,
    clerk: String,
    officer: String,
    issuer: String,
    /// An examination that finds every point met.
    examination: String,
}

/// Measures flows, lives, the desk and tracking on `rows` applications, and prints a table.
pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let var = tempfile::TempDir::new()?;
    let url = sibling(&settings.postgres, "bench_life")?;
    execute(&settings.postgres, "DROP DATABASE IF EXISTS bench_life WITH (FORCE)")?;
    execute(&settings.postgres, "CREATE DATABASE bench_life")?;
    let folder = var.path().join("life");
    drop(serve(settings, &url, &folder).await?);
    fill(&url, settings.rows)?;
    let _server = serve(settings, &url, &folder).await?;
    let people = Arc::new(people(&folder).await?);
    println!("| what | /s (range) | p50 ms | p99 ms |\n|---|---|---|---|");
    for (name, whole) in [("flow: create, 6 × 100 KiB, submit", false), ("life: … accept, examine, decide, issue, deliver, rate", true)]
    {
        let mut measured = Vec::new();
        for _ in 0..settings.rounds {
            measured.push(lives(settings, &people, whole).await?);
        }
        let rates: Vec<f64> = measured.iter().map(|(rate, _)| *rate).collect();
        let mut times: Vec<f64> = measured.into_iter().flat_map(|(_, times)| times).collect();
        times.sort_by(f64::total_cmp);
        let (low, high) = rates.iter().fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
        let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(0.0);
        println!("| {name} | {:.1} ({low:.1}–{high:.1}) | {:.1} | {:.1} |", median(&rates), at(0.5), at(0.99));
    }
    let clerk = people.clerk.as_str();
    // A filed application of this run, to be tracked among the others.
    let mut stream = TcpStream::connect(SERVER).await?;
    let created = post(&mut stream, &people.owner, &format!("{ZONE}/applications"), DRAFT).await?;
    let id = created["id"].as_str().context("no id")?;
    let filed = post(&mut stream, &people.owner, &format!("{ZONE}/applications/{id}/submit"), "{}").await?;
    let (number, code) = (filed["submission_no"].as_str().context("no number")?, filed["track_code"].as_str().context("no code")?);
    for (name, path, headers) in [
        ("track", format!("{ZONE}/track/{number}"), vec![("track-code", code)]),
        ("desk, whole zone", format!("{ZONE}/desk/cases?limit=20"), vec![("authorization", clerk)]),
        (
            "desk, one department, received",
            format!("{ZONE}/desk/cases?limit=20&department=HUC&state=received"),
            vec![("authorization", clerk)],
        ),
        ("desk, overdue", format!("{ZONE}/desk/cases?limit=20&light=red"), vec![("authorization", clerk)]),
        ("desk summary", format!("{ZONE}/desk/summary"), vec![("authorization", clerk)]),
        ("register", format!("{ZONE}/register"), vec![]),
    ] {
        let request = request("GET", &path, &headers, "");
        let time = Duration::from_secs(settings.seconds);
        let (measured, _) = load(SERVER, settings.connections, time, Requests::Same(request), false).await?;
        println!("| {name} | {:.0} | {:.2} | {:.2} |", measured.per_second, measured.p50, measured.p99);
    }
    Ok(())
}

async fn people(folder: &Path) -> anyhow::Result<People> {
    let accounts: Value = serde_json::from_slice(&std::fs::read(folder.join("demo-accounts.json"))?)?;
    let find = |role: &str, department: Option<&str>| {
        let fits = |a: &&Value| a["role"] == role && a["zone"] == "hengyang-gaoxin" && a["department"].as_str() == department;
        accounts.as_array().and_then(|all| all.iter().find(fits)).cloned().context("no such account")
    };
    let mut stream = TcpStream::connect(SERVER).await?;
    let mut tokens = Vec::new();
    for (role, department) in [("applicant", None), ("window_clerk", None), ("examiner", Some("HUC")), ("issuer", None)] {
        let account = find(role, department)?;
        let body = json!({"username": account["username"], "password": account["password"]}).to_string();
        let answer: Value =
            serde_json::from_slice(&exchange(&mut stream, &request("POST", "/api/v1/sessions/password", &[], &body)).await?)?;
        tokens.push(format!("Bearer {}", answer["access_token"].as_str().unwrap_or_default()));
    }
    let matter: Value =
        serde_json::from_slice(&exchange(&mut stream, &request("GET", &format!("{ZONE}/matters/construction-permit"), &[], "")).await?)?;
    let points = matter["matter"]["checklist"].as_array().context("no checklist")?.iter().filter(|p| p["phase"] == "examination");
    let ticked: Vec<Value> = points.map(|p| json!({"point": p["code"], "passed": true})).collect();
    let examination = json!({"method": "desk", "checklist": ticked, "opinion": "符合条件"}).to_string();
    let [owner, clerk, officer, issuer] = tokens.try_into().ok().context("four people")?;
    Ok(People { owner, clerk, officer, issuer, examination })
}

/// Lives per second, and how long each took in milliseconds.
async fn lives(settings: &Settings, people: &Arc<People>, whole: bool) -> anyhow::Result<(f64, Vec<f64>)> {
    let until = Instant::now() + Duration::from_secs(settings.seconds);
    let began = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..settings.connections {
        let people = people.clone();
        tasks.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(SERVER).await?;
            stream.set_nodelay(true)?;
            let mut times = Vec::new();
            while Instant::now() < until {
                let began = Instant::now();
                live(&mut stream, &people, whole).await?;
                times.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            anyhow::Ok(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok((times.len() as f64 / began.elapsed().as_secs_f64(), times))
}

async fn live(stream: &mut TcpStream, people: &People, whole: bool) -> anyhow::Result<()> {
    let created = post(stream, &people.owner, &format!("{ZONE}/applications"), DRAFT).await?;
    let id = created["id"].as_str().context("no id")?.to_owned();
    for material in MATERIALS {
        exchange(stream, &upload(&people.owner, &id, material)).await?;
    }
    let filed = post(stream, &people.owner, &format!("{ZONE}/applications/{id}/submit"), "{}").await?;
    if !whole {
        return Ok(());
    }
    let case = filed["cases"][0]["id"].as_str().context("no case")?.to_owned();
    let (application, case) = (format!("{ZONE}/applications/{id}"), format!("{ZONE}/cases/{case}"));
    post(stream, &people.clerk, &format!("{application}/accept"), "{}").await?;
    post(stream, &people.officer, &format!("{case}/examine"), &people.examination).await?;
    post(stream, &people.officer, &format!("{case}/decide"), r#"{"granted":true,"opinion":"同意"}"#).await?;
    post(stream, &people.issuer, &format!("{application}/issue"), "{}").await?;
    post(stream, &people.issuer, &format!("{application}/deliver"), r#"{"way":"electronic"}"#).await?;
    let rating = r#"{"service_no":1,"service":"completion","level":"very_satisfied","options":[510],"channel":"mobile"}"#;
    post(stream, &people.owner, &format!("{application}/evaluations"), rating).await?;
    Ok(())
}

/// Posts JSON under a key of its own; the answer.
pub async fn post(stream: &mut TcpStream, token: &str, path: &str, body: &str) -> anyhow::Result<Value> {
    let key = format!("{path}-{:?}", Instant::now());
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).rev().take(64).collect();
    let request = request("POST", path, &[("authorization", token), ("idempotency-key", &key)], body);
    Ok(serde_json::from_slice(&exchange(stream, &request).await?)?)
}

/// A file of 100 KiB.
fn upload(token: &str, id: &str, material: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    file.resize(100 * 1024, b' ');
    let part = |name: &str, value: &str| format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let mut body = format!("{}{}", part("material", material), part("upload_id", material)).into_bytes();
    body.extend_from_slice(b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n");
    body.extend_from_slice(&file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let head = format!(
        "POST {ZONE}/applications/{id}/materials HTTP/1.1\r\nhost: bench\r\nauthorization: {token}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body].concat()
}
