//! Measurements for Prometheus: a histogram per operation.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::time::Instant;

/// The recorder of this server; each server has its own, so that several can run in one process.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

impl Default for Metrics {
    fn default() -> Self {
        let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let builder = PrometheusBuilder::new();
        let recorder = builder.set_buckets(&buckets).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        Self { handle: recorder.handle(), recorder }
    }
}

impl Metrics {
    /// Everything measured, in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    fn record(&self, method: String, path: String, status: u16, seconds: f64) {
        metrics::with_local_recorder(&self.recorder, || {
            let labels = [("method", method), ("path", path), ("status", status.to_string())];
            metrics::histogram!("http_request_seconds", &labels).record(seconds);
        });
    }
}

/// Measures every request by its route, never by its full address.
pub(crate) async fn measure(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let state = request.app_data::<actix_web::web::Data<crate::AppState>>().cloned();
    let method = request.method().to_string();
    let response = next.call(request).await?;
    if let Some(state) = state {
        let path = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
        state.metrics.record(method, path, response.status().as_u16(), started.elapsed().as_secs_f64());
    }
    Ok(response)
}
