//! Deferred materials that come as the result of another matter: nobody has to upload what the hall made out itself.

use super::work::Work;
use crate::Error;
use domain::catalogue::Matter;
use domain::event::EventKind;
use domain::flow::{Obligation, ObligationState};
use domain::local_time::{Instant, date_of};
use persistence::{certificate, obligation};
use serde_json::json;
use uuid::Uuid;

/// The matters whose result a material is.
fn issued_by(matter: &Matter, material: &str) -> Vec<String> {
    let choices = matter.requirements.iter().flat_map(|r| &r.choices).filter(|c| c.material == material);
    choices.filter_map(|c| c.issued_by.clone()).collect()
}

impl Work<'_, '_> {
    /// Meets every deferred material whose matter has been granted meanwhile, here or in another application of the same
    /// applicant (and project), dated to the moment of that grant: when this runs changes nothing.
    pub(super) fn take_results(&mut self) -> Result<(), Error> {
        let missing = self.obligations.iter().filter(|o| o.is_missing_deferral());
        let owed: Vec<(Uuid, Uuid, String, Option<Instant>, Instant)> = missing
            .map(|o| {
                let running = o.new.due.filter(|d| o.state == ObligationState::Open && !d.provisional);
                (o.id, o.case, o.new.subject.clone(), running.map(|d| d.at), o.opened_at)
            })
            .collect();
        for (id, case, material, due, opened) in owed {
            let matters = issued_by(&*self.matter(case)?, &material);
            if matters.is_empty() {
                continue;
            }
            // What came after the last day finds the duty lapsed, whenever this runs.
            let came = self.granted(&matters, opened)?.filter(|at| due.is_none_or(|due| *at < due));
            if let Some(at) = came {
                self.meet(id, case, &material, at)?;
            }
        }
        Ok(())
    }

    /// When one of these matters was granted to the applicant.
    fn granted(&mut self, matters: &[String], opened: Instant) -> Result<Option<Instant>, Error> {
        let own = self.dossier.cases.iter().find(|c| matters.contains(&c.matter) && c.is_in_force()).and_then(|c| c.decided_at);
        if own.is_some() {
            return Ok(own);
        }
        let Some(holder) = super::applicant_hash(self.tx.keys(), &self.dossier.content) else { return Ok(None) };
        let (zone, project) = (self.zone(), self.dossier.application.project_code.clone());
        // Without a project only what came since can be what is meant.
        let since = project.is_none().then_some(opened);
        let today = date_of(self.now);
        let sought = certificate::Sought { holder: &holder, matters, project: project.as_deref(), since, today };
        Ok(certificate::granted_to(self.tx, zone, &sought)?)
    }

    fn meet(&mut self, id: Uuid, case: Uuid, material: &str, at: Instant) -> Result<(), Error> {
        let opened = self.obligations.iter().find(|o| o.id == id).map_or(at, |o| o.opened_at);
        let at = at.max(opened);
        let facts = json!({"material": material, "state": ObligationState::Fulfilled});
        self.note_at(at, EventKind::DeferralMet, case, facts);
        self.waive_late_at(case, at, |o: &Obligation| o.id == id)?;
        if let Some(o) = self.obligations.iter_mut().find(|o| o.id == id) {
            o.settle(ObligationState::Fulfilled, at);
            self.settled.insert(id);
        }
        Ok(())
    }

    /// A grant of this matter may be what somebody still owes: here at once, in other applications of the project by
    /// their timers.
    pub(super) fn meet_deferrals_of(&mut self, matter: &str) -> Result<(), Error> {
        let waits = |o: &&Obligation| o.is_missing_deferral();
        let of_this = self.obligations.iter().filter(waits).any(|o| {
            let asking = self.matter(o.case).ok();
            asking.is_some_and(|m| issued_by(&m, &o.new.subject).iter().any(|code| code == matter))
        });
        if of_this {
            self.take_results()?;
        }
        if let Some(project) = self.dossier.application.project_code.clone() {
            let (zone, own, now) = (self.zone(), self.dossier.application.id, self.now);
            for other in obligation::list_deferring(self.tx, zone, &project, own)? {
                self.wake.insert(other, now);
            }
        }
        Ok(())
    }
}
