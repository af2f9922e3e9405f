//! H: a bare actix handler.

use actix_web::{App, HttpResponse, HttpServer, web};
use std::path::Path;

/// Serves the bytes of `file` for every request, until killed.
pub fn serve(file: &Path, port: u16) -> anyhow::Result<()> {
    let bytes = web::Bytes::from(std::fs::read(file)?);
    let handler = move |_: web::Bytes| {
        let bytes = bytes.clone();
        async move { HttpResponse::Ok().content_type("application/json").body(bytes) }
    };
    let app = move || App::new().default_service(web::to(handler.clone()));
    Ok(actix_web::rt::System::new().block_on(HttpServer::new(app).workers(2).bind(("127.0.0.1", port))?.run())?)
}
