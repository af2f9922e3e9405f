//! Whole lives of a bundle of four matters, on both databases: declare, accept, four times examine and decide, issue together,
//! deliver, rate.

use crate::database::{execute, sibling};
use crate::lives::{People, lives, login, post, print_line};
use crate::run::{SERVER, Settings, ZONE, serve};
use anyhow::Context;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;

const MATTERS: [&str; 4] = ["bench-a", "bench-b", "bench-c", "bench-d"];

/// Measures on SQLite and PostgreSQL, rounds alternated, and prints a table.
pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let (lite, large) = (tempfile::TempDir::new()?, tempfile::TempDir::new()?);
    let url = sibling(&settings.postgres, "bench_bundle")?;
    execute(&settings.postgres, "DROP DATABASE IF EXISTS bench_bundle WITH (FORCE)")?;
    execute(&settings.postgres, "CREATE DATABASE bench_bundle")?;
    let file = lite.path().join("yiciban.sqlite").display().to_string();
    let databases = [("SQLite", file, lite.path()), ("PostgreSQL", url, large.path())];
    let mut measured: [(Vec<f64>, Vec<f64>); 2] = Default::default();
    for round in 0..settings.rounds {
        for ((_, url, folder), (rates, times)) in databases.iter().zip(&mut measured) {
            let _server = serve(settings, url, folder).await?;
            let people = Arc::new(People::login(folder).await?);
            if round == 0 {
                publish(folder).await?;
            }
            let (rate, took) = lives(settings, move |stream| {
                let people = people.clone();
                Box::pin(async move { live(stream, &people).await })
            })
            .await?;
            rates.push(rate);
            times.extend(took);
        }
    }
    println!("| bundle of four matters, {} connections | lives/s (range) | p50 ms | p99 ms |\n|---|---|---|---|", settings.connections);
    for ((name, ..), (rates, times)) in databases.iter().zip(measured) {
        print_line(name, &rates, times);
    }
    Ok(())
}

/// Publishes four matters and their bundle: c after a and b, d beside.
async fn publish(folder: &Path) -> anyhow::Result<()> {
    let (editor, publisher) = (login(folder, "catalogue_editor", None).await?, login(folder, "catalogue_publisher", None).await?);
    let mut stream = TcpStream::connect(SERVER).await?;
    let edges = [("bench-a", "bench-c"), ("bench-b", "bench-c")].map(|(b, a)| json!({"before": b, "after": a, "kind": "hard"}));
    let bundle = json!({"code": "bench-four", "name": "四事项一件事", "lead_department": "HUC", "summary": "一次申报", "audiences": ["enterprise"],
        "members": MATTERS.map(|m| json!({"matter": m})), "edges": edges, "promised_source": "illustrative", "source": "illustrative"});
    let documents = MATTERS.iter().map(|code| (format!("{ZONE}/matters/{code}"), matter(code)));
    for (path, document) in documents.chain([(format!("{ZONE}/bundles/bench-four"), bundle)]) {
        let body = json!({"document": document, "reason": "测量"}).to_string();
        let draft = post(&mut stream, &editor, &format!("{path}/drafts"), &body).await?;
        let draft = format!("{ZONE}/drafts/{}", draft["id"].as_str().with_context(|| format!("no draft: {draft}"))?);
        post(&mut stream, &editor, &format!("{draft}/submit"), "{}").await?;
        let published = post(&mut stream, &publisher, &format!("{draft}/publish"), "{}").await?;
        anyhow::ensure!(published["status"].is_null(), "not published: {published}");
    }
    Ok(())
}

fn matter(code: &str) -> Value {
    json!({
        "code": code, "name": format!("测量事项{code}"), "matter_type": "licence", "procedure": "licence", "case_kind": "promised",
        "audiences": ["enterprise"], "department": "HUC", "system_of_record": "local", "authority": "own", "separation": "strict",
        "unified": true, "counts_toward_promise": true, "legal_basis": [{"text": "行政许可法 12", "source": "law"}],
        "conditions": ["符合规定（行政许可法 12）"], "flow": [{"name": "受理"}, {"name": "决定"}],
        "limits": {"promised": {"n": 5, "unit": "working_day"}, "promised_source": "illustrative", "starts": "acceptance",
            "statutory": {"n": 20, "unit": "working_day"}, "statutory_source": "law"},
        "visits": 0, "channels": ["window", "web"], "result_name": "许可证", "consult_phone": "0734-8800000", "complaint_phone": "12345",
        "checklist": [{"code": "whole", "phase": "acceptance", "text": "材料齐全"}, {"code": "fits", "phase": "examination", "text": "符合条件"}],
        "form": {"properties": {"applicant_name": {"title": "申请人名称", "type": "string", "minLength": 1, "maxLength": 200, "x-sensitivity": 1}},
            "required": ["applicant_name"]},
        "handled_at": [{"place": "hall"}], "source": "illustrative",
    })
}

async fn live(stream: &mut TcpStream, people: &People) -> anyhow::Result<()> {
    let draft = json!({"bundle": "bench-four", "form": {"applicant_name": "天嘉置业（示例）有限公司"},
        "parties": [{"role": "applicant", "kind": "organisation", "name": "天嘉置业（示例）有限公司", "phone": "13800003210",
            "identifiers": [{"type": "credit_code", "value": "91430400MATE00010Q"}]}]});
    let created = post(stream, &people.owner, &format!("{ZONE}/applications"), &draft.to_string()).await?;
    let application = format!("{ZONE}/applications/{}", created["id"].as_str().context("no id")?);
    let filed = post(stream, &people.owner, &format!("{application}/submit"), "{}").await?;
    post(stream, &people.clerk, &format!("{application}/accept"), "{}").await?;
    let examination = r#"{"method":"desk","checklist":[{"point":"fits","passed":true}],"opinion":"符合条件"}"#;
    let mut last = Value::Null;
    for matter in MATTERS {
        let case = filed["cases"].as_array().and_then(|all| all.iter().find(|c| c["matter"] == matter)).context("no case")?;
        let case = format!("{ZONE}/cases/{}", case["id"].as_str().context("no case")?);
        post(stream, &people.officer, &format!("{case}/examine"), examination).await?;
        last = post(stream, &people.officer, &format!("{case}/decide"), r#"{"granted":true,"opinion":"同意"}"#).await?;
    }
    anyhow::ensure!(last["outcome"] == "granted", "not granted: {last}");
    post(stream, &people.issuer, &format!("{application}/issue"), "{}").await?;
    let delivered = post(stream, &people.issuer, &format!("{application}/deliver"), r#"{"way":"electronic"}"#).await?;
    anyhow::ensure!(delivered["state"] == "closed", "not closed: {delivered}");
    let case = filed["cases"][0]["id"].as_str().context("no case")?;
    let rating =
        json!({"case": case, "service_no": 1, "service": "completion", "level": "very_satisfied", "options": [510], "channel": "mobile"});
    post(stream, &people.owner, &format!("{application}/evaluations"), &rating.to_string()).await?;
    Ok(())
}
