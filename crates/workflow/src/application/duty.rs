//! Duties of cases: opened, discharged, opened again, made final.

use super::obligation::answers;
use super::work::Work;
use crate::Error;
use chrono::Datelike;
use domain::calendar::Due;
use domain::event::EventKind;
use domain::flow::{self, NewObligation, Obligation, ObligationKind, ObligationState};
use domain::local_time::{Instant, end_of};
use persistence::application::list_clock;
use persistence::ids;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

impl Work<'_, '_> {
    /// Opens duties of a case.
    pub(super) fn owe(&mut self, case: Uuid, new: Vec<NewObligation>) {
        self.owe_at(self.now, case, new);
    }

    /// Opens duties of a case at the moment the law opened them.
    pub(super) fn owe_at(&mut self, at: Instant, id: Uuid, new: Vec<NewObligation>) {
        let Some(case) = self.dossier.cases.iter().find(|c| c.id == id).cloned() else { return };
        for new in new {
            let facts = json!({"kind": new.kind, "owed_by": new.owed_by, "subject": new.subject, "due_on": new.due.map(|d| d.on)});
            self.opened.push(Obligation::open(ids::new_id(), &case, new, at));
            self.note_at(at, EventKind::ObligationOpened, id, facts);
        }
    }

    /// Ends the open or lapsed duties of a case that `which` names.
    pub(super) fn discharge(&mut self, case: Uuid, state: ObligationState, which: impl Fn(&Obligation) -> bool) {
        let now = self.now;
        let unsettled = |o: &Obligation| matches!(o.state, ObligationState::Open | ObligationState::Lapsed);
        let mut facts = Vec::new();
        let mut unanswered = Vec::new();
        for o in self.obligations.iter_mut().chain(&mut self.opened).filter(|o| o.case == case && unsettled(o) && which(o)) {
            unanswered.extend(o.asked_at.map(|_| o.id));
            o.settle(state, now);
            self.settled.insert(o.id);
            facts.push(json!({"kind": o.new.kind, "subject": o.new.subject, "state": state}));
        }
        // Nobody has to answer any more who asked for more time.
        for o in self.obligations.iter_mut().filter(|o| unsettled(o) && unanswered.iter().any(|id| answers(o, *id))) {
            o.settle(ObligationState::Cancelled, now);
            self.settled.insert(o.id);
        }
        let kind = if state == ObligationState::Fulfilled { EventKind::ObligationFulfilled } else { EventKind::ObligationCancelled };
        for fact in facts {
            self.note(kind, case, fact);
        }
    }

    /// Makes the date of a duty final on a calendar loaded since: it is never shortened, and rolled off a free day.
    pub(super) fn roll_obligation(&mut self, id: Uuid) {
        let calendar = self.snapshot.calendar.clone();
        let Some(o) = self.obligations.iter_mut().find(|o| o.id == id) else { return };
        let Some(before) = o.new.due.filter(|d| calendar.covers(d.on.year())) else { return };
        let on = if calendar.counts(before.on) { before.on } else { calendar.next_working_day(before.on) };
        o.new.due = Some(Due { on, at: end_of(on), provisional: false });
        let (case, kind) = (o.case, o.new.kind);
        self.settled.insert(id);
        self.note(EventKind::DeadlineMoved, case, json!({"duty": kind, "from": before.on, "to": on, "basis": "国务院办公厅放假安排"}));
    }

    /// Opens again what a decision at `decided` had cancelled.
    pub(super) fn reopen_obligations(&mut self, case: Uuid, decided: Option<Instant>) {
        // A joint look no longer waits for what it let go; what was asked for before is asked for anew.
        let joint = |o: &Obligation| matches!(o.new.kind, ObligationKind::JointOpinion | ObligationKind::ExtensionAnswer);
        let cancelled = |o: &Obligation| o.state == ObligationState::Cancelled && o.settled_at == decided;
        let by_decision = |o: &Obligation| o.case == case && cancelled(o) && !joint(o);
        let mut facts = Vec::new();
        for o in self.obligations.iter_mut().filter(|o| by_decision(o)) {
            (o.state, o.settled_at) = (ObligationState::Open, None);
            self.settled.insert(o.id);
            facts.push(json!({"kind": o.new.kind, "subject": o.new.subject, "due_on": o.new.due.map(|d| d.on), "reopened": true}));
        }
        for fact in facts {
            self.note(EventKind::ObligationOpened, case, fact);
        }
    }

    /// Notes that a material came: whatever of it was deferred or promised is done, late or not.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) fn supply(&mut self, material: &str) -> Result<(), Error> {
        let mut have: BTreeSet<String> = self.dossier.materials.iter().map(|m| m.code.clone()).collect();
        have.extend(self.dossier.content.paper.iter().map(|p| p.material.clone()));
        have.insert(material.to_owned());
        let done = |o: &Obligation| match o.new.kind {
            ObligationKind::DeferredBeforeDecision | ObligationKind::DeferredAfterGrant => o.new.subject == material,
            ObligationKind::CompleteAfterGrant => o.new.subject.split(',').all(|m| have.contains(m)),
            _ => false,
        };
        let ids: Vec<Uuid> = self.dossier.cases.iter().map(|c| c.id).collect();
        for id in ids {
            self.waive_late(id, |o| done(o))?;
            self.discharge(id, ObligationState::Fulfilled, done);
        }
        Ok(())
    }

    /// Gives the promise back the days the applicant has been late with what he deferred (R4.13).
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) fn waive_late(&mut self, id: Uuid, which: impl Fn(&Obligation) -> bool) -> Result<(), Error> {
        self.waive_late_at(id, self.now, which)
    }

    /// The same, for what came at an earlier moment.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub(super) fn waive_late_at(&mut self, id: Uuid, came: Instant, which: impl Fn(&Obligation) -> bool) -> Result<(), Error> {
        let late = |o: &&Obligation| {
            o.case == id && o.state == ObligationState::Lapsed && o.new.kind == ObligationKind::DeferredBeforeDecision && which(o)
        };
        let Some(since) = self.obligations.iter().filter(late).filter_map(|o| o.new.due).min_by_key(|d| d.at) else { return Ok(()) };
        let (zone, snapshot) = (self.zone(), self.snapshot.clone());
        let mut entries = list_clock(self.tx, zone, id)?;
        let calendar = (&*snapshot.calendar, snapshot.catalogue.zone.hours.as_slice());
        if let Some(entry) = flow::waive(self.change(id)?, &mut entries, since, came, calendar) {
            self.enter_clock(id, &entry)?;
            let due = self.case(id)?.deadline.map(|d| d.due.on);
            self.note(EventKind::DeadlineMoved, id, json!({"to": due, "basis": entry.basis}));
        }
        Ok(())
    }
}
