//! The virus scanner, optional: files are streamed past it as they come in (clamd's INSTREAM).

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanner {
    /// clamd at this address.
    Clamd(String),
    /// Not set up: nothing is scanned.
    Absent,
}

/// What the scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing found.
    Clean,
    /// Something was found, by this name.
    Infected(String),
}

/// The scanner is set up and did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the scanner is not available: {0}")]
pub struct ScannerDown(String);

/// How long the scanner may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file on its way past the scanner.
pub struct Passing(Option<TcpStream>);

fn down(error: impl ToString) -> ScannerDown {
    ScannerDown(error.to_string())
}

async fn in_time<T>(step: impl Future<Output = std::io::Result<T>>) -> Result<T, ScannerDown> {
    tokio::time::timeout(PATIENCE, step).await.map_err(down)?.map_err(down)
}

impl Scanner {
    /// Begins a file.
    ///
    /// # Errors
    /// [`ScannerDown`].
    pub async fn begin(&self) -> Result<Passing, ScannerDown> {
        let Self::Clamd(address) = self else { return Ok(Passing(None)) };
        let mut stream = in_time(TcpStream::connect(address)).await?;
        in_time(stream.write_all(b"zINSTREAM\0")).await?;
        Ok(Passing(Some(stream)))
    }
}

impl Passing {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`ScannerDown`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ScannerDown> {
        let Some(stream) = &mut self.0 else { return Ok(()) };
        for part in bytes.chunks(64 * 1024) {
            let length = u32::try_from(part.len()).unwrap_or(0).to_be_bytes();
            in_time(stream.write_all(&length)).await?;
            in_time(stream.write_all(part)).await?;
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`ScannerDown`], also for an answer that is none.
    pub async fn finish(self) -> Result<Verdict, ScannerDown> {
        let Some(mut stream) = self.0 else { return Ok(Verdict::Clean) };
        in_time(stream.write_all(&[0; 4])).await?;
        let mut answer = Vec::new();
        in_time(stream.read_to_end(&mut answer)).await?;
        let answer = String::from_utf8_lossy(&answer);
        let answer = answer.trim_end_matches('\0').trim();
        match answer.strip_prefix("stream: ") {
            Some("OK") => Ok(Verdict::Clean),
            Some(found) if found.ends_with(" FOUND") => Ok(Verdict::Infected(found.trim_end_matches(" FOUND").to_owned())),
            _ => Err(down(answer)),
        }
    }
}
