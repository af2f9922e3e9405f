//! Book a slot, cancel, note who came: nobody is booked twice, and no slot beyond its capacity.

use crate::Error;
use domain::hall::{BookingState, not_bookable};
use domain::reason::Reason;
use persistence::appointment::{self, Booking, Slot, Visitor};
use persistence::idempotency::{self, Outcome, Request};
use persistence::tally::{self, Tally};
use persistence::{Tx, ids};
use uuid::Uuid;

/// Opens a slot, once a key.
///
/// # Errors
/// [`Error::KeyReused`].
pub fn open_slot(tx: &mut Tx<'_>, zone: i32, slot: Slot, request: &Request) -> Result<(Slot, bool), Error> {
    match idempotency::claim(tx, request, 201, slot.id, 1)? {
        Outcome::First => {}
        Outcome::Mismatch => return Err(Error::KeyReused),
        Outcome::Replay { resource } => return Ok((appointment::lock_slot(tx, zone, resource)?.ok_or(Error::NotFound)?, true)),
    }
    appointment::insert_slot(tx, zone, &slot)?;
    Ok((slot, false))
}

/// Books a slot for an account.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StateForbids`] when it is over, full, booked already, or at the time of another
/// appointment; [`Error::KeyReused`].
pub fn book(
    tx: &mut Tx<'_>,
    zone: i32,
    slot: Uuid,
    account: Uuid,
    visitor: Visitor,
    request: Option<&Request>,
) -> Result<(Booking, bool), Error> {
    let new_id = ids::new_id();
    if let Some(request) = request {
        match idempotency::claim(tx, request, 201, new_id, 1)? {
            Outcome::First => {}
            Outcome::Mismatch => return Err(Error::KeyReused),
            Outcome::Replay { resource } => return Ok((appointment::lock(tx, zone, resource)?.ok_or(Error::NotFound)?, true)),
        }
    }
    appointment::lock_account(tx, account)?;
    let forbids = |code, text: &str| Error::StateForbids(Reason::new(code, text, "预约服务"));
    let slot = appointment::lock_slot(tx, zone, slot)?.ok_or(Error::NotFound)?;
    let now = tx.now();
    if let Some(reason) = not_bookable(slot.starts_at, now, slot.booked, slot.capacity) {
        return Err(Error::StateForbids(reason));
    }
    let new = Booking {
        id: new_id,
        slot: slot.id,
        account,
        state: BookingState::Booked,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        booked_at: now,
        visitor,
    };
    match appointment::overlapping(tx, zone, account, slot.starts_at, slot.ends_at)? {
        Some(same) if same == slot.id => return Err(forbids("already_booked", "您已预约过该时段")),
        Some(_) => return Err(forbids("overlapping", "您在该时段已有其他预约")),
        None => {}
    }
    if !appointment::insert(tx, zone, &new)? {
        return Err(forbids("already_booked", "您已预约过该时段"));
    }
    appointment::count(tx, zone, slot.id, 1)?;
    Ok((new, false))
}

/// Cancels an account's own appointment before it begins.
///
/// # Errors
/// [`Error::NotFound`] for somebody else's; [`Error::StateForbids`].
pub fn cancel(tx: &mut Tx<'_>, zone: i32, id: Uuid, account: Uuid) -> Result<Booking, Error> {
    let found = appointment::lock(tx, zone, id)?.filter(|b| b.account == account).ok_or(Error::NotFound)?;
    if found.state == BookingState::Cancelled {
        return Ok(found);
    }
    if found.state != BookingState::Booked || found.starts_at <= tx.now() {
        return Err(Error::StateForbids(Reason::new("booking_state", "预约已经结束或者取消", "预约服务")));
    }
    appointment::settle(tx, zone, id, BookingState::Cancelled)?;
    appointment::lock_slot(tx, zone, found.slot)?;
    appointment::count(tx, zone, found.slot, -1)?;
    Ok(Booking { state: BookingState::Cancelled, ..found })
}

/// Notes whether somebody came, once the appointment has begun.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StateForbids`].
pub fn settle(tx: &mut Tx<'_>, zone: i32, id: Uuid, kept: bool) -> Result<Booking, Error> {
    let found = appointment::lock(tx, zone, id)?.ok_or(Error::NotFound)?;
    let (state, counted) =
        if kept { (BookingState::Kept, Tally::AppointmentsKept) } else { (BookingState::NoShow, Tally::AppointmentsMissed) };
    if found.state == state {
        return Ok(found);
    }
    if found.state != BookingState::Booked || tx.now() < found.starts_at {
        return Err(Error::StateForbids(Reason::new("booking_state", "预约尚未开始，或者已经处理", "预约服务")));
    }
    appointment::settle(tx, zone, id, state)?;
    tally::add(tx, zone, counted, 1)?;
    Ok(Booking { state, ..found })
}
