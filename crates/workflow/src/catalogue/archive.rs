//! A zone's catalogue as one archive: read without ever leaving it, written the same bytes for the same catalogue.

use super::delegation::write_delegated;
use super::import::{Complaint, File};
use super::reform::write_tasks;
use persistence::catalogue::{DocumentKind, export_documents};
use persistence::{DbError, Tx};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The most entries an archive may have.
const MOST_ENTRIES: usize = 50_000;
/// The most bytes one entry may unpack to.
const LARGEST_ENTRY: u64 = 4 * 1024 * 1024;
/// The most bytes an archive may unpack to.
const LARGEST_WHOLE: u64 = 512 * 1024 * 1024;

fn complaint(file: &str, code: &'static str, reason: impl Into<String>) -> Complaint {
    Complaint { file: file.to_owned(), pointer: String::new(), code, reason: reason.into() }
}

/// Whether bytes are a zip archive that stays within the limits when it is unpacked.
pub(super) fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Complaint> {
    let unreadable = || complaint("", "bad_archive", "文件不是可读取的压缩包");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if archive.len() > MOST_ENTRIES {
        return Err(complaint("", "too_large", format!("压缩包最多{MOST_ENTRIES}个文件")));
    }
    let mut whole: u64 = 0;
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(|_| unreadable())?;
        whole = entry.size().checked_add(whole).filter(|sum| *sum <= LARGEST_WHOLE).unwrap_or(u64::MAX);
        if whole == u64::MAX {
            return Err(complaint("", "too_large", "压缩包解开后过大"));
        }
    }
    Ok(archive)
}

/// The files of an archive as those of the zone `slug`; paths out of the archive, links and oversized entries are
/// refused, each by name.
///
/// # Errors
/// Every entry that can't be taken.
pub fn unpack(bytes: &[u8], slug: &str) -> Result<Vec<File>, Vec<Complaint>> {
    let mut archive = open(bytes).map_err(|c| vec![c])?;
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    let mut left = LARGEST_WHOLE;
    for i in 0..archive.len() {
        match take(&mut archive, i, slug, &mut left) {
            Ok(file) => files.extend(file),
            Err(found) => wrong.push(found),
        }
    }
    if wrong.is_empty() { Ok(files) } else { Err(wrong) }
}

fn take(archive: &mut ZipArchive<Cursor<&[u8]>>, i: usize, slug: &str, left: &mut u64) -> Result<Option<File>, Complaint> {
    let entry = archive.by_index(i).map_err(|_| complaint("", "bad_archive", "压缩包中有无法读取的文件"))?;
    let named = entry.name().map(std::borrow::Cow::into_owned);
    let name = named.map_err(|_| complaint("", "bad_archive", "压缩包中有无法读取的文件名"))?;
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if name.contains(['\\', '\0', ':']) || !name.trim_end_matches('/').split('/').all(plain) {
        return Err(complaint(&name, "path_outside", "压缩包中的路径不能指向包外"));
    }
    if entry.is_symlink() {
        return Err(complaint(&name, "link", "压缩包中不能有链接"));
    }
    if entry.is_dir() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let most = LARGEST_ENTRY.min(*left);
    entry.take(most + 1).read_to_end(&mut bytes).map_err(|_| complaint(&name, "bad_archive", "文件已损坏"))?;
    // What is announced may lie: what was unpacked counts.
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > most {
        return Err(complaint(&name, "too_large", "文件解开后过大"));
    }
    *left -= size;
    Ok(Some(File { path: format!("zones/{slug}/{name}"), bytes }))
}

/// Documents read at a time.
const PAGE: i64 = 500;

/// What of a zone an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchivePart {
    /// The profile.
    Profile,
    /// Matters.
    Matters,
    /// Bundles.
    Bundles,
    /// The registers beside them: delegated matters and reform tasks.
    Registers,
}

impl ArchivePart {
    /// A whole zone.
    pub const ALL: [Self; 4] = [Self::Profile, Self::Matters, Self::Bundles, Self::Registers];
}

/// The newest documents of a zone as an archive. The same catalogue gives the same bytes; read it in one snapshot.
///
/// # Errors
/// [`DbError`].
pub fn pack(tx: &mut Tx<'_>, zone: i32, parts: &[ArchivePart]) -> Result<Vec<u8>, DbError> {
    let mut archive = Archive(ZipWriter::new(Cursor::new(Vec::new())));
    for part in parts {
        match part {
            ArchivePart::Profile => archive.documents(tx, zone, DocumentKind::Zone, |_| "zone.json".to_owned())?,
            ArchivePart::Matters => archive.documents(tx, zone, DocumentKind::Matter, |code| format!("matters/{code}.json"))?,
            ArchivePart::Bundles => archive.documents(tx, zone, DocumentKind::Bundle, |code| format!("bundles/{code}.json"))?,
            ArchivePart::Registers => {
                archive.file("delegated-matters.csv", write_delegated(tx, zone)?)?;
                archive.file("reform-tasks.json", write_tasks(tx, zone)?)?;
            }
        }
    }
    Ok(archive.0.finish().map_err(|e| failed(&e))?.into_inner())
}

struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn documents(&mut self, tx: &mut Tx<'_>, zone: i32, kind: DocumentKind, name: impl Fn(&str) -> String) -> Result<(), DbError> {
        let mut after = String::new();
        loop {
            let page = export_documents(tx, zone, kind, &after, PAGE)?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after.clone_from(last);
            for (code, document) in &page {
                self.file(&name(code), Some(document.clone()))?;
            }
        }
    }

    /// Adds a file, if there is anything to write.
    fn file(&mut self, name: &str, text: Option<String>) -> Result<(), DbError> {
        let Some(text) = text else { return Ok(()) };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
        self.0.start_file(name, options).map_err(|e| failed(&e))?;
        self.0.write_all(text.as_bytes()).map_err(|e| failed(&e))
    }
}

fn failed(error: &impl std::fmt::Display) -> DbError {
    DbError::Damaged(format!("export: {error}"))
}
