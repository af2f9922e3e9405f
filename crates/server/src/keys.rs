//! The master key: a file outside the database, readable by its owner alone.

use anyhow::{Context, bail};
use persistence::seal::random;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Reads the master key, or makes one where that is allowed.
///
/// # Errors
/// A missing key that may not be made, or a file that is no key.
pub fn master_key(var_dir: &Path, may_create: bool) -> anyhow::Result<[u8; 32]> {
    let folder = var_dir.join("keys");
    let path = folder.join("master.key");
    if !path.exists() {
        if !may_create {
            bail!("no master key at {}; `yiciban migrate` makes one, back it up apart from the database", path.display());
        }
        std::fs::create_dir_all(&folder)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(hex::encode(random::<32>()).as_bytes())?;
        file.sync_all()?;
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let bytes = hex::decode(text.trim()).with_context(|| format!("{} is no key", path.display()))?;
    bytes.try_into().map_err(|_| anyhow::anyhow!("{} is no key of 32 bytes", path.display()))
}
