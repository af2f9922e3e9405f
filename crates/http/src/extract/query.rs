//! Query parameters.

use super::body::{explain, explain_validation};
use crate::problem::{ErrorCode, Problem};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use std::future::{Ready, ready};
use validator::Validate;

/// Checked query parameters; unknown ones are refused.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Params<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()))
    }
}

fn read<T: DeserializeOwned + Validate>(query: &str) -> Result<Params<T>, Problem> {
    if query.contains("%00") {
        return Err(Problem::at(ErrorCode::InvalidQuery, "", "control_character", "不能包含空字符（U+0000）"));
    }
    let params = web::Query::<T>::from_query(query).map_err(|e| {
        let (pointer, code, message) = explain("", &e.to_string());
        Problem::at(ErrorCode::InvalidQuery, pointer, code, message)
    })?;
    let params = params.into_inner();
    params.validate().map_err(|e| Problem::new(ErrorCode::InvalidQuery).errors(explain_validation(&e)))?;
    Ok(Params(params))
}
