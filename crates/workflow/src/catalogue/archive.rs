//! A zone's catalogue as one archive: read without ever leaving it, written the same bytes for the same catalogue.

use super::import::{Complaint, File};
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

/// The newest documents of a zone as an archive; `kinds` says which. The same catalogue gives the same bytes.
///
/// # Errors
/// [`DbError`].
pub fn pack(tx: &mut Tx<'_>, zone: i32, kinds: &[DocumentKind]) -> Result<Vec<u8>, DbError> {
    let failed = |e: zip::result::ZipError| DbError::Damaged(format!("export: {e}"));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default());
    for kind in kinds {
        let mut after = String::new();
        loop {
            let page = export_documents(tx, zone, *kind, &after, PAGE)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (code, document) in &page {
                let name = match kind {
                    DocumentKind::Zone => "zone.json".to_owned(),
                    DocumentKind::Matter => format!("matters/{code}.json"),
                    DocumentKind::Bundle => format!("bundles/{code}.json"),
                    DocumentKind::Base => continue,
                };
                writer.start_file(name, options).map_err(failed)?;
                writer.write_all(document.as_bytes()).map_err(|e| DbError::Damaged(format!("export: {e}")))?;
            }
        }
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}
