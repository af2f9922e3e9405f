//! One command, one transaction: locked, settled, done, saved.

use super::super::{Acting, Done, lock_for, replay};
use super::Work;
use crate::{Error, Snapshots, ZoneSnapshot};
use domain::event::EventKind;
use persistence::Tx;
use persistence::application::{Application, Content, lock_unscoped_whole};
use persistence::idempotency::{self, Request};
use persistence::number::Stock;
use serde_json::Value;
use uuid::Uuid;

/// What a command is about, and who gives it.
pub struct Order {
    /// The catalogues.
    pub snapshots: Snapshots,
    /// The zone as the caller found it.
    pub known: ZoneSnapshot,
    /// The application.
    pub id: Uuid,
    /// Who acts.
    pub acting: Acting,
    /// The request, when it is to be done once.
    pub request: Option<Request>,
    /// Case numbers reserved for it.
    pub stock: Stock,
}

/// Does one command on one application: locks it, answers a repeated request, settles what the law has done by
/// now, lets `act` decide, and saves rows, events and jobs together.
///
/// # Errors
/// What `act` refuses; [`Error::NotFound`], [`Error::Forbidden`], [`Error::KeyReused`].
pub fn perform(tx: &mut Tx<'_>, order: Order, act: impl FnOnce(&mut Work<'_, '_>) -> Result<(), Error>) -> Result<Done, Error> {
    let Order { snapshots, known, id, acting, request, stock } = order;
    let (application, content) = lock_for(tx, known.zone, id, &acting)?;
    if let Some(request) = &request {
        let outcome = idempotency::claim(tx, request, 200, id, application.version + 1)?;
        if let Some(mut done) = replay(tx, &known, outcome, &acting)? {
            done.unused = stock;
            return Ok(done);
        }
    }
    let snapshot = snapshots.fresh(tx, known)?;
    let mut work = Work::open(tx, snapshot, acting, application, content, stock)?;
    work.settle()?;
    act(&mut work)?;
    work.save()
}

/// Settles an application without a caller, as its timer does.
///
/// # Errors
/// [`Error::Database`].
pub(in crate::application) fn settle_only(tx: &mut Tx<'_>, snapshot: ZoneSnapshot, id: Uuid, stock: Stock) -> Result<Option<Done>, Error> {
    let Some((application, content)) = lock_unscoped_whole(tx, snapshot.zone, id)? else { return Ok(None) };
    let mut work = Work::open(tx, snapshot, Acting::system(), application, content, stock)?;
    work.settle()?;
    work.note_lost_elsewhere()?;
    work.save().map(Some)
}

/// Enters a material that came after filing: what was deferred or promised of it is done. The cases themselves
/// are settled by the next command; the moment the material came is kept.
///
/// # Errors
/// [`Error::Database`].
pub(in crate::application) fn supply_late(
    tx: &mut Tx<'_>,
    snapshot: ZoneSnapshot,
    (application, content): (Application, Content),
    acting: &Acting,
    material: &str,
    payload: Value,
) -> Result<(), Error> {
    let mut work = Work::open(tx, snapshot, acting.clone(), application, content, Stock::default())?;
    work.settle_obligations()?;
    work.note_whole(EventKind::MaterialUploaded, payload);
    work.supply(material)?;
    work.save().map(|_| ())
}

/// Does something to one application for the system itself, without settling it.
///
/// # Errors
/// What `act` refuses; [`Error::Database`].
pub(in crate::application) fn recompute_one(
    tx: &mut Tx<'_>,
    snapshot: ZoneSnapshot,
    id: Uuid,
    act: impl FnOnce(&mut Work<'_, '_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some((application, content)) = lock_unscoped_whole(tx, snapshot.zone, id)? else { return Ok(()) };
    let mut work = Work::open(tx, snapshot, Acting::system(), application, content, Stock::default())?;
    act(&mut work)?;
    work.save().map(|_| ())
}
