//! Errors as RFC 9457 problems: one table from variant to code, status and title.

mod code;
mod convert;

pub use code::{ErrorCode, error_page};

use crate::request_id::current_trace_id;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;

/// One thing wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// JSON Pointer into the request body; empty for the whole.
    #[schema(example = "/parties/0/phone")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "phone_invalid")]
    pub code: String,
    /// Chinese text.
    #[schema(example = "手机号码应为11位，以13至19开头")]
    pub message: String,
}

/// Why a request was not done. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: ErrorCode,
    detail: Option<String>,
    errors: Vec<ErrorDetail>,
    /// Taken when the problem arose: it may be answered outside of the request's scope.
    trace_id: String,
}

impl Problem {
    /// A problem as the table has it.
    #[must_use]
    pub fn new(code: ErrorCode) -> Self {
        Self { code, detail: None, errors: Vec::new(), trace_id: current_trace_id() }
    }

    /// Adds what is wrong here.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the places.
    #[must_use]
    pub fn errors(mut self, errors: Vec<ErrorDetail>) -> Self {
        self.errors = errors;
        self
    }

    /// One place.
    #[must_use]
    pub fn at(code: ErrorCode, pointer: impl Into<String>, detail_code: &str, message: impl Into<String>) -> Self {
        Self::new(code).errors(vec![ErrorDetail { pointer: pointer.into(), code: detail_code.to_owned(), message: message.into() }])
    }
}

/// The body of a problem (`application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// URI of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:yiciban:problem:invalid_body")]
    kind: String,
    /// HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// Stable code.
    #[schema(example = "invalid_body")]
    code: &'static str,
    /// Chinese title of the code.
    #[schema(example = "请求内容有误")]
    title: &'static str,
    /// What is wrong here, in Chinese.
    #[schema(example = "手机号码应为11位，以13至19开头")]
    detail: String,
    /// Every place that is wrong.
    errors: Vec<ErrorDetail>,
    /// Id of the request, for questions to the operator.
    #[schema(example = "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c")]
    trace_id: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let first = self.errors.first().map(|e| e.message.clone());
        let body = ProblemBody {
            kind: format!("urn:yiciban:problem:{}", self.code.as_str()),
            status: self.code.status().as_u16(),
            code: self.code.as_str(),
            title: self.code.title(),
            detail: self.detail.clone().or(first).unwrap_or_else(|| self.code.title().to_owned()),
            errors: self.errors.clone(),
            trace_id: self.trace_id.clone(),
        };
        let mut response = HttpResponse::build(self.code.status());
        response.insert_header((header::CONTENT_TYPE, "application/problem+json")).insert_header((header::CACHE_CONTROL, "no-store"));
        if self.code.status() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if matches!(self.code.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            response.insert_header((header::RETRY_AFTER, "5"));
        }
        response.json(body)
    }
}
