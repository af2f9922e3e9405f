//! Sealing personal data at rest, and the keyed hashes that find it again.
//!
//! AES-256-GCM with a random 96-bit nonce; the key id stands in the header so that keys can be rotated;
//! zone, table, column and row are associated data, so that a value can't be moved elsewhere unnoticed.

use crate::engine::DbError;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const FORMAT: u8 = 1;
const HEADER: usize = 1 + 4 + 12;
/// Plain bytes per sealed chunk of a file.
pub const CHUNK: usize = 64 * 1024;

/// The keys derived from the installation's master key.
pub struct Keys {
    seal: Aes256Gcm,
    key_id: [u8; 4],
    index: [u8; 32],
    track: [u8; 32],
    refresh: [u8; 32],
    link: [u8; 32],
    software: [u8; 32],
}

/// Where a sealed value lives.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Zone, 0 for platform tables.
    pub zone: i32,
    /// Table.
    pub table: &'a str,
    /// Column.
    pub column: &'a str,
    /// Row.
    pub row: &'a str,
}

impl Place<'_> {
    fn associated_data(self) -> Vec<u8> {
        format!("{}/{}/{}/{}", self.zone, self.table, self.column, self.row).into_bytes()
    }
}

impl Keys {
    /// Bytes a sealed value is longer than the plain one.
    pub const OVERHEAD: usize = HEADER + 16;

    /// Derives every key from 32 bytes of master key.
    #[must_use]
    pub fn from_master(master: &[u8; 32]) -> Self {
        let derive = |purpose: &str| {
            let mut key = [0u8; 32];
            // A 32-byte output is always within HKDF's limit.
            let _ = Hkdf::<Sha256>::new(None, master).expand(purpose.as_bytes(), &mut key);
            key
        };
        let seal = derive("yiciban/seal/v1");
        let fingerprint = Sha256::digest(seal);
        let mut key_id = [0u8; 4];
        key_id.iter_mut().zip(fingerprint).for_each(|(to, from)| *to = from);
        Self {
            seal: Aes256Gcm::new(&seal.into()),
            key_id,
            index: derive("yiciban/index/v1"),
            track: derive("yiciban/track/v1"),
            refresh: derive("yiciban/refresh/v1"),
            link: derive("yiciban/link/v1"),
            software: derive("yiciban/software/v1"),
        }
    }

