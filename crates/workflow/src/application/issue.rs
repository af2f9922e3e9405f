//! Make out results together, and hand them over.

use super::work::Work;
use crate::Error;
use domain::application::Filing;
use domain::event::EventKind;
use domain::flow::{self, Command, DeliveryWay};
use domain::reason::Reason;
use persistence::application::Delivery;
use persistence::tally::Tally;
use serde_json::json;
use uuid::Uuid;

/// Makes out the results of granted cases, all together; parts where the applicant asked for them.
///
/// # Errors
/// [`Error::StateForbids`] before the decision, or while the results it goes out with are open and the applicant has
/// not asked for a part.
pub fn issue(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>, asked_for: Option<&str>) -> Result<(), Error> {
    let ids = work.select(cases, Command::Issue)?;
    let waits = |work: &Work<'_, '_>, id: Uuid| -> Result<Option<Reason>, Error> {
        let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
        Ok(flow::issue_waits(work.case(id)?, &work.dossier.cases, |m| plan.issues_together(m), work.now))
    };
    let mut ready = Vec::new();
    for id in ids {
        match waits(work, id)?.filter(|_| asked_for.is_none()) {
            None => ready.push(id),
            Some(reason) if cases.is_some() => return Err(Error::StateForbids(reason)),
            Some(_) => {}
        }
    }
    if ready.is_empty() {
        let first = work.select(cases, Command::Issue)?.first().copied();
        let reason = first.map(|id| waits(work, id)).transpose()?.flatten();
        return Err(reason.map_or(Error::Forbidden, Error::StateForbids));
    }
    for id in ready {
        if let Some(reason) = flow::same_hand(work.case(id)?, &*work.matter(id)?, work.acting.may.account, Command::Issue) {
            return Err(Error::NotAllowed(reason));
        }
        if let Some(why) = asked_for {
            work.write_down(id, "申请人要求先行出件", why)?;
        }
        let now = work.now;
        flow::issue(work.change(id)?, now);
        let number = work.case(id)?.case_no.as_ref().map(|no| format!("Z{no}"));
        work.make_licence(id)?;
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
        let delivery = Delivery {
            way: new.way,
            recipient: new.recipient.clone(),
            address: new.address.clone(),
            tracking_no: new.tracking_no.clone(),
            fee_fen: new.fee_fen,
            at: work.now,
        };
        work.hand_over_result(id, delivery)?;
    }
    Ok(())
}

impl Work<'_, '_> {
    /// Hands a result over, and keeps how.
    pub(super) fn hand_over_result(&mut self, id: Uuid, how: Delivery) -> Result<(), Error> {
        let (matter, late) = (self.matter(id)?, self.case(id)?.breached(how.at).promise);
        flow::deliver(self.change(id)?, &matter, how.way, how.tracking_no.as_deref(), how.fee_fen, how.at).map_err(Error::StateForbids)?;
        let facts = json!({"way": how.way, "late": late, "fee_fen": how.fee_fen, "tracking_no": how.tracking_no});
        self.note(EventKind::ResultDelivered, id, facts);
        if how.way == DeliveryWay::Courier {
            self.count(Tally::CourierDeliveries);
        }
        let (snapshot, at) = (self.snapshot.clone(), how.at);
        let begin = flow::on_delivery(self.case(id)?, &matter, &Filing { received_at: at, ..Self::filing(&snapshot, at) });
        self.owe_at(at, id, begin.into_iter().collect());
        self.file(id)?.delivery = Some(how);
        Ok(())
    }
}
