//! One parcel for all results: ordered with the courier, followed until it is signed for.

use super::work::{Work, recompute_one};
use crate::{Error, Invalid, ZoneSnapshot};
use chrono::TimeDelta;
use domain::application::Light;
use domain::event::EventKind;
use domain::flow::{self, Command, DeliveryWay, WatchRule};
use domain::hall::ParcelState;
use persistence::application::Delivery;
use persistence::job::{self, Job, JobKind};
use persistence::parcel::{self, Consignment, Parcel};
use persistence::{Tx, ids};
use serde_json::json;
use uuid::Uuid;

/// How often the courier is asked where a parcel is.
const ASKED_EVERY: TimeDelta = TimeDelta::hours(4);
/// After how long a courier that did not answer is asked again.
const ASKED_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// Sends every result that is made out and not handed over, in one parcel; free of charge.
///
/// # Errors
/// [`Error::StateForbids`] when nothing is ready; [`Error::Invalid`] without a way to find the recipient.
pub fn send_parcel(work: &mut Work<'_, '_>, recipient: String, address: String, phone: String) -> Result<(), Error> {
    if address.trim().is_empty() {
        return Err(Error::Invalid(vec![Invalid::new("/address", "required", "请填写收件地址")]));
    }
    let cases = work.select(None, Command::Deliver)?;
    let (zone, now) = (work.zone(), work.now);
    let sent = parcel::list(work.tx, zone, work.dossier.application.id)?;
    let under_way = |id: &Uuid| sent.iter().any(|p| p.state != ParcelState::Returned && p.consignment.cases.contains(id));
    let cases: Vec<Uuid> = cases.into_iter().filter(|id| !under_way(id)).collect();
    if cases.is_empty() {
        let reason = domain::reason::Reason::new("parcel_under_way", "结果已经在邮寄途中", "免费邮寄规定");
        return Err(Error::StateForbids(reason));
    }
    let new = Parcel {
        id: ids::new_id(),
        application: work.dossier.application.id,
        state: ParcelState::Waiting,
        tracking_no: None,
        ordered_at: now,
        state_at: now,
        consignment: Consignment { recipient, address, phone, cases: cases.clone() },
    };
    parcel::insert(work.tx, zone, &new)?;
    job::insert(work.tx, zone, JobKind::FollowParcel, new.id, now)?;
    work.note_whole(EventKind::ParcelOrdered, json!({"parcel": new.id, "cases": cases}));
    Ok(())
}

/// What the courier said about a parcel.
#[derive(Debug, Clone)]
pub struct CourierSaid {
    /// Its number.
    pub tracking_no: String,
    /// Where it is.
    pub state: ParcelState,
}

/// Enters what the courier said: signed for, its results are handed over when that is known; come back, somebody has to look.
/// Asking again is put off; a repeated answer changes nothing.
///
/// # Errors
/// [`Error::Database`].
pub fn enter_parcel(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, job: &Job, said: CourierSaid) -> Result<(), Error> {
    let Some(parcel) = parcel::find(tx, job.zone, job.subject)?.filter(|p| !p.state.is_final()) else {
        return Ok(job::finish(tx, job)?);
    };
    recompute_one(tx, snapshot.clone(), parcel.application, |work| work.move_parcel(parcel.id, &said))?;
    if said.state.is_final() {
        return Ok(job::finish(tx, job)?);
    }
    let next = tx.now() + ASKED_EVERY;
    Ok(job::postpone(tx, job, next)?)
}

/// Asks the courier again later.
///
/// # Errors
/// [`Error::Database`].
pub fn put_off(tx: &mut Tx<'_>, job: &Job) -> Result<(), Error> {
    let next = tx.now() + ASKED_AGAIN;
    Ok(job::postpone(tx, job, next)?)
}

impl Work<'_, '_> {
    fn move_parcel(&mut self, id: Uuid, said: &CourierSaid) -> Result<(), Error> {
        let (zone, now) = (self.zone(), self.now);
        // What was late until now is known as late.
        self.watch_lights()?;
        let Some(mut parcel) = parcel::lock(self.tx, zone, id)?.filter(|p| p.state != said.state) else { return Ok(()) };
        (parcel.state, parcel.state_at, parcel.tracking_no) = (said.state, now, Some(said.tracking_no.clone()));
        parcel::save(self.tx, zone, &parcel)?;
        self.note_whole(EventKind::ParcelMoved, json!({"parcel": id, "state": said.state, "tracking_no": said.tracking_no}));
        for case in parcel.consignment.cases.clone() {
            match said.state {
                ParcelState::Signed => self.hand_over_by_courier(case, &parcel)?,
                ParcelState::Returned => {
                    self.raise(case, WatchRule::DeliveryLate, format!("退回{}", said.tracking_no), Light::Yellow, now)?;
                }
                ParcelState::Waiting | ParcelState::Ordered | ParcelState::Collected | ParcelState::InTransit => {}
            }
        }
        Ok(())
    }

    fn hand_over_by_courier(&mut self, id: Uuid, parcel: &Parcel) -> Result<(), Error> {
        if flow::forbidden(self.case(id)?, Command::Deliver).is_some() {
            return Ok(());
        }
        let Consignment { recipient, address, .. } = parcel.consignment.clone();
        let way = DeliveryWay::Courier;
        let (recipient, address, tracking_no) = (Some(recipient), Some(address), parcel.tracking_no.clone());
        self.hand_over_result(id, Delivery { way, recipient, address, tracking_no, fee_fen: 0, at: self.now })
    }
}
