//! Put a wrong refusal right: the same application goes on.

use super::work::Work;
use crate::Error;
use domain::event::EventKind;
use domain::flow::{self, AnnulGround, Command};
use persistence::credit;
use serde_json::json;
use uuid::Uuid;

/// Takes a refusal or rejection back; the receipt keeps its date.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn annul(work: &mut Work<'_, '_>, id: Uuid, ground: AnnulGround, document_no: Option<&str>) -> Result<(), Error> {
    work.require(id, Command::Annul)?;
    let ended = work.case(id)?.decided_at.or(work.case(id)?.progress.ended_at);
    let (snapshot, now, by) = (work.snapshot.clone(), work.now, work.acting.may.account);
    let entry = flow::annul(work.change(id)?, &Work::filing(&snapshot, now), by);
    if let Some(entry) = entry {
        work.enter_clock(id, &entry)?;
    }
    // What the annulled decision cancelled is owed again, what it recorded against the applicant is lifted.
    work.reopen_obligations(id, ended);
    work.rejoin_joint_reviews(id)?;
    let zone = work.zone();
    let lifted = credit::lift(work.tx, zone, id, by)?;
    let received = work.case(id)?.received_at;
    work.note(
        EventKind::DecisionAnnulled,
        id,
        json!({"ground": ground, "document_no": document_no, "received_at": received, "lifted_records": lifted}),
    );
    Ok(())
}
