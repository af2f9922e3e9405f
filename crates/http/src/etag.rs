//! Entity tags: `"version-hash"` for versioned things, `"hash"` for others. The hash covers the whole
//! representation, the version is what If-Match compares.

use crate::AppState;
use crate::problem::Problem;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use moka::sync::Cache;
use persistence::seal::sha256;
use serde::Serialize;
use workflow::ZoneSnapshot;

/// How long an answer may be kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Caching {
    /// Anyone, but ask again each time.
    Public,
    /// Only the caller.
    Private,
}

/// A JSON answer to a GET, or 304 when the caller has it already.
pub(crate) fn tagged<T: Serialize>(request: &HttpRequest, body: &T, version: Option<i64>, caching: Caching) -> HttpResponse {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    respond(request, tag(&bytes, version), Bytes::from(bytes), caching)
}

/// Other bytes to a GET, or 304 when the caller has them already.
pub(crate) fn tagged_bytes(request: &HttpRequest, bytes: Bytes, content_type: &'static str, caching: Caching) -> HttpResponse {
    let mut response = respond(request, tag(&bytes, None), bytes, caching);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Public answers computed from the snapshot, each with its entity tag.
pub type Remembered = Cache<String, (String, Bytes)>;

/// The same, computed once a minute for an address and a generation of the catalogue: what is public and from
/// memory depends on nothing else (the minute because guides tell dates).
///
/// # Errors
/// What `make` answers; a refusal is not remembered.
pub(crate) fn remembered<T: Serialize>(
    request: &HttpRequest,
    state: &AppState,
    zone: &ZoneSnapshot,
    make: impl FnOnce() -> Result<T, Problem>,
) -> Result<HttpResponse, Problem> {
    let key = remembered_key(request, state, zone);
    let (etag, bytes) = match state.remembered.get(&key) {
        Some(known) => known,
        None => remember(state, key, serde_json::to_vec(&make()?).unwrap_or_default()),
    };
    Ok(respond(request, etag, bytes, Caching::Public))
}

/// Under which a public answer is kept: generation, minute, address.
pub(crate) fn remembered_key(request: &HttpRequest, state: &AppState, zone: &ZoneSnapshot) -> String {
    let address = request.uri().path_and_query().map_or("", |a| a.as_str());
    let minute = state.db.clock().now().timestamp().div_euclid(60);
    format!("{}/{minute}{address}", zone.catalogue.generation)
}

/// Keeps a public answer with its tag.
pub(crate) fn remember(state: &AppState, key: String, bytes: Vec<u8>) -> (String, Bytes) {
    let bytes = Bytes::from(bytes);
    let new = (tag(&bytes, None), bytes);
    state.remembered.insert(key, new.clone());
    new
}

/// A kept answer, or 304 when the caller has it already.
pub(crate) fn known_bytes(request: &HttpRequest, etag: String, bytes: Bytes, content_type: &'static str) -> HttpResponse {
    let mut response = respond(request, etag, bytes, Caching::Public);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn respond(request: &HttpRequest, etag: String, bytes: Bytes, caching: Caching) -> HttpResponse {
    let known = matches(request.headers(), &etag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, etag)).insert_header((CACHE_CONTROL, caching.header()));
    if known { response.finish() } else { response.content_type("application/json").body(bytes) }
}

/// A JSON answer to a command, with the tag the next change needs.
pub(crate) fn changed<T: Serialize>(status: StatusCode, body: &T, version: i64, replayed: bool) -> HttpResponse {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    response.insert_header((ETAG, tag(&bytes, Some(version)))).insert_header((CACHE_CONTROL, Caching::Private.header()));
    if replayed {
        response.insert_header(("Idempotent-Replayed", "true"));
    }
    response.content_type("application/json").body(bytes)
}

impl Caching {
    const fn header(self) -> &'static str {
        match self {
            Self::Public => "no-cache",
            Self::Private => "private, no-cache",
        }
    }
}

fn tag(bytes: &[u8], version: Option<i64>) -> String {
    let mut hash = hex::encode(sha256(&[bytes]));
    hash.truncate(16);
    version.map_or_else(|| format!("\"{hash}\""), |v| format!("\"{v}-{hash}\""))
}

fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let weak = |t: &str| t.trim().trim_start_matches("W/").to_owned();
    headers.get_all(IF_NONE_MATCH).filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')).any(|t| weak(t) == etag || t.trim() == "*")
}

/// The version an entity tag names.
pub(crate) fn version_of(etag: &str) -> Option<i64> {
    etag.trim().trim_start_matches("W/").trim_matches('"').split('-').next()?.parse().ok()
}
