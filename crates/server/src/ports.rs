//! Which adapter each outside system gets: doubles in development, in production what is set up.

use crate::config::{Config, PortMode, Profile};
use anyhow::Context;
use integrations::Ports;
use integrations::courier::{self, Courier};
use integrations::data_share::{Adapter, DataShare};
use integrations::scan::Scanner;
use integrations::seal::Seal;
use integrations::signature::Signature;
use integrations::wechat::{Live, Sandbox, Wechat};
use std::sync::Arc;

/// The ports of an installation; what is chosen is said in the log.
///
/// # Errors
/// A live port whose client can't be made.
pub(crate) fn ports(config: &Config) -> anyhow::Result<Ports> {
    let development = config.profile == Profile::Development;
    let mode = config.wechat.or(development.then_some(PortMode::Sandbox));
    let wechat = match (mode, &config.wechat_appid, &config.wechat_secret) {
        (Some(PortMode::Live), Some(appid), Some(secret)) => {
            Wechat::Live(Live::new(&config.wechat_base, appid, secret).context("setting up the WeChat login")?)
        }
        (Some(PortMode::Sandbox), ..) => Wechat::Sandbox(Sandbox::default()),
        _ => Wechat::Absent,
    };
    let (seal, signature) = if development { (Seal::Software, Signature::Software) } else { (Seal::Absent, Signature::Absent) };
    let sharing = if development { Adapter::Sandbox } else { Adapter::Absent };
    tracing::info!(?mode, ?seal, ?signature, ?sharing, "ports chosen: wechat login, seal, signature, data sharing");
    let courier = if development { Courier::Sandbox(courier::Sandbox::default()) } else { Courier::Absent };
    let scanner = config.scanner.clone().map_or(Scanner::Absent, Scanner::Clamd);
    Ok(Ports {
        seal,
        signature,
        scanner,
        courier: Arc::new(courier),
        data_share: Arc::new(DataShare::new(sharing)),
        wechat: Arc::new(wechat),
    })
}
