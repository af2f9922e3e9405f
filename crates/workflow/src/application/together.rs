//! What follows for the cases of one application from how the others stand.

use super::work::Work;
use crate::Error;
use domain::application::{Case, CaseState};
use domain::catalogue::Edge;
use domain::event::EventKind;
use domain::flow::{self, Effect, Followed, Obligation, ObligationKind, ObligationState};
use domain::local_time::Instant;
use domain::reason::Reason;
use persistence::application::{list_clock, list_of_project};
use persistence::certificate;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

impl Work<'_, '_> {
    /// Lets every case follow from how the others stand, and writes down what followed.
    ///
    /// # Errors
    /// [`Error::Database`]; [`Error::Busy`] when a number is missing.
    pub(super) fn follow_each_other(&mut self) -> Result<(), Error> {
        let edges = self.edges();
        if self.dossier.cases.len() < 2 || edges.is_empty() {
            return Ok(());
        }
        let (snapshot, before) = (self.snapshot.clone(), self.dossier.cases.clone());
        let followed = flow::follow(&mut self.dossier.cases, &edges, &Self::filing(&snapshot, self.now));
        let changed = self.dossier.cases.iter().zip(&before).filter(|(now, then)| now != then).map(|(c, _)| c.id).collect::<Vec<_>>();
        for id in changed {
            self.change(id)?;
        }
        for fact in followed {
            match fact {
                Followed::Received { case, at } => {
                    let due = self.case(case)?.deadline.map(|d| d.due.on);
                    self.note_at(at, EventKind::CaseReceived, case, json!({"notice_due_on": due}));
                    self.accept_as_decided_ahead(case, at)?;
                }
                Followed::Stopped { case, at } => {
                    self.note_at(at, EventKind::CaseStopped, case, json!({"basis": "并联审批：前序事项未获准"}));
                    self.discharge(case, ObligationState::Cancelled, Obligation::ends_with_case);
                }
                Followed::Resumed { case } => self.note(EventKind::CaseResumed, case, json!({})),
            }
        }
        self.note_lost();
        Ok(())
    }

    /// Accepted cases beside this one that are decided after it (预审衔接).
    pub(super) fn beside(&self, id: Uuid) -> Result<Vec<Uuid>, Error> {
        let matter = self.case(id)?.matter.clone();
        let softly = |c: &&Case| c.state == CaseState::Accepted && c.progress.waits_for.contains(&matter);
        Ok(self.dossier.cases.iter().filter(softly).map(|c| c.id).collect())
    }

    /// Who waits for whom, as pinned at filing.
    pub(super) fn edges(&self) -> Vec<Edge> {
        self.dossier.plan(&self.snapshot).map(|plan| plan.edges.clone()).unwrap_or_default()
    }

    /// A case that was accepted together with the rest counts from the moment its predecessor was granted.
    fn accept_as_decided_ahead(&mut self, id: Uuid, at: Instant) -> Result<(), Error> {
        match self.case(id)?.progress.accepted_ahead {
            Some(by) => self.accept_case(id, at, by, "统一受理；自前序事项办结之日起计算"),
            None => Ok(()),
        }
    }

    /// A case accepted while it, or one before it, is made public has its promise stand for what is left of it.
    pub(super) fn stand_for_running_publicity(&mut self, id: Uuid) -> Result<(), Error> {
        let (zone, now, by, snapshot) = (self.zone(), self.now, self.acting.may.account, self.snapshot.clone());
        let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
        let (matter, edges) = (self.case(id)?.matter.clone(), self.edges());
        let befores = edges.iter().filter(|e| e.after == matter).filter_map(|e| self.dossier.cases.iter().find(|c| c.matter == e.before));
        let own = self.dossier.cases.iter().filter(|c| c.id == id);
        let running: Vec<_> =
            befores.chain(own).filter_map(|c| c.progress.publicity).filter(|p| !p.over).map(|p| (p.starts_on, p.ends_on)).collect();
        for days in running {
            let mut entries = list_clock(self.tx, zone, id)?;
            for entry in flow::stand_for_publicity(self.change(id)?, days, &mut entries, (now, by), calendar) {
                self.enter_clock(id, &entry)?;
            }
        }
        Ok(())
    }

