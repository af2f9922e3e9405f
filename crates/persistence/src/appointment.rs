//! Appointments: slots with a capacity, and who has booked them.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{accounts, bookings, slots};
use crate::seal::{Keys, Place};
use diesel::prelude::*;
use domain::hall::{BookingState, SlotKind};
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Identity.
    pub id: Uuid,
    /// Code of the place.
    pub place: String,
    /// Name of the window.
    pub window: Option<String>,
    /// Code of the matter it is for.
    pub matter: Option<String>,
    /// When it lies.
    pub kind: SlotKind,
    /// Beginning.
    pub starts_at: Instant,
    /// End.
    pub ends_at: Instant,
    /// How many may come.
    pub capacity: i32,
    /// How many have booked.
    pub booked: i32,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = slots, treat_none_as_default_value = false)]
struct SlotRow {
    zone_id: i32,
    id: Id,
    place: String,
    window_name: Option<String>,
    matter_code: Option<String>,
    kind: Code<SlotKind>,
    starts_at: At,
    ends_at: At,
    capacity: i32,
    booked: i32,
}

impl From<SlotRow> for Slot {
    fn from(row: SlotRow) -> Self {
        Self {
            id: row.id.0,
            place: row.place,
            window: row.window_name,
            matter: row.matter_code,
            kind: row.kind.0,
            starts_at: row.starts_at.0,
            ends_at: row.ends_at.0,
            capacity: row.capacity,
            booked: row.booked,
        }
    }
}

/// Who comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// What for.
    pub purpose: Option<String>,
}

/// One appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Identity.
    pub id: Uuid,
    /// Its slot.
    pub slot: Uuid,
    /// The account that booked.
    pub account: Uuid,
    /// Where it stands.
    pub state: BookingState,
    /// Beginning.
    pub starts_at: Instant,
    /// End.
    pub ends_at: Instant,
    /// When it was booked.
    pub booked_at: Instant,
    /// Who comes.
    pub visitor: Visitor,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bookings, treat_none_as_default_value = false, treat_none_as_null = true)]
struct BookingRow {
    zone_id: i32,
    id: Id,
    slot_id: Id,
    account_id: Id,
    state: Code<BookingState>,
    starts_at: At,
    ends_at: At,
    booked_at: At,
    settled_at: Option<At>,
    sealed: Vec<u8>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "bookings", column: "sealed", row }
}

impl BookingRow {
    fn open(self, keys: &Keys) -> Result<Booking, DbError> {
        let plain = keys.open(place(&self.id.0.to_string(), self.zone_id), &self.sealed)?;
        Ok(Booking {
            id: self.id.0,
            slot: self.slot_id.0,
            account: self.account_id.0,
            state: self.state.0,
            starts_at: self.starts_at.0,
            ends_at: self.ends_at.0,
            booked_at: self.booked_at.0,
            visitor: serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))?,
        })
    }
}

