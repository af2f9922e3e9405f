//! Record an examination.

use super::work::Work;
use crate::{Error, Invalid};
use domain::access::Role;
use domain::event::EventKind;
use domain::flow::{self, Checkpoint, Command, Examination, ExaminationMethod};
use persistence::account;
use serde_json::json;
use uuid::Uuid;

/// An examination to record.
pub struct NewExamination {
    /// How.
    pub method: ExaminationMethod,
    /// Officers besides the caller.
    pub officers: Vec<Uuid>,
    /// The checklist.
    pub checklist: Vec<Checkpoint>,
    /// Opinion.
    pub opinion: String,
}

/// Records an examination by the caller and the officers named, all of the case's department.
///
/// # Errors
/// [`Error::Invalid`] for an officer of elsewhere, [`Error::StateForbids`] for a site check by one.
pub fn examine(work: &mut Work<'_, '_>, id: Uuid, new: NewExamination) -> Result<(), Error> {
    work.require(id, Command::Examine)?;
    if let Some(reason) = flow::same_hand(work.case(id)?, &*work.matter(id)?, work.acting.may.account, Command::Examine) {
        return Err(Error::NotAllowed(reason));
    }
    let department = work.case(id)?.department.clone();
    let staff = account::list_staff(work.tx, work.zone(), &[Role::Examiner], Some(std::slice::from_ref(&department)))?;
    for (i, officer) in new.officers.iter().enumerate() {
        if !staff.iter().any(|(account, ..)| account == officer) {
            let text = "核查人员应是本办件部门的审批人员";
            return Err(Error::Invalid(vec![Invalid::new(format!("/officers/{i}"), "not_an_officer", text)]));
        }
    }
    let mut officers = new.officers;
    officers.push(work.acting.may.account);
    officers.sort_unstable();
    officers.dedup();
    let examination = Examination { method: new.method, officers, checklist: new.checklist, opinion: new.opinion, at: work.now };
    flow::examine(work.change(id)?, &examination).map_err(Error::StateForbids)?;
    let passed = work.case(id)?.progress.examined;
    let facts =
        json!({"method": examination.method, "officers": examination.officers, "points": examination.checklist.len(), "passed": passed});
    work.note(EventKind::CaseExamined, id, facts);
    work.file(id)?.examinations.push(examination);
    Ok(())
}
