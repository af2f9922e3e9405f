//! The applicant came to the hall: counted against what was promised (跑动次数, F12).

use super::work::Work;
use crate::Error;
use domain::application::{ApplicationState, Light};
use domain::event::EventKind;
use domain::flow::WatchRule;
use domain::reason::Reason;
use persistence::application::Visit;
use persistence::tally::Tally;
use serde_json::json;

/// Notes a visit; one more than was promised is a finding.
///
/// # Errors
/// [`Error::StateForbids`] for a draft.
pub fn record_visit(work: &mut Work<'_, '_>, purpose: String) -> Result<(), Error> {
    if work.dossier.application.state == ApplicationState::Draft {
        return Err(Error::StateForbids(Reason::new("not_filed", "申请尚未提交", "办事指南：到现场次数")));
    }
    let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
    let (at, by, promised) = (work.now, work.acting.may.account, usize::from(plan.visits()));
    work.change_content().visits.push(Visit { purpose, at, by });
    let made = work.dossier.content.visits.len();
    work.note_whole(EventKind::VisitRecorded, json!({"visits": made, "promised": promised}));
    work.count(Tally::Visits);
    if made > promised
        && let Some(case) = work.dossier.cases.first().map(|c| c.id)
    {
        work.raise(case, WatchRule::VisitsExceeded, format!("第{made}次到现场，承诺{promised}次"), Light::Yellow, at)?;
    }
    Ok(())
}
