//! Arrange a joint look, give opinions, correct what was found.

use super::work::Work;
use crate::{Error, Invalid};
use domain::application::{Case, CaseState, HoldCause};
use domain::calendar::{LimitUnit, due};
use domain::event::EventKind;
use domain::flow::{
    self, Correction, JointKind, JointReview, JointState, NewObligation, Obligation, ObligationKind, ObligationState, Opinion, Participant,
};
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::application::list_clock;
use persistence::joint_review::{self, Took};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A joint look to arrange.
pub struct NewJointReview {
    /// What is looked at.
    pub kind: JointKind,
    /// Cases and the discipline that speaks for each.
    pub participants: Vec<(Uuid, String)>,
    /// When they meet.
    pub at: Instant,
    /// Where.
    pub place: String,
}

/// Arranges a joint look; each kind is done once an application.
///
/// # Errors
/// [`Error::Invalid`] for cases that are not of the application or not accepted; [`Error::StateForbids`] when one was
/// arranged before.
pub fn open_joint_review(work: &mut Work<'_, '_>, new: NewJointReview) -> Result<(), Error> {
    if !work.dossier.cases.iter().any(|c| work.acting.may.departments.contains(&c.department)) {
        return Err(Error::Forbidden);
    }
    let mut participants = Vec::new();
    for (i, (case, discipline)) in new.participants.into_iter().enumerate() {
        let known = work.dossier.cases.iter().find(|c| c.id == case);
        let Some(found) = known.filter(|c| c.state == CaseState::Accepted) else {
            let text = "本申请没有这个办件，或者尚未受理";
            return Err(Error::Invalid(vec![Invalid::new(format!("/participants/{i}/case"), "case_unknown", text)]));
        };
        participants.push(Participant { case, department: found.department.clone(), discipline, left: false });
    }
    if new.at < work.now {
        return Err(Error::Invalid(vec![Invalid::new("/scheduled_at", "in_the_past", "时间不能早于现在")]));
    }
    let review = JointReview::open(new.kind, new.place, participants, (new.at, work.now)).map_err(Error::StateForbids)?;
    let (zone, id) = (work.zone(), work.dossier.application.id);
    match joint_review::lock(work.tx, zone, id, new.kind)? {
        None => joint_review::insert(work.tx, zone, id, &review)?,
        Some(earlier) if earlier.state == JointState::Dropped => joint_review::save(work.tx, zone, id, &review, None)?,
        Some(_) => {
            let text = format!("本申请已经组织过{}，同一阶段只进行一次", new.kind.label());
            return Err(Error::StateForbids(Reason::new("already_arranged", text, "工程建设项目审批制度改革：联合办理")));
        }
    }
    for case in review.participants.iter().map(|p| p.case).collect::<BTreeSet<_>>() {
        let case = work.change(case)?;
        case.progress.joint.insert(new.kind);
        case.version += 1;
    }
    work.note_whole(EventKind::JointReviewOpened, json!({"kind": new.kind, "disciplines": review.participants.len()}));
    work.await_opinions(&review, |_| true);
    Ok(())
}

/// A department's opinion.
pub struct NewOpinion {
    /// Discipline.
    pub discipline: String,
    /// In words.
    pub text: String,
    /// What is wrong; nothing = passed.
    pub corrections: Vec<Correction>,
    /// In a later round: the numbers that still stand.
    pub unresolved: BTreeSet<u32>,
}

/// Enters a department's opinion; the last of a round concludes it.
///
/// # Errors
/// [`Error::Forbidden`] for another department's discipline; [`Error::StateForbids`].
pub fn give_joint_opinion(work: &mut Work<'_, '_>, kind: JointKind, new: NewOpinion) -> Result<(), Error> {
    let mut review = work.joint_review(kind)?;
    let Some(participant) = review.participant(&new.discipline).cloned() else {
        return Err(Error::Invalid(vec![Invalid::new("/discipline", "discipline_unknown", "该专业没有参加本次联合办理")]));
    };
    if !work.acting.may.departments.contains(&participant.department) {
        return Err(Error::Forbidden);
    }
    let (by, now) = (work.acting.may.account, work.now);
    let opinion = Opinion { discipline: new.discipline.clone(), by, at: now, text: new.text, corrections: new.corrections };
    review.give_opinion(opinion, &new.unresolved).map_err(Error::StateForbids)?;
    let subject = subject_of(kind, &new.discipline);
    work.discharge(participant.case, ObligationState::Fulfilled, |o| is_opinion(o, &subject));
    let facts = json!({"kind": kind, "discipline": new.discipline, "round": review.rounds.len()});
    work.note(EventKind::JointOpinionGiven, participant.case, facts);
    work.follow_joint_review(&review)?;
    work.save_joint_review(&review)
}