    /// Seals `plain` for its place.
    #[must_use]
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        self.seal_bytes(&place.associated_data(), plain)
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// [`DbError::Damaged`] for another key, another place or a changed byte.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, DbError> {
        self.open_bytes(&place.associated_data(), sealed)
    }

    /// Seals one chunk of a file; number and end are bound in, so chunks can't be swapped or cut off.
    #[must_use]
    pub fn seal_chunk(&self, object: &str, number: u32, last: bool, plain: &[u8]) -> Vec<u8> {
        self.seal_bytes(&chunk_place(object, number, last), plain)
    }

    /// Opens one chunk of a file.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn open_chunk(&self, object: &str, number: u32, last: bool, sealed: &[u8]) -> Result<Vec<u8>, DbError> {
        self.open_bytes(&chunk_place(object, number, last), sealed)
    }

    fn seal_bytes(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; 12] = random();
        let mut sealed = Vec::with_capacity(HEADER + plain.len() + 16);
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.key_id);
        sealed.extend_from_slice(&nonce);
        // AES-GCM refuses only messages beyond 64 GiB.
        sealed.extend(self.seal.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad }).unwrap_or_default());
        sealed
    }

    fn open_bytes(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DbError> {
        let damaged = |what: &str| DbError::Damaged(what.to_owned());
        let (header, body) = sealed.split_at_checked(HEADER).ok_or_else(|| damaged("sealed value is too short"))?;
        match header {
            [FORMAT, id @ ..] if id.starts_with(&self.key_id) => {}
            _ => return Err(damaged("sealed under another key or format")),
        }
        let nonce: [u8; 12] = header.get(5..).and_then(|n| n.try_into().ok()).ok_or_else(|| damaged("no nonce"))?;
        self.seal.decrypt(&Nonce::from(nonce), Payload { msg: body, aad }).map_err(|_| damaged("sealed value does not open"))
    }

    /// Keyed hash for equality search of a personal value of some kind.
    #[must_use]
    pub fn index(&self, kind: &str, value: &str) -> Vec<u8> {
        keyed(&self.index, &[kind.as_bytes(), value.as_bytes()]).to_vec()
    }

    /// Tracking code of an application: ten letters and digits, 50 bits; a new counter gives a new code.
    #[must_use]
    pub fn track_code(&self, application: Uuid, counter: i32) -> String {
        letters(&keyed(&self.track, &[application.as_bytes(), &counter.to_be_bytes()]), 10)
    }

    /// Verification code of an instrument: sixteen letters and digits, 80 bits.
    #[must_use]
    pub fn verify_code(&self, instrument: Uuid) -> String {
        letters(&keyed(&self.link, &[b"verify", instrument.as_bytes()]), 16)
    }

    /// The check of a signed link to something for one purpose.
    #[must_use]
    pub fn link_check(&self, purpose: &str, what: &str) -> String {
        letters(&keyed(&self.link, &[purpose.as_bytes(), what.as_bytes()]), 26)
    }

    /// A secret for a double that works in software, of one purpose and owner.
    #[must_use]
    pub fn software_secret(&self, purpose: &str, owner: &str) -> [u8; 32] {
        keyed(&self.software, &[purpose.as_bytes(), owner.as_bytes()])
    }

    /// The secret by which an outside system signs what it tells a zone: its own for each zone and system.
    #[must_use]
    pub fn callback_secret(&self, zone: i32, system: &str) -> [u8; 32] {
        self.software_secret("callback", &format!("{zone}/{system}"))
    }

    /// The refresh token that follows `token`: derived, so that a lost answer can be given again without
    /// storing any token.
    #[must_use]
    pub fn next_refresh_token(&self, token: &str) -> String {
        hex::encode(keyed(&self.refresh, &[token.as_bytes()]))
    }
}

/// HMAC-SHA256 of a message under a secret that was handed to somebody, hexadecimal.
#[must_use]
pub fn signed(secret: &[u8; 32], message: &str) -> String {
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(secret) else { return String::new() };
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The first `n` groups of five bits as letters and digits that are not mistaken for one another.
fn letters(mac: &[u8; 32], n: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bit = |i: usize| mac.get(i / 8).is_some_and(|b| b >> (i % 8) & 1 == 1);
    let group = |g: usize| (0..5).fold(0usize, |value, i| value << 1 | usize::from(bit(5 * g + i)));
    (0..n).filter_map(|g| ALPHABET.get(group(g))).map(|b| char::from(*b)).collect()
}

fn chunk_place(object: &str, number: u32, last: bool) -> Vec<u8> {
    format!("object/{object}/{number}/{}", if last { "last" } else { "more" }).into_bytes()
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of every length.
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system gives no randomness: nothing safe can be done without it.
#[must_use]
#[expect(clippy::expect_used, reason = "without randomness no key, nonce or token is safe")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// SHA-256 over the length and the bytes of each part, for tokens and request digests: not what others compute over a file.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { zone: 1, table: "t", column: "c", row: "r" };

    #[test]
    fn a_sealed_value_opens_only_in_its_place_with_its_key() {
        let keys = Keys::from_master(&[7; 32]);
        let sealed = keys.seal(PLACE, "张三".as_bytes());
        assert_eq!(keys.open(PLACE, &sealed).unwrap(), "张三".as_bytes());
        assert!(keys.open(Place { row: "other", ..PLACE }, &sealed).is_err());
        assert!(Keys::from_master(&[8; 32]).open(PLACE, &sealed).is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(keys.open(PLACE, &changed).is_err());
        assert_ne!(sealed, keys.seal(PLACE, "张三".as_bytes()), "a nonce is never used twice");
    }

    #[test]
    fn tracking_codes_repeat_until_the_counter_moves() {
        let keys = Keys::from_master(&[7; 32]);
        let id = Uuid::from_u128(5);
        assert_eq!(keys.track_code(id, 0), keys.track_code(id, 0));
        assert_ne!(keys.track_code(id, 0), keys.track_code(id, 1));
        assert_eq!(keys.track_code(id, 0).len(), 10);
    }
}
