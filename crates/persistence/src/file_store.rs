//! Sealed files: written in chunks as they arrive, never in memory as a whole, never in clear on disk.

use crate::engine::DbError;
use crate::seal::{CHUNK, Keys};
use domain::local_time::Instant;
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// Where sealed files lie.
#[derive(Clone)]
pub struct FileStore {
    store: Arc<dyn ObjectStore>,
    keys: Arc<Keys>,
    /// Bytes of one part of an upload.
    part: usize,
}

/// An S3-compatible store.
#[derive(Debug, Clone)]
pub struct S3 {
    /// Bucket.
    pub bucket: String,
    /// Under which all keys lie; two installations that share a bucket need different ones.
    pub prefix: Option<String>,
    /// Address; absent = the provider's own.
    pub endpoint: Option<String>,
    /// Region.
    pub region: String,
    /// Access key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

/// The smallest part S3 takes, the last one excepted.
const S3_PART: usize = 5 * 1024 * 1024;

/// Why a file could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] object_store::Error),
    /// A stored file can't be read back.
    #[error(transparent)]
    Damaged(#[from] DbError),
}

/// A file on its way in.
pub struct Incoming {
    key: String,
    keys: Arc<Keys>,
    upload: WriteMultipart,
    pending: Vec<u8>,
    next_chunk: u32,
}

impl FileStore {
    /// Files under a folder of this machine, flushed to disk before they count as stored.
    ///
    /// # Errors
    /// [`FileError::Store`] when the folder can't be used.
    pub fn local(folder: &Path, keys: Arc<Keys>) -> Result<Self, FileError> {
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), keys, part: CHUNK + Keys::OVERHEAD })
    }

    /// Files in an S3-compatible store; what it acknowledges is durable.
    ///
    /// # Errors
    /// [`FileError::Store`] for settings that can't be used.
    pub fn s3(settings: S3, keys: Arc<Keys>) -> Result<Self, FileError> {
        let plain = settings.endpoint.as_deref().is_some_and(|e| e.starts_with("http://"));
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(settings.bucket)
            .with_region(settings.region)
            .with_access_key_id(settings.access_key)
            .with_secret_access_key(settings.secret_key)
            .with_allow_http(plain);
        if let Some(endpoint) = settings.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store: Arc<dyn ObjectStore> = match settings.prefix {
            Some(prefix) => Arc::new(PrefixStore::new(builder.build()?, prefix)),
            None => Arc::new(builder.build()?),
        };
        Ok(Self { store, keys, part: S3_PART })
    }

    /// Keys of the files under a prefix that were stored before `before`.
    ///
    /// # Errors
    /// [`FileError::Store`].
    pub async fn list(&self, prefix: &str, before: Instant) -> Result<Vec<String>, FileError> {
        let found = self.store.list(Some(&ObjectPath::from(prefix)));
        let old = found.try_filter(|meta| std::future::ready(meta.last_modified < before));
        Ok(old.map_ok(|meta| meta.location.to_string()).try_collect().await?)
    }

    /// Begins a file under `key`.
    ///
    /// # Errors
    /// [`FileError::Store`].
    pub async fn begin(&self, key: &str) -> Result<Incoming, FileError> {
        let upload = self.store.put_multipart(&ObjectPath::from(key)).await?;
        Ok(Incoming {
            key: key.to_owned(),
            keys: self.keys.clone(),
            upload: WriteMultipart::new_with_chunk_size(upload, self.part),
            pending: Vec::with_capacity(CHUNK),
            next_chunk: 0,
        })
    }

    /// Removes a file that no row names; one that is gone already is removed.
    ///
    /// # Errors
    /// [`FileError::Store`].
    pub async fn remove(&self, key: &str) -> Result<(), FileError> {
        match self.store.delete(&ObjectPath::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads the plain bytes `range` of a file of `size` plain bytes; only the chunks they lie in are fetched.
    ///
    /// # Errors
    /// [`FileError`]; a changed, missing or swapped chunk does not open.
    pub async fn read_range(&self, key: &str, size: u64, range: Range<u64>) -> Result<Vec<u8>, FileError> {
        let (plain_chunk, sealed_chunk) = (CHUNK as u64, (CHUNK + Keys::OVERHEAD) as u64);
        let chunks = size.div_ceil(plain_chunk).max(1);
        let (first, last) = (range.start / plain_chunk, (range.end.saturating_sub(1) / plain_chunk).min(chunks - 1));
        let sealed_size = size + chunks * Keys::OVERHEAD as u64;
        let sealed =
            self.store.get_range(&ObjectPath::from(key), first * sealed_chunk..((last + 1) * sealed_chunk).min(sealed_size)).await?;
        let mut plain = Vec::with_capacity(sealed.len());
        for (number, chunk) in (first..).zip(sealed.chunks(CHUNK + Keys::OVERHEAD)) {
            let number_32 = u32::try_from(number).unwrap_or(u32::MAX);
            plain.extend(self.keys.open_chunk(key, number_32, number + 1 == chunks, chunk)?);
        }
        let skip = usize::try_from(range.start - first * plain_chunk).unwrap_or(0);
        let wanted = usize::try_from(range.end - range.start).unwrap_or(0);
        Ok(plain.into_iter().skip(skip).take(wanted).collect())
    }

    /// Reads a whole file back, chunk by chunk.
    ///
    /// # Errors
    /// [`FileError`]; a changed, missing or swapped chunk does not open.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, FileError> {
        let sealed = self.store.get(&ObjectPath::from(key)).await?.bytes().await?;
        let mut plain = Vec::with_capacity(sealed.len());
        let chunks: Vec<&[u8]> = sealed.chunks(CHUNK + Keys::OVERHEAD).collect();
        for (number, chunk) in (0u32..).zip(&chunks) {
            let last = number as usize + 1 == chunks.len();
            plain.extend(self.keys.open_chunk(key, number, last, chunk)?);
        }
        Ok(plain)
    }
}

impl Incoming {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`FileError::Store`].
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), FileError> {
        while !bytes.is_empty() {
            if self.pending.len() == CHUNK {
                self.flush(false);
                self.upload.wait_for_capacity(4).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.pending.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Ends the file; it is on disk when this returns.
    ///
    /// # Errors
    /// [`FileError::Store`].
    pub async fn finish(mut self) -> Result<(), FileError> {
        self.flush(true);
        self.upload.finish().await?;
        Ok(())
    }

    /// Forgets the file.
    ///
    /// # Errors
    /// [`FileError::Store`].
    pub async fn abort(self) -> Result<(), FileError> {
        Ok(self.upload.abort().await?)
    }

    fn flush(&mut self, last: bool) {
        let sealed = self.keys.seal_chunk(&self.key, self.next_chunk, last, &self.pending);
        self.upload.write(&sealed);
        self.pending.clear();
        self.next_chunk += 1;
    }
}