/// The applicant has corrected everything: those who had found something look again.
///
/// # Errors
/// [`Error::StateForbids`] when nothing is to be corrected.
pub fn correct_joint_review(work: &mut Work<'_, '_>, kind: JointKind, how: String) -> Result<(), Error> {
    let mut review = work.joint_review(kind)?;
    review.correct(how, work.now).map_err(Error::StateForbids)?;
    work.note_whole(EventKind::CorrectionsMade, json!({"kind": kind, "round": review.rounds.len()}));
    work.release_promises(&review)?;
    work.await_opinions(&review, |_| true);
    work.save_joint_review(&review)
}

fn subject_of(kind: JointKind, discipline: &str) -> String {
    format!("{}·{discipline}", kind.label())
}

fn is_opinion(o: &Obligation, subject: &str) -> bool {
    o.new.kind == ObligationKind::JointOpinion && o.new.subject == subject
}

impl Work<'_, '_> {
    /// What follows from where a review stands: the promise stands while the applicant corrects, grants are free once it
    /// is passed.
    fn follow_joint_review(&mut self, review: &JointReview) -> Result<(), Error> {
        let kind = review.kind;
        match review.state {
            JointState::Open | JointState::Dropped => Ok(()),
            JointState::Rectifying => {
                self.note_whole(EventKind::CorrectionsListed, json!({"kind": kind, "items": review.corrections().len()}));
                self.hold_promises(review)
            }
            JointState::Passed => {
                self.note_whole(EventKind::JointReviewPassed, json!({"kind": kind, "rounds": review.rounds.len()}));
                self.release_promises(review)?;
                for case in review.participants.iter().filter(|p| !p.left).map(|p| p.case).collect::<BTreeSet<_>>() {
                    let case = self.change(case)?;
                    case.progress.joint.remove(&kind);
                    case.version += 1;
                }
                Ok(())
            }
        }
    }

    /// Cases that have come to their end take no further part in joint looks: nobody waits for them.
    pub(super) fn leave_joint_reviews(&mut self, ended: &[Uuid]) -> Result<(), Error> {
        for id in ended {
            let kinds: Vec<JointKind> = self.case(*id)?.progress.joint.iter().copied().collect();
            for kind in kinds {
                let mut review = self.joint_review(kind)?;
                let (before, rounds) = (review.state, review.rounds.len());
                review.leave(*id, self.now);
                self.change(*id)?.progress.joint.remove(&kind);
                self.discharge(*id, ObligationState::Cancelled, |o| o.new.kind == ObligationKind::JointOpinion);
                if review.rounds.len() > rounds {
                    self.release_promises(&review)?;
                    self.await_opinions(&review, |_| true);
                }
                if review.state != before {
                    self.follow_joint_review(&review)?;
                }
                self.save_joint_review(&review)?;
            }
        }
        Ok(())
    }

    /// A case that goes on after all takes part again in the looks that still run.
    pub(super) fn rejoin_joint_reviews(&mut self, case: Uuid) -> Result<(), Error> {
        let (zone, id) = (self.zone(), self.dossier.application.id);
        let took_part = |r: &JointReview| r.is_running() && r.participants.iter().any(|p| p.case == case);
        for kind in joint_review::list(self.tx, zone, id)?.into_iter().filter(took_part).map(|r| r.kind) {
            let mut review = self.joint_review(kind)?;
            review.rejoin(case);
            self.change(case)?.progress.joint.insert(kind);
            self.await_opinions(&review, |of| of == case);
            self.save_joint_review(&review)?;
        }
        Ok(())
    }

