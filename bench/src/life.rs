//! Whole lives of applications: each connection takes one after the other from the draft to the rating.

use crate::database::{execute, fill, sibling};
use crate::lives::{People, lives, post, print_line};
use crate::load::{Requests, exchange, load, request};
use crate::run::{DRAFT, SERVER, Settings, ZONE, serve};
use anyhow::Context;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
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
    let people = Arc::new(People::login(&folder).await?);
    let examination = examination().await?;
    println!("| what | /s (range) | p50 ms | p99 ms |\n|---|---|---|---|");
    for (name, whole) in [("flow: create, 6 × 100 KiB, submit", false), ("life: … accept, examine, decide, issue, deliver, rate", true)]
    {
        let mut measured = Vec::new();
        for _ in 0..settings.rounds {
            let (people, examination) = (people.clone(), whole.then(|| examination.clone()));
            let life = lives(settings, move |stream| {
                let (people, examination) = (people.clone(), examination.clone());
                Box::pin(async move { live(stream, &people, examination.as_deref()).await })
            });
            measured.push(life.await?);
        }
        let rates: Vec<f64> = measured.iter().map(|(rate, _)| *rate).collect();
        print_line(name, &rates, measured.into_iter().flat_map(|(_, times)| times).collect());
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

/// The examination that passes every point of the matter.
async fn examination() -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(SERVER).await?;
    let matter: Value =
        serde_json::from_slice(&exchange(&mut stream, &request("GET", &format!("{ZONE}/matters/construction-permit"), &[], "")).await?)?;
    let points = matter["matter"]["checklist"].as_array().context("no checklist")?.iter().filter(|p| p["phase"] == "examination");
    let ticked: Vec<Value> = points.map(|p| json!({"point": p["code"], "passed": true})).collect();
    Ok(json!({"method": "desk", "checklist": ticked, "opinion": "符合条件"}).to_string())
}

/// One life; without an examination only until it is filed.
async fn live(stream: &mut TcpStream, people: &People, examination: Option<&str>) -> anyhow::Result<()> {
    let created = post(stream, &people.owner, &format!("{ZONE}/applications"), DRAFT).await?;
    let id = created["id"].as_str().context("no id")?.to_owned();
    for material in MATERIALS {
        exchange(stream, &upload(&people.owner, &id, material)).await?;
    }
    let filed = post(stream, &people.owner, &format!("{ZONE}/applications/{id}/submit"), "{}").await?;
    let Some(examination) = examination else { return Ok(()) };
    let case = filed["cases"][0]["id"].as_str().context("no case")?.to_owned();
    let (application, case) = (format!("{ZONE}/applications/{id}"), format!("{ZONE}/cases/{case}"));
    post(stream, &people.clerk, &format!("{application}/accept"), "{}").await?;
    post(stream, &people.officer, &format!("{case}/examine"), examination).await?;
    post(stream, &people.officer, &format!("{case}/decide"), r#"{"granted":true,"opinion":"同意"}"#).await?;
    post(stream, &people.issuer, &format!("{application}/issue"), "{}").await?;
    post(stream, &people.issuer, &format!("{application}/deliver"), r#"{"way":"electronic"}"#).await?;
    let rating = r#"{"service_no":1,"service":"completion","level":"very_satisfied","options":[510],"channel":"mobile"}"#;
    post(stream, &people.owner, &format!("{application}/evaluations"), rating).await?;
    Ok(())
}

/// A file of 100 KiB.
fn upload(token: &str, id: &str, material: &str) -> Vec<u8> {
    // Each its own content: the same one would be kept once for its owner.
    let mut file = format!("%PDF-1.7\n% {id} {material}\n").into_bytes();
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
