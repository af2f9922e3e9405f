//! Sealed files: written in chunks as they arrive, never in memory as a whole, never in clear on disk.

use crate::engine::DbError;
use crate::seal::{CHUNK, Keys};
use bytes::Bytes;
use domain::local_time::Instant;
use futures_util::stream::{BoxStream, iter, try_unfold};
use futures_util::{Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::prefix::PrefixStore;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};
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

/// Bytes of one chunk on disk.
const SEALED: usize = CHUNK + Keys::OVERHEAD;

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
        Ok(Self { store: Arc::new(store), keys, part: SEALED })
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

    /// Reads the plain bytes `range` of a file of `size` plain bytes as a stream: only the chunks they lie in are fetched, and
    /// one at a time is in memory. The first is opened before this returns.
    ///
    /// # Errors
    /// [`FileError`]; a changed, missing or swapped chunk does not open, and ends the stream.
    pub async fn stream_range(
        &self,
        key: &str,
        size: u64,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Vec<u8>, FileError>> + use<>, FileError> {
        let (plain, sealed) = (CHUNK as u64, SEALED as u64);
        let chunks = size.div_ceil(plain).max(1);
        let (first, last) = (range.start / plain, (range.end.saturating_sub(1) / plain).min(chunks - 1));
        let end = ((last + 1) * sealed).min(size + chunks * Keys::OVERHEAD as u64);
        let options = GetOptions { range: Some(GetRange::Bounded(first * sealed..end)), ..GetOptions::default() };
        let mut outgoing = Outgoing {
            sealed: self.store.get_opts(&ObjectPath::from(key), options).await?.into_stream(),
            held: Vec::with_capacity(SEALED),
            key: key.to_owned(),
            keys: self.keys.clone(),
            next_chunk: first,
            chunks,
            skip: usize::try_from(range.start - first * plain).unwrap_or(0),
            left: usize::try_from(range.end - range.start).unwrap_or(0),
        };
        let begin = outgoing.next().await?;
        let rest = try_unfold(outgoing, async |mut outgoing| Ok(outgoing.next().await?.map(|bytes| (bytes, outgoing))));
        Ok(iter(begin.map(Ok)).chain(rest))
    }

    /// Reads a whole file back, chunk by chunk.
    ///
    /// # Errors
    /// [`FileError`]; a changed, missing or swapped chunk does not open.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, FileError> {
        let sealed = self.store.get(&ObjectPath::from(key)).await?.bytes().await?;
        let mut plain = Vec::with_capacity(sealed.len());
        let chunks: Vec<&[u8]> = sealed.chunks(SEALED).collect();
        for (number, chunk) in (0u32..).zip(&chunks) {
            let last = number as usize + 1 == chunks.len();
            plain.extend(self.keys.open_chunk(key, number, last, chunk)?);
        }
        Ok(plain)
    }
}

/// A file on its way out.
struct Outgoing {
    sealed: BoxStream<'static, object_store::Result<Bytes>>,
    held: Vec<u8>,
    key: String,
    keys: Arc<Keys>,
    next_chunk: u64,
    chunks: u64,
    skip: usize,
    left: usize,
}

impl Outgoing {
    /// The next plain bytes that were asked for.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        if self.left == 0 {
            return Ok(None);
        }
        while self.held.len() < SEALED {
            let Some(piece) = self.sealed.try_next().await? else { break };
            self.held.extend_from_slice(&piece);
        }
        let later = self.held.split_off(self.held.len().min(SEALED));
        let chunk = std::mem::replace(&mut self.held, later);
        let number = u32::try_from(self.next_chunk).unwrap_or(u32::MAX);
        let plain = self.keys.open_chunk(&self.key, number, self.next_chunk + 1 == self.chunks, &chunk)?;
        let wanted: Vec<u8> = plain.into_iter().skip(std::mem::take(&mut self.skip)).take(self.left).collect();
        self.next_chunk += 1;
        self.left -= wanted.len();
        Ok(Some(wanted))
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
