//! Configuration: defaults, `yiciban.toml`, `YICIBAN_*`; typed, checked at start.

use anyhow::{Context, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use persistence::Durability;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What the server is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Trying it out: demo accounts, a movable clock, loopback only.
    Development,
    /// Serving a zone.
    Production,
}

/// How an outside system is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortMode {
    /// Its double.
    Sandbox,
    /// Itself.
    Live,
}

/// The configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port.
    pub listen: SocketAddr,
    /// Where the database file, keys and files lie.
    pub var_dir: PathBuf,
    /// `postgres://…`; absent = SQLite in the var dir.
    pub database_url: Option<String>,
    /// What it is run for.
    pub profile: Profile,
    /// Catalogue to import instead of the embedded one.
    pub data_dir: Option<PathBuf>,
    /// Database connections.
    pub connections: u32,
    /// HTTP worker threads.
    pub workers: usize,
    /// SQLite only: whether commits survive power failure.
    pub durability: Durability,
    /// Largest file, MiB.
    pub max_file_mib: u64,
    /// Largest catalogue archive or workbook to import, MiB.
    pub max_import_mib: u64,
    /// Longest a request may take, seconds.
    pub request_seconds: u64,
    /// Address under which people reach the API, for codes on paper; absent = the one listened on.
    pub public_url: Option<String>,
    /// WeChat login: `sandbox` (development only), `live`, or absent.
    pub wechat: Option<PortMode>,
    /// Address of the WeChat service.
    pub wechat_base: String,
    /// The mini-program.
    pub wechat_appid: Option<String>,
    /// Its secret.
    pub wechat_secret: Option<String>,
    /// Bucket of an S3-compatible store for files; absent = a folder in the var dir.
    pub s3_bucket: Option<String>,
    /// Under which all keys lie there; two installations that share a bucket need different ones.
    pub s3_prefix: Option<String>,
    /// Its address; absent = the provider's own.
    pub s3_endpoint: Option<String>,
    /// Its region.
    pub s3_region: String,
    /// Access key.
    pub s3_access_key: Option<String>,
    /// Its secret.
    pub s3_secret_key: Option<String>,
    /// Address and port of clamd, past which files are streamed; absent = nothing is scanned.
    pub scanner: Option<String>,
    /// Lets the development profile listen beyond loopback.
    pub expose_development: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            var_dir: PathBuf::from("var"),
            database_url: None,
            profile: Profile::Development,
            data_dir: None,
            connections: 8,
            workers: 2,
            durability: Durability::Full,
            max_file_mib: 20,
            max_import_mib: 64,
            request_seconds: 30,
            public_url: None,
            wechat: None,
            wechat_base: "https://api.weixin.qq.com".to_owned(),
            wechat_appid: None,
            wechat_secret: None,
            s3_bucket: None,
            s3_prefix: None,
            s3_endpoint: None,
            s3_region: "us-east-1".to_owned(),
            s3_access_key: None,
            s3_secret_key: None,
            scanner: None,
            expose_development: false,
        }
    }
}

/// File systems over a network, on which SQLite's locks are not to be trusted.
const NETWORK_DISKS: [&str; 7] = ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph"];

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// An unknown name, a wrong type, or values that do not go together.
    pub fn read() -> anyhow::Result<Self> {
        let figment = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file("yiciban.toml"))
            .merge(Env::prefixed("YICIBAN_").ignore(&["test_postgres_url", "bench"]));
        let config: Self = figment.extract().context("configuration can't be read")?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.connections == 0 || self.workers == 0 || self.max_file_mib == 0 || self.max_import_mib == 0 {
            bail!("connections, workers, max_file_mib and max_import_mib must be at least 1");
        }
        if self.s3_bucket.is_some() && (self.s3_access_key.is_none() || self.s3_secret_key.is_none()) {
            bail!("YICIBAN_S3_BUCKET needs YICIBAN_S3_ACCESS_KEY and YICIBAN_S3_SECRET_KEY");
        }
        let named = self.wechat_appid.is_some() && self.wechat_secret.is_some();
        match (self.profile, self.wechat) {
            (Profile::Production, Some(PortMode::Sandbox)) => bail!("the production profile takes no sandbox port (YICIBAN_WECHAT)"),
            (_, Some(PortMode::Live)) if !named => bail!("YICIBAN_WECHAT=live needs YICIBAN_WECHAT_APPID and YICIBAN_WECHAT_SECRET"),
            _ => {}
        }
        match self.profile {
            Profile::Development if !self.listen.ip().is_loopback() && !self.expose_development => {
                bail!("the development profile listens on loopback only (YICIBAN_EXPOSE_DEVELOPMENT=true overrides)")
            }
            Profile::Production if self.database_url.is_none() && on_network_disk(&self.var_dir) => {
                bail!("SQLite must not lie on a network disk: {}", self.var_dir.display())
            }
            Profile::Development | Profile::Production => Ok(()),
        }
    }

    /// The database's address: the one set, or the SQLite file.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| self.var_dir.join("yiciban.sqlite").display().to_string())
    }

    /// The configuration without secrets, to be printed.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let hidden = |url: &String| match url.rsplit_once('@') {
            Some((_, rest)) => format!("postgres://***@{rest}"),
            None => url.clone(),
        };
        let wechat_secret = self.wechat_secret.as_ref().map(|_| "***".to_owned());
        let s3_secret_key = self.s3_secret_key.as_ref().map(|_| "***".to_owned());
        Self { database_url: self.database_url.as_ref().map(hidden), wechat_secret, s3_secret_key, ..self.clone() }
    }
}

fn on_network_disk(folder: &Path) -> bool {
    let path = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mount = |line: &str| {
        let mut parts = line.split(' ').skip(1);
        Some((PathBuf::from(parts.next()?), parts.next()?.to_owned()))
    };
    let nearest = mounts.lines().filter_map(mount).filter(|(at, _)| path.starts_with(at)).max_by_key(|(at, _)| at.as_os_str().len());
    nearest.is_some_and(|(_, kind)| NETWORK_DISKS.contains(&kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_printed() {
        let config = Config { database_url: Some("postgres://zone:secret@db/yiciban".into()), ..Config::default() };
        assert_eq!(config.without_secrets().database_url.as_deref(), Some("postgres://***@db/yiciban"));
    }

    #[test]
    fn development_stays_on_loopback() {
        let open = Config { listen: "0.0.0.0:80".parse().unwrap(), ..Config::default() };
        assert!(open.check().is_err());
        assert!(Config { expose_development: true, ..open.clone() }.check().is_ok());
        assert!(Config { profile: Profile::Production, ..open }.check().is_ok());
    }

    #[test]
    fn production_takes_no_sandbox_and_a_live_port_its_credentials() {
        let production = Config { profile: Profile::Production, wechat: Some(PortMode::Sandbox), ..Config::default() };
        assert!(production.check().is_err());
        let live = Config { wechat: Some(PortMode::Live), ..production };
        assert!(live.check().is_err());
        let named = Config { wechat_appid: Some("wx1".into()), wechat_secret: Some("s".into()), ..live };
        assert!(named.check().is_ok());
        assert_eq!(named.without_secrets().wechat_secret.as_deref(), Some("***"));
    }
}
