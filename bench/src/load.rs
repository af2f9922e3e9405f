//! The load generator: keep-alive connections, one request at a time on each.

use anyhow::{Context, bail};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a run measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Requests per second.
    pub per_second: f64,
    /// Median latency, milliseconds.
    pub p50: f64,
    /// 99th percentile, milliseconds.
    pub p99: f64,
}

/// Requests to send: the same one again and again, or each of a list once.
#[derive(Clone)]
pub enum Requests {
    /// One.
    Same(Vec<u8>),
    /// Each once; the run ends when they are used up.
    Each(Vec<Vec<u8>>),
}

impl Requests {
    /// The first of them.
    pub fn first(&self) -> Option<&Vec<u8>> {
        match self {
            Self::Same(request) => Some(request),
            Self::Each(all) => all.first(),
        }
    }

    fn get(&self, n: usize) -> Option<&[u8]> {
        match self {
            Self::Same(request) => Some(request),
            Self::Each(all) => all.get(n).map(Vec::as_slice),
        }
    }
}

/// Writes a request.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if method != "GET" {
        let _ = write!(text, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// Sends requests over `connections` for `time` at most; returns the measure and every body.
pub async fn load(
    address: &str,
    connections: usize,
    time: Duration,
    requests: Requests,
    keep: bool,
) -> anyhow::Result<(Measured, Vec<Vec<u8>>)> {
    let (requests, next, until) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)), Instant::now() + time);
    let started = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (address, requests, next) = (address.to_owned(), requests.clone(), next.clone());
        tasks.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(&address).await?;
            stream.set_nodelay(true)?;
            let (mut latencies, mut bodies) = (Vec::new(), Vec::new());
            while Instant::now() < until
                && let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let began = Instant::now();
                stream.write_all(request).await?;
                let body = read_answer(&mut stream).await?;
                latencies.push(began.elapsed().as_secs_f64() * 1000.0);
                if keep {
                    bodies.push(body);
                }
            }
            anyhow::Ok((latencies, bodies))
        }));
    }
    let (mut latencies, mut bodies) = (Vec::new(), Vec::new());
    for task in tasks {
        let (l, b) = task.await??;
        latencies.extend(l);
        bodies.extend(b);
    }
    let seconds = started.elapsed().as_secs_f64();
    latencies.sort_by(f64::total_cmp);
    let at = |share: f64| {
        latencies.get(((latencies.len() as f64 * share) as usize).min(latencies.len().saturating_sub(1))).copied().unwrap_or(0.0)
    };
    Ok((Measured { per_second: latencies.len() as f64 / seconds, p50: at(0.5), p99: at(0.99) }, bodies))
}

/// One request on a connection; refusals are errors.
pub async fn exchange(stream: &mut TcpStream, request: &[u8]) -> anyhow::Result<Vec<u8>> {
    stream.write_all(request).await?;
    read_answer(stream).await
}

async fn read_answer(stream: &mut TcpStream) -> anyhow::Result<Vec<u8>> {
    let mut buffer = Vec::with_capacity(8192);
    loop {
        if stream.read_buf(&mut buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(head) = response.parse(&buffer)? else { continue };
        let status = response.code.unwrap_or_default();
        let length = response.headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-length")).context("no length")?;
        let length: usize = std::str::from_utf8(length.value)?.parse()?;
        while buffer.len() < head + length {
            if stream.read_buf(&mut buffer).await? == 0 {
                bail!("the answer was cut off");
            }
        }
        let body = buffer.split_off(head);
        if !(200..300).contains(&status) {
            bail!("{status}: {}", String::from_utf8_lossy(&body));
        }
        return Ok(body);
    }
}
