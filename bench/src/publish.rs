//! What a publication costs in a large catalogue: the publisher's own wait, and until another replica tells it.

use crate::lives::login;
use crate::load::{exchange, request};
use crate::run::{Kept, SERVER, ZONE, median, reachable};
use anyhow::{Context, ensure};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Where the other replica listens.
const REPLICA: &str = "127.0.0.1:18393";
/// Publications.
const TIMES: usize = 7;

/// Publishes one changed matter several times, with a second replica on the same database; `serve` starts it.
pub async fn publications(var: &Path, code: &str, mut serve: Command) -> anyhow::Result<()> {
    let _replica = Kept::new(serve.env("YICIBAN_LISTEN", REPLICA).spawn()?);
    reachable(REPLICA).await?;
    let (editor, publisher) = (login(var, "catalogue_editor", None).await?, login(var, "catalogue_publisher", None).await?);
    let (mut here, mut there) = (TcpStream::connect(SERVER).await?, TcpStream::connect(REPLICA).await?);
    let seen = request("GET", &format!("{ZONE}/matters/{code}"), &[], "");
    let (mut waits, mut delays) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        let phone = format!("0734-88{n:05}");
        let mut call = async |token: &str, method: &str, path: &str, body: Value| -> anyhow::Result<Value> {
            let headers = [("authorization", token), ("if-match", "*")];
            let call = request(method, &format!("{ZONE}{path}"), &headers, &body.to_string());
            Ok(serde_json::from_slice(&exchange(&mut here, &call).await?)?)
        };
        let draft = call(&editor, "POST", &format!("/matters/{code}/drafts"), json!({"reason": "测量"})).await?;
        let id = draft["id"].as_str().with_context(|| draft.to_string())?.to_owned();
        call(&editor, "PATCH", &format!("/drafts/{id}"), json!({"document": {"consult_phone": phone}})).await?;
        call(&editor, "POST", &format!("/drafts/{id}/submit"), json!({})).await?;
        let began = Instant::now();
        let published = call(&publisher, "POST", &format!("/drafts/{id}/publish"), json!({})).await?;
        ensure!(published["state"] == "published", "{published}");
        waits.push(began.elapsed().as_secs_f64() * 1000.0);
        let answered = Instant::now();
        loop {
            let told: Value = serde_json::from_slice(&exchange(&mut there, &seen).await?)?;
            if told["matter"]["consult_phone"] == phone {
                break;
            }
            ensure!(answered.elapsed() < Duration::from_secs(30), "the other replica never tells it");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        delays.push(answered.elapsed().as_secs_f64() * 1000.0);
    }
    let most = |all: &[f64]| all.iter().copied().fold(0.0_f64, f64::max);
    println!("publish one matter: {:.0} ms median, {:.0} ms longest", median(&waits), most(&waits));
    println!("told by another replica after: {:.0} ms median, {:.0} ms longest", median(&delays), most(&delays));
    Ok(())
}
