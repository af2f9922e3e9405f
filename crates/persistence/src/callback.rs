//! What outside systems told: each event once.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::callback_events as events;
use diesel::prelude::*;
use domain::codes;
use uuid::Uuid;

codes! {
    /// What came of an event.
    pub enum CallbackOutcome {
        /// The case follows.
        Applied = "applied", "已更新";
        /// The case's state does not allow it: kept for somebody to look at.
        Refused = "refused", "与办件状态不符";
        /// No such case here: kept apart.
        Quarantined = "quarantined", "没有这个办件";
    }
}

/// One event as it came.
#[derive(Debug, Clone)]
pub struct CallbackEvent {
    /// Code of the system.
    pub system: String,
    /// Its own identity of the event.
    pub event_id: String,
    /// A number it uses once.
    pub nonce: String,
    /// The case it is about, where it is known here.
    pub case: Option<Uuid>,
    /// What came of it.
    pub outcome: CallbackOutcome,
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    system: String,
    event_id: String,
    nonce: String,
    case_id: Option<Id>,
    outcome: Code<CallbackOutcome>,
    received_at: At,
}

/// Keeps an event; `false` when its identity or nonce was used before.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, event: &CallbackEvent) -> Result<bool, DbError> {
    let row = Row {
        zone_id: zone,
        system: event.system.clone(),
        event_id: event.event_id.clone(),
        nonce: event.nonce.clone(),
        case_id: event.case.map(Id),
        outcome: Code(event.outcome),
        received_at: At(tx.now()),
    };
    Ok(insert_many(events::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// What came of an event that was told before.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, system: &str, event_id: &str) -> Result<Option<CallbackOutcome>, DbError> {
    let found: Option<Code<CallbackOutcome>> =
        events::table.find((zone, system, event_id)).select(events::outcome).first(tx.connection).optional()?;
    Ok(found.map(|o| o.0))
}
