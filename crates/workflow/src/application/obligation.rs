//! Duties of a department that are done: supervision opened with a permit, a second notice looked into.

use super::work::Work;
use crate::Error;
use domain::access::{Reach, Role};
use domain::code::TextCode;
use domain::flow::{ObligationKind, ObligationState};
use domain::reason::Reason;
use uuid::Uuid;

/// Records that a duty was done.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StateForbids`] for one that ends by another act or has ended, [`Error::Forbidden`]
/// for one of another department.
pub fn fulfil(work: &mut Work<'_, '_>, id: Uuid, report: &str) -> Result<(), Error> {
    let found = work.obligations.iter().find(|o| o.id == id).cloned().ok_or(Error::NotFound)?;
    let may = &work.acting.may;
    let theirs = match may.reach {
        Reach::Zone => found.new.owed_by == Role::Supervisor.as_str(),
        Reach::Department => may.departments.contains(&found.new.owed_by),
        Reach::Own => false,
    };
    if !theirs {
        return Err(Error::Forbidden);
    }
    let by_report = matches!(found.new.kind, ObligationKind::Supervision | ObligationKind::NoticeReview | ObligationKind::DependentReview);
    if !by_report || !matches!(found.state, ObligationState::Open | ObligationState::Lapsed) {
        return Err(Error::StateForbids(Reason::new("not_open", "该义务已经了结，或者应以其他方式履行", "内部管理")));
    }
    work.write_down(found.case, found.new.kind.label(), report)?;
    work.discharge(found.case, ObligationState::Fulfilled, |o| o.id == id);
    Ok(())
}
