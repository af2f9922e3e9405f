//! JSON bodies: readable first (400), then right (422), each place with its pointer.

use crate::AppState;
use crate::problem::{ErrorCode, ErrorDetail, Problem};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use domain::identity::Phone;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use persistence::seal::sha256;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

/// A checked body, with the digest of the request for idempotency.
pub(crate) struct Valid<T> {
    /// The body.
    pub(crate) value: T,
    /// Digest of method, path and body.
    pub(crate) digest: Vec<u8>,
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Valid<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let limit = request.app_data::<Data<AppState>>().map_or(0, |s| s.limits.body);
            require_json(&request)?;
            let mut body = BytesMut::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|_| Problem::new(ErrorCode::BadJson).detail("请求内容没有传完"))?;
                if body.len() + chunk.len() > limit {
                    return Err(Problem::new(ErrorCode::BodyTooLarge).detail(format!("请求内容不能超过{limit}字节")));
                }
                body.extend_from_slice(&chunk);
            }
            let digest = sha256(&[request.method().as_str().as_bytes(), request.path().as_bytes(), &body]);
            Ok(Self { value: read_json(&body)?, digest })
        })
    }
}

/// A phone as it is kept.
///
/// # Errors
/// `phone_invalid` at `/phone`.
pub(crate) fn read_phone(text: &str) -> Result<String, Problem> {
    let phone = Phone::parse(text).map_err(|e| Problem::at(ErrorCode::InvalidBody, "/phone", "phone_invalid", e.to_string()))?;
    Ok(phone.to_string())
}

fn require_json(request: &HttpRequest) -> Result<(), Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    let json = kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json");
    if json { Ok(()) } else { Err(Problem::new(ErrorCode::UnsupportedMediaType).detail("Content-Type应为application/json")) }
}

/// A checked value of a JSON body.
///
/// # Errors
/// `bad_json` for what can't be read, `invalid_body` with every place for what is wrong.
pub(crate) fn read_json<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::new(ErrorCode::BadEncoding))?;
    if text.contains('\0') || text.contains("\\u0000") {
        return Err(Problem::at(ErrorCode::InvalidBody, "", "control_character", "不能包含空字符（U+0000）"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value: T = serde_path_to_error::deserialize(&mut deserializer).map_err(|e| {
        let pointer = pointer(e.path());
        refuse(&pointer, e.inner())
    })?;
    deserializer.end().map_err(|e| refuse("", &e))?;
    value.validate().map_err(|e| Problem::new(ErrorCode::InvalidBody).errors(explain_validation(&e)))?;
    Ok(value)
}

fn refuse(at: &str, error: &serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => {
            let (pointer, code, message) = explain(at, &error.to_string());
            Problem::at(ErrorCode::InvalidBody, pointer, code, message)
        }
        Category::Syntax | Category::Eof | Category::Io => {
            Problem::new(ErrorCode::BadJson).detail(format!("第{}行第{}列不是有效的JSON，或者嵌套过深", error.line(), error.column()))
        }
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Pointer, code and Chinese text for what serde says is wrong.
pub(super) fn explain(at: &str, message: &str) -> (String, &'static str, String) {
    let named = message.split('`').nth(1).unwrap_or_default();
    let below = if at.rsplit('/').next() == Some(named) { at.to_owned() } else { format!("{at}/{named}") };
    if message.contains("unknown field") {
        (below, "unknown_field", format!("没有「{named}」这一项"))
    } else if message.contains("missing field") {
        (below, "required", format!("缺少「{named}」"))
    } else if message.contains("unknown variant") {
        (at.to_owned(), "not_in_list", format!("「{named}」不在可选范围内"))
    } else if message.contains("duplicate field") {
        (below, "duplicate_field", format!("「{named}」重复"))
    } else if message.contains("invalid type") || message.contains("invalid value") || message.contains("invalid digit") {
        (at.to_owned(), "wrong_type", "数据类型不对".to_owned())
    } else {
        (at.to_owned(), "wrong_format", "格式不正确".to_owned())
    }
}

/// Every place validator complains of.
pub(super) fn explain_validation(errors: &ValidationErrors) -> Vec<ErrorDetail> {
    let mut found = Vec::new();
    collect("", errors, &mut found);
    found.sort_by(|a, b| a.pointer.cmp(&b.pointer));
    found
}

fn collect(at: &str, errors: &ValidationErrors, found: &mut Vec<ErrorDetail>) {
    for (field, kind) in errors.errors() {
        let pointer = format!("{at}/{field}");
        match kind {
            ValidationErrorsKind::Field(list) => found.extend(list.iter().map(|e| ErrorDetail {
                pointer: pointer.clone(),
                code: e.code.to_string(),
                message: e.message.as_ref().map_or_else(|| "不符合要求".to_owned(), ToString::to_string),
            })),
            ValidationErrorsKind::Struct(inner) => collect(&pointer, inner, found),
            ValidationErrorsKind::List(items) => items.iter().for_each(|(i, inner)| collect(&format!("{pointer}/{i}"), inner, found)),
        }
    }
}
