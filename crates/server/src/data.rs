//! The catalogue files: embedded in the binary, or from a folder.

use anyhow::Context;
use include_dir::{Dir, include_dir};
use std::path::Path;
use workflow::catalogue::File;

static DATA: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../data");

/// The files the binary carries.
#[must_use]
pub fn embedded_files() -> Vec<File> {
    let mut files = Vec::new();
    collect(&DATA, &mut files);
    files
}

fn collect(folder: &Dir<'_>, files: &mut Vec<File>) {
    files.extend(folder.files().map(|f| File { path: f.path().display().to_string(), bytes: f.contents().to_vec() }));
    folder.dirs().for_each(|d| collect(d, files));
}

/// The files below a folder; links are not followed.
///
/// # Errors
/// When a folder or file can't be read.
pub fn files_below(folder: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    walk(folder, folder, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<File>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            walk(root, &path, files)?;
        } else if kind.is_file() {
            let inside = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push(File { path: inside, bytes: std::fs::read(&path).with_context(|| format!("reading {}", path.display()))? });
        }
    }
    Ok(())
}
