//! Measurements for Prometheus: a histogram per operation.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use metrics::Histogram;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

/// The recorder of this server; each server has its own, so that several can run in one process.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// The histogram of each operation and status, looked up without building labels.
    known: RwLock<HashMap<String, HashMap<u16, Histogram>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
        let builder = PrometheusBuilder::new();
        let recorder = builder.set_buckets(&buckets).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        Self { handle: recorder.handle(), recorder, known: RwLock::default() }
    }
}

impl Metrics {
    /// Everything measured, in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    fn record(&self, operation: &str, status: u16, seconds: f64) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(histogram) = known.get(operation).and_then(|by_status| by_status.get(&status)) {
            return histogram.record(seconds);
        }
        drop(known);
        let labels = [("operation", operation.to_owned()), ("status", status.to_string())];
        let histogram = metrics::with_local_recorder(&self.recorder, || metrics::histogram!("http_request_seconds", &labels));
        histogram.record(seconds);
        self.known.write().unwrap_or_else(PoisonError::into_inner).entry(operation.to_owned()).or_default().insert(status, histogram);
    }
}

/// Measures every request by its operation, never by its address.
pub(crate) async fn measure(request: ServiceRequest, next: Next<impl MessageBody>) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let state = request.app_data::<actix_web::web::Data<crate::AppState>>().cloned();
    let response = next.call(request).await?;
    if let Some(state) = state {
        let operation = response.request().match_name().unwrap_or("unmatched");
        state.metrics.record(operation, response.status().as_u16(), started.elapsed().as_secs_f64());
    }
    Ok(response)
}
