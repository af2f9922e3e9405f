//! Make out results together, and hand them over.

use super::work::Work;
use crate::Error;
use domain::event::EventKind;
use domain::flow::{self, Command, DeliveryWay};
use persistence::application::Delivery;
use serde_json::json;
use uuid::Uuid;

/// Makes out the results of granted cases.
///
/// # Errors
/// [`Error::StateForbids`] before the decision.
pub fn issue(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>) -> Result<(), Error> {
    for id in work.select(cases, Command::Issue)? {
        let now = work.now;
        flow::issue(work.change(id)?, now);
        let number = work.case(id)?.case_no.as_ref().map(|no| format!("Z{no}"));
        work.note(EventKind::ResultIssued, id, json!({"certificate_no": number}));
    }
    Ok(())
}

/// How results are handed over.
pub struct NewDelivery {
    /// How.
    pub way: DeliveryWay,
    /// To whom.
    pub recipient: Option<String>,
    /// Where to.
    pub address: Option<String>,
    /// Number of the parcel.
    pub tracking_no: Option<String>,
    /// What the applicant pays, fen.
    pub fee_fen: i64,
}

/// Hands results over in one go.
///
/// # Errors
/// [`Error::StateForbids`] before they were made out, for a fee where delivery is free, for a parcel without
/// its number.
pub fn deliver(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>, new: &NewDelivery) -> Result<(), Error> {
    for id in work.select(cases, Command::Deliver)? {
        let (now, matter) = (work.now, work.matter(id)?);
        let late = work.case(id)?.deadline.is_some_and(|d| now >= d.due.at);
        flow::deliver(work.change(id)?, &matter, new.way, new.tracking_no.as_deref(), new.fee_fen, now).map_err(Error::StateForbids)?;
        work.note(EventKind::ResultDelivered, id, json!({"way": new.way, "late": late, "fee_fen": new.fee_fen}));
        work.file(id)?.delivery = Some(Delivery {
            way: new.way,
            recipient: new.recipient.clone(),
            address: new.address.clone(),
            tracking_no: new.tracking_no.clone(),
            fee_fen: new.fee_fen,
            at: now,
        });
    }
    Ok(())
}
