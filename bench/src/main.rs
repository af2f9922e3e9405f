//! Load runs beside their twins: what the server does, what PostgreSQL alone and a bare handler would do.
//!
//! P = pgbench running the same statements on a database of the same size. H = a bare actix handler returning the
//! same bytes. L = 1/(1/P + 1/H) is the limit of the stack. Rounds alternate; the median and range are reported.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::similar_names,
    clippy::doc_markdown,
    clippy::indexing_slicing,
    reason = "figures of a load run"
)]

mod bundle;
mod catalogue;
mod database;
mod life;
mod lives;
mod load;
mod publish;
mod run;
mod twin;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs everything and prints a table.
    Run(run::Settings),
    /// Whole lives: from the draft to the rating, and what a desk and a tracker read meanwhile.
    Life(run::Settings),
    /// Whole lives of a bundle of four matters, on both databases.
    Bundle(run::Settings),
    /// A catalogue of 20,000 matters: import, memory, guide and search.
    Catalogue(catalogue::Settings),
    /// Serves the bytes of a file at every address: the bare handler.
    Twin {
        /// File with the bytes.
        file: std::path::PathBuf,
        /// Port on loopback.
        port: u16,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run(settings) => tokio::runtime::Runtime::new()?.block_on(run::run(&settings)),
        Command::Life(settings) => tokio::runtime::Runtime::new()?.block_on(life::run(&settings)),
        Command::Bundle(settings) => tokio::runtime::Runtime::new()?.block_on(bundle::run(&settings)),
        Command::Catalogue(settings) => tokio::runtime::Runtime::new()?.block_on(catalogue::run(&settings)),
        Command::Twin { file, port } => twin::serve(&file, port),
    }
}