/// Opens a slot.
///
/// # Errors
/// [`DbError`].
pub fn insert_slot(tx: &mut Tx<'_>, zone: i32, slot: &Slot) -> Result<(), DbError> {
    let row = SlotRow {
        zone_id: zone,
        id: Id(slot.id),
        place: slot.place.clone(),
        window_name: slot.window.clone(),
        matter_code: slot.matter.clone(),
        kind: Code(slot.kind),
        starts_at: At(slot.starts_at),
        ends_at: At(slot.ends_at),
        capacity: slot.capacity,
        booked: slot.booked,
    };
    insert_many(slots::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// Slots that begin from `from` on, earliest first, after `after`.
///
/// # Errors
/// [`DbError`].
pub fn list_slots(tx: &mut Tx<'_>, zone: i32, from: Instant, after: Option<(Instant, Uuid)>, limit: i64) -> Result<Vec<Slot>, DbError> {
    let mut query = slots::table
        .filter(slots::zone_id.eq(zone).and(slots::starts_at.ge(At(from))))
        .order((slots::starts_at, slots::id))
        .select(SlotRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((starts_at, id)) = after {
        let same = slots::starts_at.eq(At(starts_at)).and(slots::id.gt(Id(id)));
        query = query.filter(slots::starts_at.ge(At(starts_at))).filter(slots::starts_at.gt(At(starts_at)).or(same));
    }
    let rows: Vec<SlotRow> = query.load(tx.connection)?;
    Ok(rows.into_iter().map(Slot::from).collect())
}

/// Locks a slot.
///
/// # Errors
/// [`DbError`].
pub fn lock_slot(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Slot>, DbError> {
    let row: Option<SlotRow> =
        slots::table.find((zone, Id(id))).select(SlotRow::as_select()).locked().get_result(tx.connection).optional()?;
    Ok(row.map(Slot::from))
}

/// Counts one more, or one less, on a locked slot.
///
/// # Errors
/// [`DbError`].
pub fn count(tx: &mut Tx<'_>, zone: i32, slot: Uuid, by: i32) -> Result<(), DbError> {
    diesel::update(slots::table.find((zone, Id(slot)))).set(slots::booked.eq(slots::booked + by)).execute(tx.connection)?;
    Ok(())
}

/// Enters an appointment, or books again what the account had cancelled; `false` when it has this slot already.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: &Booking) -> Result<bool, DbError> {
    let cancelled = bookings::table.filter(bookings::zone_id.eq(zone).and(bookings::slot_id.eq(Id(new.slot))));
    let cancelled = cancelled.filter(bookings::account_id.eq(Id(new.account)).and(bookings::state.eq(Code(BookingState::Cancelled))));
    diesel::delete(cancelled).execute(tx.connection)?;
    let plain = serde_json::to_vec(&new.visitor).map_err(|e| DbError::Damaged(e.to_string()))?;
    let row = BookingRow {
        zone_id: zone,
        id: Id(new.id),
        slot_id: Id(new.slot),
        account_id: Id(new.account),
        state: Code(new.state),
        starts_at: At(new.starts_at),
        ends_at: At(new.ends_at),
        booked_at: At(new.booked_at),
        settled_at: None,
        sealed: tx.keys().seal(place(&new.id.to_string(), zone), &plain),
    };
    Ok(insert_many(bookings::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// Lets one account book one after the other.
///
/// # Errors
/// [`DbError`].
pub fn lock_account(tx: &mut Tx<'_>, account: Uuid) -> Result<(), DbError> {
    let _: Option<Id> = accounts::table.find(Id(account)).select(accounts::id).locked().get_result(tx.connection).optional()?;
    Ok(())
}

/// The slot of an appointment that an account has at that time.
///
/// # Errors
/// [`DbError`].
pub fn overlapping(tx: &mut Tx<'_>, zone: i32, account: Uuid, starts_at: Instant, ends_at: Instant) -> Result<Option<Uuid>, DbError> {
    let found: Option<Id> = bookings::table
        .filter(bookings::zone_id.eq(zone).and(bookings::account_id.eq(Id(account))).and(bookings::state.eq(Code(BookingState::Booked))))
        .filter(bookings::starts_at.lt(At(ends_at)).and(bookings::ends_at.gt(At(starts_at))))
        .select(bookings::slot_id)
        .first(tx.connection)
        .optional()?;
    Ok(found.map(|slot| slot.0))
}

/// Locks an appointment.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Booking>, DbError> {
    let row: Option<BookingRow> =
        bookings::table.find((zone, Id(id))).select(BookingRow::as_select()).locked().get_result(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// Ends an appointment.
///
/// # Errors
/// [`DbError`].
pub fn settle(tx: &mut Tx<'_>, zone: i32, id: Uuid, state: BookingState) -> Result<(), DbError> {
    let now = At(tx.now());
    diesel::update(bookings::table.find((zone, Id(id))))
        .set((bookings::state.eq(Code(state)), bookings::settled_at.eq(now)))
        .execute(tx.connection)?;
    Ok(())
}

/// Whose appointments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookedBy {
    /// All of an account.
    Account(Uuid),
    /// Those of a slot that were not cancelled.
    Slot(Uuid),
}

/// Appointments, newest first, before `before`.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, whose: BookedBy, before: Option<Uuid>, limit: i64) -> Result<Vec<Booking>, DbError> {
    let mut query = bookings::table
        .filter(bookings::zone_id.eq(zone))
        .order(bookings::id.desc())
        .select(BookingRow::as_select())
        .limit(limit)
        .into_boxed();
    query = match whose {
        BookedBy::Account(account) => query.filter(bookings::account_id.eq(Id(account))),
        BookedBy::Slot(slot) => query.filter(bookings::slot_id.eq(Id(slot)).and(bookings::state.ne(Code(BookingState::Cancelled)))),
    };
    if let Some(before) = before {
        query = query.filter(bookings::id.lt(Id(before)));
    }
    let rows: Vec<BookingRow> = query.load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}
