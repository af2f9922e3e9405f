//! The id of a request: the caller's if it is a plain one, else a new one; in logs, problems and answers.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

/// Header that carries the id, both ways.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id kept with a request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The id of the request being served; empty outside of one.
pub(crate) fn current_trace_id() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives every request its id.
pub(crate) async fn assign(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(HEADER).and_then(|v| v.to_str().ok()).filter(|id| is_plain(id));
    let id = given.map_or_else(|| persistence::ids::new_id().to_string(), str::to_owned);
    request.extensions_mut().insert(RequestId(id.clone()));
    let header = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static(""));
    let mut response = CURRENT.scope(id, next.call(request)).await?;
    response.headers_mut().insert(HEADER, header);
    Ok(response)
}

fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}
