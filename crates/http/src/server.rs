//! Serving: middlewares around the route list, graceful to the end.

use crate::problem::{ErrorCode, Problem};
use crate::request_id::RequestId;
use crate::{AppState, metrics, openapi, request_id, route};
use actix_web::body::MessageBody;
use actix_web::dev::{ResourceDef, ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::web::Data;
use actix_web::{App, Error, HttpMessage, HttpRequest, HttpResponse, HttpServer, ResponseError, web};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tracing::Span;
use tracing_actix_web::{RootSpanBuilder, TracingLogger};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// A server that is running.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// To stop it.
    pub handle: ServerHandle,
    /// Ends when the server has.
    pub finished: tokio::task::JoinHandle<io::Result<()>>,
}

/// Starts serving on `listener`; requests under way are finished when it is stopped.
///
/// # Errors
/// When the listener can't be used.
pub fn serve(state: AppState, listener: TcpListener, workers: usize) -> io::Result<Running> {
    let address = listener.local_addr()?;
    let sandbox = state.sandbox;
    let document = Arc::new(openapi(sandbox));
    let known = Arc::new(known_paths(&document));
    let data = Data::new(state);
    let server = HttpServer::new(move || {
        let document = document.clone();
        let known = known.clone();
        let swagger = SwaggerUi::new("/docs/{_:.*}").config(Config::new(["/openapi.json"]));
        App::new()
            .into_utoipa_app()
            .openapi(OpenApi::default())
            .configure(route::configure(sandbox))
            .into_app()
            .app_data(data.clone())
            .route("/openapi.json", web::get().to(move || serve_document(document.clone())))
            .route("/docs", web::get().to(|| async { HttpResponse::Found().insert_header(("Location", "/docs/")).finish() }))
            .service(swagger)
            .default_service(web::to(move |request: HttpRequest| refuse(request, known.clone())))
            .wrap(from_fn(in_time))
            .wrap(from_fn(head_as_get))
            .wrap(from_fn(metrics::measure))
            .wrap(TracingLogger::<RequestSpan>::new())
            .wrap(from_fn(request_id::assign))
            .wrap(DefaultHeaders::new().add(("X-Content-Type-Options", "nosniff")).add(("Cache-Control", "no-store")))
    });
    let server = server
        .workers(workers)
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(20)
        .disable_signals()
        .listen(listener)?
        .run();
    let handle = server.handle();
    Ok(Running { address, handle, finished: tokio::spawn(server) })
}

async fn serve_document(document: Arc<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.as_ref())
}

/// The paths that exist, each with its methods.
fn known_paths(document: &OpenApi) -> Vec<(ResourceDef, String)> {
    let methods = |item: &utoipa::openapi::PathItem| {
        let all = [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)];
        all.into_iter().filter(|(_, o)| o.is_some()).map(|(m, _)| m).collect::<Vec<_>>().join(", ")
    };
    document.paths.paths.iter().map(|(path, item)| (ResourceDef::new(path.as_str()), methods(item))).collect()
}

/// 405 with the methods there are, for a path that exists; else 404.
async fn refuse(request: HttpRequest, known: Arc<Vec<(ResourceDef, String)>>) -> HttpResponse {
    let path = request.path();
    let Some((_, methods)) = known.iter().find(|(pattern, _)| pattern.is_match(path)) else {
        return Problem::new(ErrorCode::NotFound).error_response();
    };
    let mut response = Problem::new(ErrorCode::MethodNotAllowed).error_response();
    if let Ok(allow) = HeaderValue::from_str(methods) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// Answers HEAD like GET; the connection leaves the body out.
async fn head_as_get(mut request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// How many times longer an upload may take than another request.
const UPLOAD_PATIENCE: u64 = 20;

/// Ends a request that takes too long.
async fn in_time(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let kind = request.headers().get(CONTENT_TYPE).map(actix_web::http::header::HeaderValue::as_bytes).unwrap_or_default();
    let files: [&[u8]; 3] = [b"multipart/", b"application/zip", b"application/vnd.openxmlformats"];
    let upload = files.iter().any(|file| kind.starts_with(file));
    let patience = if upload { UPLOAD_PATIENCE } else { 1 };
    let seconds = request.app_data::<Data<AppState>>().map_or(30, |s| s.limits.request_seconds) * patience;
    match tokio::time::timeout(Duration::from_secs(seconds), next.call(request)).await {
        Ok(response) => response,
        Err(_) => Err(Problem::new(ErrorCode::RequestTimeout).into()),
    }
}

/// A span per request: operation, never the address; id, status; nothing personal.
struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(|r| r.0.clone()).unwrap_or_default();
        tracing::info_span!("request", method = %request.method(), request_id = id, operation = tracing::field::Empty, status = tracing::field::Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => {
                span.record("operation", response.request().match_name().unwrap_or("unmatched"));
                response.status().as_u16()
            }
            Err(error) => error.as_response_error().status_code().as_u16(),
        };
        span.record("status", status);
        span.in_scope(|| tracing::info!("served"));
    }
}