    /// A department whose decision rests on one that was taken back looks at it again; nobody is harmed by a timer.
    fn note_lost(&mut self) {
        let edges = self.edges();
        let reversed: Vec<String> = self
            .dossier
            .cases
            .iter()
            .filter(|c| c.progress.reversal.is_some() || c.progress.licence_cancelled_at.is_some())
            .map(|c| c.matter.clone())
            .collect();
        let affected: Vec<(Uuid, String, String)> = edges
            .iter()
            .filter(|e| reversed.contains(&e.before))
            .filter_map(|e| self.dossier.cases.iter().find(|c| c.matter == e.after && c.is_in_force()).map(|c| (c, e.before.clone())))
            .map(|(c, before)| (c.id, c.department.clone(), before))
            .collect();
        for (id, department, subject) in affected {
            self.owe_review(id, department, subject);
        }
    }

    /// The same for results of the project's other applications: what asked for one that was taken back is looked at again.
    pub(super) fn note_lost_elsewhere(&mut self) -> Result<(), Error> {
        let Some(project) = self.dossier.application.project_code.clone() else { return Ok(()) };
        let standing = self.dossier.cases.iter().filter(|c| c.is_in_force() || c.state == CaseState::Accepted);
        let mut rests: Vec<(Uuid, String, Vec<String>)> = Vec::new();
        for case in standing {
            let matter = self.matter(case.id)?;
            let on = matter.requirements.iter().flat_map(|r| &r.choices).filter_map(|c| c.issued_by.clone()).collect();
            rests.push((case.id, case.department.clone(), on));
        }
        let sought: BTreeSet<String> = rests.iter().flat_map(|(.., on)| on.clone()).collect();
        let sought: Vec<String> = sought.into_iter().collect();
        if sought.is_empty() {
            return Ok(());
        }
        let (zone, own) = (self.zone(), self.dossier.application.id);
        let lost = certificate::lost_to_project(self.tx, zone, &project, own, &sought)?;
        for (id, department, on) in rests {
            for subject in on.into_iter().filter(|m| lost.contains(m)) {
                self.owe_review(id, department.clone(), subject);
            }
        }
        Ok(())
    }

    /// A department looks again at what rests on a result that was taken back; once for each.
    fn owe_review(&mut self, id: Uuid, department: String, subject: String) {
        let known = |o: &Obligation| o.case == id && o.new.kind == ObligationKind::DependentReview && o.new.subject == subject;
        if !self.obligations.iter().chain(&self.opened).any(known) {
            let due = Some(self.term(self.settings().dependent_review_term));
            self.owe(id, vec![flow::NewObligation::new(ObligationKind::DependentReview, department, subject, due)]);
        }
    }

    /// The other applications of the project look whether something of theirs rests on what was taken back here.
    pub(super) fn wake_project(&mut self) -> Result<(), Error> {
        let Some(project) = self.dossier.application.project_code.clone() else { return Ok(()) };
        let (zone, own, now) = (self.zone(), self.dossier.application.id, self.now);
        for other in list_of_project(self.tx, zone, &project, own)? {
            self.wake.insert(other, now);
        }
        Ok(())
    }

    /// What ending some cases would do to the others.
    pub(super) fn effect_of_ending(&self, ending: &[Uuid]) -> Effect {
        flow::effect_of_ending(&self.dossier.cases, &self.edges(), ending, &Self::filing(&self.snapshot, self.now))
    }

    /// Remembers for waiting cases that they are accepted with the rest: complete but for what comes before them.
    pub(super) fn accept_ahead(&mut self, ids: &[Uuid]) -> Result<(), Error> {
        let by = self.acting.may.account;
        for id in ids {
            let case = self.change(*id)?;
            case.progress.accepted_ahead = Some(by);
            case.version += 1;
            self.note(EventKind::CaseAcceptedAhead, *id, json!({}));
        }
        Ok(())
    }

    /// Cases that wait, or that a failed predecessor keeps from beginning.
    pub(super) fn waiting(&self) -> Vec<Uuid> {
        self.dossier.cases.iter().filter(|c| c.state == CaseState::Waiting).map(|c| c.id).collect()
    }

    /// Says what else would end, where the applicant has not said yet that he knows.
    pub(super) fn require_known_effect(&self, ending: &[Uuid], known: &[Uuid]) -> Result<(), Error> {
        let stops = self.effect_of_ending(ending).stops;
        let unknown: Vec<String> = self
            .dossier
            .cases
            .iter()
            .filter(|c| stops.contains(&c.id) && !ending.contains(&c.id) && !known.contains(&c.id))
            .map(|c| format!("「{}」", c.matter_name(&self.snapshot.catalogue)))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let text = format!("撤回后，以下事项也将终止：{}。确认的，请在 stops 中写明这些办件", unknown.join("、"));
        Err(Error::StateForbids(Reason::new("effect_unconfirmed", text, "一件事一次办：撤件影响")))
    }
}
