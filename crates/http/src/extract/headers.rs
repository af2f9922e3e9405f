//! Headers that make repeating and overwriting safe.

use crate::etag::version_of;
use crate::problem::{ErrorCode, Problem};
use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

/// The `Idempotency-Key` header, if given.
pub(crate) struct IdempotencyKey(pub(crate) Option<String>);

impl IdempotencyKey {
    /// The key, where the operation needs one.
    ///
    /// # Errors
    /// `idempotency_key_required`.
    pub(crate) fn required(self) -> Result<String, Problem> {
        self.0.ok_or_else(|| Problem::new(ErrorCode::KeyRequired))
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get("idempotency-key") else { return ready(Ok(Self(None))) };
        let key = value.to_str().ok().map(str::trim).filter(|k| (1..=128).contains(&k.len()));
        let wrong = || Problem::at(ErrorCode::InvalidQuery, "", "key_shape", "Idempotency-Key应为1至128个可见ASCII字符");
        ready(key.map(|k| Self(Some(k.to_owned()))).ok_or_else(wrong))
    }
}

/// The version `If-Match` names; required. `None` for `*`.
pub(crate) struct IfMatch(pub(crate) Option<i64>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(value) = request.headers().get(IF_MATCH) else { return ready(Err(Problem::new(ErrorCode::MatchRequired))) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return ready(Ok(Self(None)));
        }
        ready(version_of(text).map(|v| Self(Some(v))).ok_or_else(|| Problem::new(ErrorCode::StaleVersion)))
    }
}