    fn joint_review(&mut self, kind: JointKind) -> Result<JointReview, Error> {
        let (zone, id) = (self.zone(), self.dossier.application.id);
        joint_review::lock(self.tx, zone, id, kind)?.ok_or(Error::NotFound)
    }

    /// Every department owes its opinion by the end of the working day after the visit.
    fn await_opinions(&mut self, review: &JointReview, of: impl Fn(Uuid) -> bool) {
        let Some(round) = review.rounds.last() else { return };
        let until =
            due(&self.snapshot.calendar, &self.snapshot.catalogue.zone.hours, round.at.max(self.now), self.settings().joint_opinion_term);
        for participant in review.participants.iter().filter(|p| of(p.case) && round.awaited.contains(&p.discipline)) {
            let duty = NewObligation::new(
                ObligationKind::JointOpinion,
                participant.department.clone(),
                subject_of(review.kind, &participant.discipline),
                Some(until),
            );
            self.owe(participant.case, vec![duty]);
        }
    }

    fn running_participants(&self, review: &JointReview) -> Vec<Uuid> {
        let of: BTreeSet<Uuid> = review.participants.iter().map(|p| p.case).collect();
        let running = |c: &&Case| of.contains(&c.id) && c.state == CaseState::Accepted;
        self.dossier.cases.iter().filter(running).map(|c| c.id).collect()
    }

    /// Cases for which the applicant still corrects something found in another joint look.
    fn corrected_elsewhere(&mut self, review: &JointReview) -> Result<BTreeSet<Uuid>, Error> {
        let (zone, id) = (self.zone(), self.dossier.application.id);
        let all = joint_review::list(self.tx, zone, id)?;
        let others = all.iter().filter(|r| r.kind != review.kind && r.state == JointState::Rectifying);
        Ok(others.flat_map(|r| r.participants.iter().map(|p| p.case)).collect())
    }

    /// While the applicant corrects, the promise of those who take part stands; the statutory limit goes on.
    fn hold_promises(&mut self, review: &JointReview) -> Result<(), Error> {
        for id in self
            .running_participants(review)
            .into_iter()
            .filter(|id| self.case(*id).is_ok_and(|c| c.progress.pause.is_none()))
            .collect::<Vec<_>>()
        {
            let (zone, snapshot, now) = (self.zone(), self.snapshot.clone(), self.now);
            let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
            let mut entries = list_clock(self.tx, zone, id)?;
            if let Some(entry) = flow::hold(self.change(id)?, HoldCause::Rectification, &mut entries, now, None, calendar) {
                self.enter_clock(id, &entry)?;
                self.note(EventKind::ClockSuspended, id, json!({"cause": HoldCause::Rectification, "basis": entry.basis}));
            }
        }
        Ok(())
    }

    fn release_promises(&mut self, review: &JointReview) -> Result<(), Error> {
        let elsewhere = self.corrected_elsewhere(review)?;
        for id in self.running_participants(review).into_iter().filter(|id| !elsewhere.contains(id)) {
            let (zone, snapshot, now) = (self.zone(), self.snapshot.clone(), self.now);
            let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
            let mut entries = list_clock(self.tx, zone, id)?;
            if let Some(entry) = flow::release(self.change(id)?, &mut entries, now, None, calendar) {
                self.enter_clock(id, &entry)?;
                let due = self.case(id)?.deadline.map(|d| d.due.on);
                self.note(EventKind::ClockResumed, id, json!({"due_on": due, "basis": entry.basis}));
            }
        }
        Ok(())
    }

    /// Saves the review; once passed, with how long it took without the applicant's own days.
    fn save_joint_review(&mut self, review: &JointReview) -> Result<(), Error> {
        let (zone, id) = (self.zone(), self.dossier.application.id);
        let took = review.took(&self.snapshot.calendar).map(|days| {
            let of: BTreeSet<Uuid> = review.participants.iter().map(|p| p.case).collect();
            let limits = self.dossier.cases.iter().filter(|c| of.contains(&c.id)).map(|c| c.promised.limit);
            let promised = limits.filter(|l| l.unit == LimitUnit::WorkingDay).map(|l| l.n).max().unwrap_or(0);
            Took { days, promised }
        });
        Ok(joint_review::save(self.tx, zone, id, review, took)?)
    }
}
