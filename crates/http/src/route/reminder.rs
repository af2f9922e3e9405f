//! What an applicant still owes, and until when.

use crate::AppState;
use crate::extract::{Caller, InZone, ZonePath, may};
use crate::problem::Problem;
use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use domain::flow::ReminderKind;
use domain::local_time::date_of;
use persistence::DbError;
use persistence::application::list_to_supplement;
use persistence::obligation::list_of_account;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something owed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reminder)]
pub(crate) struct ReminderView {
    /// Its application.
    application: Uuid,
    /// Its case.
    case: Uuid,
    /// What it is about.
    kind: ReminderKind,
    /// In Chinese.
    #[schema(example = "补正材料")]
    kind_name: &'static str,
    /// Code of the material, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "fund-commitment")]
    subject: Option<String>,
    /// Last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<NaiveDate>,
    /// Working days left, the last one counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 3)]
    working_days_left: Option<u32>,
}

/// What the caller owes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reminders {
    /// Soonest first, at most 100 of each kind.
    items: Vec<ReminderView>,
}

/// 我的待办：待补正、待补交的材料及其期限
#[utoipa::path(tag = "申报", params(ZonePath), responses((status = 200, description = "待办", body = Reminders)))]
#[get("/api/v1/zones/{zone}/reminders")]
pub(crate) async fn list_reminders(
    caller: Caller<may::ListReminders>,
    zone: InZone,
    state: Data<AppState>,
) -> Result<Json<Reminders>, Problem> {
    let (number, account) = (zone.zone, caller.account);
    let read = state.db.read(move |tx| {
        let supplements = list_to_supplement(tx, number, account, MOST)?;
        Ok::<_, DbError>((supplements, list_of_account(tx, number, account, MOST)?))
    });
    let (supplements, owed) = read.await?;
    let today = date_of(state.db.clock().now());
    let left = |on: NaiveDate| zone.calendar.working_days_between(today, on);
    let view = |application, case, kind: ReminderKind, subject, due_on: Option<NaiveDate>| ReminderView {
        application,
        case,
        kind,
        kind_name: kind.label(),
        subject,
        due_on,
        working_days_left: due_on.map(left),
    };
    let supplements = supplements
        .into_iter()
        .map(|(application, case)| view(application, case.id, ReminderKind::Supplement, None, case.deadline.map(|d| d.due.on)));
    let owed = owed
        .into_iter()
        .map(|(application, o)| view(application, o.case, ReminderKind::of(o.new.kind), Some(o.new.subject), o.new.due.map(|d| d.on)));
    let mut items: Vec<ReminderView> = supplements.chain(owed).collect();
    items.sort_by_key(|r| (r.due_on.is_none(), r.due_on));
    Ok(Json(Reminders { items }))
}

/// The most lines of each kind.
const MOST: i64 = 100;
