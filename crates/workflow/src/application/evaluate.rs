//! Rate services, and answer bad reviews.

use super::work::Work;
use crate::{Error, Invalid};
use domain::application::{Case, CaseState};
use domain::event::EventKind;
use domain::flow::{
    self, EvaluationChannel, EvaluationProblem, NewObligation, ObligationKind, ObligationState, Rating, Rectification, ServicePoint,
    check_rating, may_rate, once_a_service,
};
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::evaluation::{self, Evaluation};
use persistence::ids;
use serde_json::json;
use uuid::Uuid;

/// A rating to give.
pub struct NewEvaluation {
    /// The case; may be left out where there is one.
    pub case: Option<Uuid>,
    /// Number of the service in its case, 1 to 99.
    pub service_no: u8,
    /// What is rated.
    pub service: ServicePoint,
    /// The rating.
    pub rating: Rating,
    /// Where.
    pub channel: EvaluationChannel,
}

/// Rates a service once, or changes the rating once.
///
/// # Errors
/// [`Error::Invalid`], [`Error::StateForbids`] outside the window or after the one change.
pub fn evaluate(work: &mut Work<'_, '_>, new: NewEvaluation) -> Result<(), Error> {
    let application = &work.dossier.application;
    if application.keyed_by(work.acting.may.account) {
        return Err(Error::NotAllowed(Reason::new("rated_by_proxy", "窗口人员不得代申请人评价", "国办发〔2019〕51号")));
    }
    check_rating(&new.rating).map_err(|p| Error::Invalid(vec![Invalid::new("/options", p.code, p.text)]))?;
    let only = work.dossier.cases.first().filter(|_| work.dossier.cases.len() == 1).map(|c| c.id);
    let unknown = || Error::Invalid(vec![Invalid::new("/case", "case_unknown", "请说明评价的是哪一个办件")]);
    let case_id = new.case.or(only).filter(|id| work.dossier.cases.iter().any(|c| c.id == *id)).ok_or_else(unknown)?;
    let (zone, now, application) = (work.zone(), work.now, work.dossier.application.id);
    let all = evaluation::list(work.tx, zone, application)?;
    let rated = all.iter().filter(|e| e.case == case_id && e.service == new.service && e.service_no != new.service_no).count();
    let known = all.into_iter().find(|e| e.case == case_id && e.service_no == new.service_no);
    let served = served_at(work.case(case_id)?, new.service, work.dossier.application.recorded_at, &work.dossier.content.notices);
    let rectifying = known.as_ref().is_some_and(|e| e.answered_at.is_some());
    let answered = work.dossier.content.notices.iter().filter(|n| n.answered_at.is_some() && n.cases.contains(&case_id)).count();
    once_a_service(if new.service == ServicePoint::Supplement { answered } else { 1 }, rated).map_err(refused)?;
    may_rate(served, now, known.as_ref().map(|e| e.changes), rectifying).map_err(refused)?;
    let bad = new.rating.level.is_bad();
    let facts = json!({"service_no": new.service_no, "service": new.service, "level": new.rating.level, "options": new.rating.options,
        "channel": new.channel, "changed": known.is_some()});
    let was_bad = known.as_ref().is_some_and(|e| e.rating.level.is_bad());
    let id = if let Some(before) = known {
        if before.service != new.service {
            let text = "该服务编号已用于其他服务环节";
            return Err(Error::Invalid(vec![Invalid::new("/service", "service_mismatch", text)]));
        }
        let level = before.rating.level;
        let changed = Evaluation { rating: new.rating, channel: new.channel, rated_at: now, changes: before.changes + 1, ..before };
        evaluation::save(work.tx, zone, &changed, level)?;
        changed.id
    } else {
        let first = Evaluation {
            id: ids::new_id(),
            application,
            case: case_id,
            service_no: new.service_no,
            service: new.service,
            rating: new.rating,
            channel: new.channel,
            rated_at: now,
            changes: 0,
            answer: None,
            answered_at: None,
            answered_by: None,
        };
        evaluation::insert(work.tx, zone, &first)?;
        first.id
    };
    work.note(EventKind::ServiceEvaluated, case_id, facts);
    let of_this = move |o: &flow::Obligation| o.new.kind == ObligationKind::ReviewRectification && o.new.subject == id.to_string();
    if bad && !was_bad {
        let owed_by = work.case(case_id)?.department.clone();
        let until = work.term(work.settings().review_term);
        let review = NewObligation::new(ObligationKind::ReviewRectification, owed_by, id.to_string(), Some(until));
        work.owe(case_id, vec![review]);
    } else if was_bad && !bad {
        work.discharge(case_id, ObligationState::Cancelled, of_this);
    }
    Ok(())
}

fn refused(problem: EvaluationProblem) -> Error {
    Error::StateForbids(Reason::new(problem.code, problem.text, "国办发〔2019〕51号"))
}

/// When a service was rendered; nothing that has not happened can be rated.
fn served_at(case: &Case, service: ServicePoint, filed_at: Option<Instant>, notices: &[flow::Notice]) -> Option<Instant> {
    let progress = &case.progress;
    match service {
        ServicePoint::Consultation | ServicePoint::Filing => filed_at,
        ServicePoint::Supplement => notices.iter().rev().find_map(|n| n.answered_at),
        ServicePoint::Payment => progress.issued_at,
        ServicePoint::Completion => match case.state {
            CaseState::Decided => progress.delivered_at.or(case.decided_at),
            CaseState::Ended => progress.ended_at,
            CaseState::Waiting | CaseState::Received | CaseState::Supplementing | CaseState::Accepted => None,
        },
    }
}

/// Answers a bad review: what was verified, what was done, what the rater is told.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StateForbids`] for a good review or one answered before, [`Error::NotAllowed`]
/// for who handled the case (评价复核与办理分离).
pub fn answer_review(work: &mut Work<'_, '_>, id: Uuid, answer: Rectification) -> Result<(), Error> {
    let (zone, now, me, application) = (work.zone(), work.now, work.acting.may.account, work.dossier.application.id);
    let found = evaluation::list(work.tx, zone, application)?.into_iter().find(|e| e.id == id).ok_or(Error::NotFound)?;
    if !found.rating.level.is_bad() || found.answered_at.is_some() {
        return Err(Error::StateForbids(Reason::new("no_bad_review", "没有待整改反馈的差评", "国办发〔2019〕51号")));
    }
    let case = work.case(found.case)?;
    if [case.handler, case.progress.accepted_by, case.progress.decided_by].contains(&Some(me)) {
        return Err(Error::NotAllowed(Reason::new("separation", "办理人员不能复核对自己的评价", "国办发〔2019〕51号")));
    }
    let (case_id, level, verification) = (found.case, found.rating.level, answer.verification);
    let answered = Evaluation { answer: Some(answer), answered_at: Some(now), answered_by: Some(me), ..found };
    evaluation::save(work.tx, zone, &answered, level)?;
    work.note(EventKind::ReviewAnswered, case_id, json!({"service_no": answered.service_no, "verification": verification}));
    let of_this = move |o: &flow::Obligation| o.new.kind == ObligationKind::ReviewRectification && o.new.subject == id.to_string();
    work.discharge(case_id, ObligationState::Fulfilled, of_this);
    Ok(())
}
