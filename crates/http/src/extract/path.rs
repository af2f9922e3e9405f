//! The last variable of the path.

use crate::problem::{ErrorCode, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};
use std::str::FromStr;

/// The path's variable besides the zone (`{id}`, `{code}` or `{number}`); 404 for one that can't be any.
pub(crate) struct Segment<T>(pub(crate) T);

impl<T: FromStr + 'static> FromRequest for Segment<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.match_info().iter().find(|(name, _)| *name != "zone").map(|(_, value)| value);
        // No code or number holds a control character, and a database may refuse one.
        let value = value.filter(|v| !v.contains(char::is_control));
        let read = value.and_then(|v| v.parse().ok());
        ready(read.map(Self).ok_or_else(|| Problem::new(ErrorCode::NotFound)))
    }
}

/// Two variables of the path besides the zone; 404 for what can't be any.
pub(crate) struct Segments<A, B>(pub(crate) A, pub(crate) B);

impl<A: FromStr + 'static, B: FromStr + 'static> FromRequest for Segments<A, B> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.match_info().iter().filter(|(name, _)| *name != "zone").map(|(_, value)| value);
        let mut values = values.by_ref().filter(|v| !v.contains(char::is_control));
        let mut read = || Some(Self(values.next()?.parse().ok()?, values.next()?.parse().ok()?));
        ready(read().ok_or_else(|| Problem::new(ErrorCode::NotFound)))
    }
}
