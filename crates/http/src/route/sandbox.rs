//! The legal clock, in development only.

use crate::AppState;
use crate::extract::{Anyone, Valid, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::Moment;
use actix_web::put;
use actix_web::web::{Data, Json};
use chrono::{DateTime, FixedOffset, TimeDelta};
use iso8601_duration::Duration;
use persistence::{DbError, sandbox_clock};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Where to move the clock; one of the two.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockChange {
    /// The instant it shall read.
    #[schema(value_type = Option<String>, format = DateTime, example = "2024-09-27T10:00:00+08:00")]
    now: Option<DateTime<FixedOffset>>,
    /// How far to move it on, ISO 8601.
    #[schema(example = "P5D")]
    advance: Option<String>,
}

/// The clock, and what was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SandboxClock {
    /// What the clock reads now; it goes on running.
    now: Moment,
    /// How much was due and has been done.
    #[schema(example = 1)]
    jobs_run: usize,
}

/// 拨动法定时钟并执行到期任务（仅开发环境）
#[utoipa::path(tag = "开发", request_body = ClockChange, responses((status = 200, description = "时钟", body = SandboxClock)))]
#[put("/api/v1/sandbox/clock")]
pub(crate) async fn set_sandbox_clock(
    _: Anyone<may::SetSandboxClock>,
    body: Valid<ClockChange>,
    state: Data<AppState>,
) -> Result<Json<SandboxClock>, Problem> {
    let clock = state.db.clock();
    let target = match (body.value.now, body.value.advance) {
        (Some(now), None) => now.to_utc(),
        (None, Some(text)) => clock.now() + duration(&text)?,
        (None, None) | (Some(_), Some(_)) => {
            return Err(Problem::at(ErrorCode::InvalidBody, "/now", "one_of", "应填写now或者advance其中一项"));
        }
    };
    clock.set(target);
    let offset = clock.offset_micros();
    state.db.write(move |tx| sandbox_clock::save(tx, offset)).await.map_err(|e: DbError| Problem::from(e))?;
    let worker = state.worker();
    let jobs_run = worker.run_due().await?;
    worker.relay_feed().await?;
    Ok(Json(SandboxClock { now: clock.now().into(), jobs_run }))
}

fn duration(text: &str) -> Result<TimeDelta, Problem> {
    let wrong = || Problem::at(ErrorCode::InvalidBody, "/advance", "wrong_format", "应为ISO 8601时长，如P5D、PT30M");
    let duration: Duration = text.parse().map_err(|_| wrong())?;
    duration.to_std().and_then(|d| TimeDelta::from_std(d).ok()).ok_or_else(wrong)
}
