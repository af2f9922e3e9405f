//! Whole lives of applications: who takes part, and one life after the other on every connection.

use crate::load::{exchange, request};
use crate::run::{SERVER, Settings, median};
use anyhow::Context;
use serde_json::{Value, json};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Tokens of those who take part in every life.
pub struct People {
    pub owner: String,
    pub clerk: String,
    pub officer: String,
    pub issuer: String,
}

impl People {
    /// Logs them in.
    pub async fn login(folder: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            owner: login(folder, "applicant", None).await?,
            clerk: login(folder, "window_clerk", None).await?,
            officer: login(folder, "examiner", Some("HUC")).await?,
            issuer: login(folder, "issuer", None).await?,
        })
    }
}

/// The token of a demo account.
pub async fn login(folder: &Path, role: &str, department: Option<&str>) -> anyhow::Result<String> {
    let accounts: Value = serde_json::from_slice(&std::fs::read(folder.join("demo-accounts.json"))?)?;
    let fits = |a: &&Value| a["role"] == role && a["zone"] == "hengyang-gaoxin" && a["department"].as_str() == department;
    let account = accounts.as_array().and_then(|all| all.iter().find(fits)).context("no such account")?;
    let body = json!({"username": account["username"], "password": account["password"]}).to_string();
    let mut stream = TcpStream::connect(SERVER).await?;
    let answer: Value = serde_json::from_slice(&exchange(&mut stream, &request("POST", "/api/v1/sessions/password", &[], &body)).await?)?;
    Ok(format!("Bearer {}", answer["access_token"].as_str().context("no token")?))
}

/// Does a command and reads the answer.
pub async fn post(stream: &mut TcpStream, token: &str, path: &str, body: &str) -> anyhow::Result<Value> {
    let key = format!("{path}-{:?}", Instant::now());
    let key: String = key.chars().filter(char::is_ascii_alphanumeric).rev().take(64).collect();
    let request = request("POST", path, &[("authorization", token), ("idempotency-key", &key)], body);
    Ok(serde_json::from_slice(&exchange(stream, &request).await?)?)
}

/// One life on one connection, under way.
pub type Living<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// Lives one after the other on every connection: how many a second, and how long each took in milliseconds.
pub async fn lives<L>(settings: &Settings, live: L) -> anyhow::Result<(f64, Vec<f64>)>
where
    L: for<'a> Fn(&'a mut TcpStream) -> Living<'a> + Send + Sync + 'static,
{
    let (began, until, live) = (Instant::now(), Instant::now() + Duration::from_secs(settings.seconds), Arc::new(live));
    let mut tasks = Vec::new();
    for _ in 0..settings.connections {
        let live = live.clone();
        tasks.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(SERVER).await?;
            stream.set_nodelay(true)?;
            let mut times = Vec::new();
            while Instant::now() < until {
                let began = Instant::now();
                live(&mut stream).await?;
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

/// A line of the table: lives a second with their range over the rounds, median and 99th percentile.
pub fn print_line(name: &str, rates: &[f64], mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let (low, high) = rates.iter().fold((f64::MAX, 0.0_f64), |(l, h), v| (l.min(*v), h.max(*v)));
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(0.0);
    println!("| {name} | {:.1} ({low:.1}–{high:.1}) | {:.1} | {:.1} |", median(rates), at(0.5), at(0.99));
}
