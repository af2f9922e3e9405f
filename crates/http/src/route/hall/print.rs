//! Free printing.

use crate::AppState;
use crate::extract::{Caller, IdempotencyKey, InZone, Valid, ZonePath, may};
use crate::problem::Problem;
use actix_web::post;
use actix_web::web::{Data, Json};
use persistence::tally::Tally;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;
use workflow::print::count_print as count;

/// A use of the free printer.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountPrint {
    /// Pages.
    #[validate(range(min = 1, max = 1000, message = "应为1至1000"))]
    #[schema(example = 5)]
    pages: u32,
}

/// Free printing today.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrintsToday {
    /// Uses.
    #[schema(example = 3)]
    uses: u64,
    /// Pages.
    #[schema(example = 8)]
    pages: u64,
    /// What it cost the people, fen: nothing.
    #[schema(example = 0)]
    charge_fen: u64,
}

/// 免费文印登记
#[utoipa::path(
    tag = "大厅",
    params(ZonePath, ("Idempotency-Key" = String, Header, description = "幂等键")),
    request_body = CountPrint,
    responses((status = 200, description = "今日文印", body = PrintsToday))
)]
#[post("/api/v1/zones/{zone}/print-jobs")]
pub(crate) async fn count_print(
    caller: Caller<may::CountPrint>,
    zone: InZone,
    key: IdempotencyKey,
    body: Valid<CountPrint>,
    state: Data<AppState>,
) -> Result<Json<PrintsToday>, Problem> {
    let (number, pages) = (zone.zone, body.value.pages);
    let request = caller.once(number, &key.required()?, body.digest);
    let counted = state.db.write(move |tx| count(tx, number, pages, &request)).await?;
    let of = |t: Tally| counted.get(&t).copied().unwrap_or(0);
    Ok(Json(PrintsToday { uses: of(Tally::PrintUses), pages: of(Tally::PrintPages), charge_fen: 0 }))
}
