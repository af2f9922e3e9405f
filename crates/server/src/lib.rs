//! Wiring: configuration, keys, data, the server and the job loop.

mod config;
mod data;
mod demo;
mod doctor;
mod keys;
mod ports;
mod start;

pub use config::{Config, Profile};
pub use data::{embedded_files, files_below};
pub use demo::DemoAccount;
pub use doctor::{Report, examine};
pub use keys::master_key;
pub use start::{Options, Started, connect, import_files, start};
