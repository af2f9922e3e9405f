//! What a command leaves: rows, events, counters and timers.

use super::super::{Done, save, submit};
use super::Work;
use crate::Error;
use chrono::TimeDelta;
use domain::application::{ApplicationState, Case};
use domain::event::EventKind;
use domain::flow::ObligationState;
use domain::local_time::Instant;
use persistence::application::{save_case, save_case_file, save_content};
use persistence::job::JobKind;
use persistence::{event, job, obligation, tally};
use serde_json::json;
use uuid::Uuid;

impl Work<'_, '_> {
    /// Saves everything the command changed, in one transaction with its events and jobs.
    pub(super) fn save(mut self) -> Result<Done, Error> {
        self.follow_each_other()?;
        let over = |id: &Uuid| self.case(*id).is_ok_and(Case::is_over);
        let ended: Vec<Uuid> = self.running.iter().copied().filter(over).collect();
        self.leave_joint_reviews(&ended)?;
        self.watch_lights()?;
        self.close_or_reopen();
        let zone = self.zone();
        let id = self.dossier.application.id;
        if !self.events.is_empty() || self.content_changed || !self.cases.is_empty() {
            for case in self.dossier.cases.iter().filter(|c| self.cases.contains(&c.id)) {
                save_case(self.tx, zone, id, case)?;
            }
            for (case, file) in &self.files {
                save_case_file(self.tx, zone, *case, file)?;
            }
            if self.content_changed {
                save_content(self.tx, &self.dossier.application, &self.dossier.content, false)?;
            }
            for o in self.obligations.iter().filter(|o| self.settled.contains(&o.id)) {
                obligation::save(self.tx, zone, id, o)?;
            }
            obligation::insert(self.tx, zone, id, &self.opened)?;
            self.save_findings(&ended)?;
            let application = &mut self.dossier.application;
            application.version += 1;
            let stream = application.stream();
            event::append(self.tx, stream, &mut application.head, &self.acting.actor, std::mem::take(&mut self.events))?;
            save(self.tx, application)?;
            // The counters come last and in one order: writers hold a shared row for a moment only.
            for (tally, subject) in &self.counted_once {
                tally::add_once(self.tx, zone, *tally, subject)?;
            }
            for (tally, n) in &self.counted {
                tally::add(self.tx, zone, *tally, *n)?;
            }
            self.obligations.append(&mut self.opened);
            // The timers of this and other applications in one order: two commands that wake one another don't lock up.
            let mut timers = std::mem::take(&mut self.wake);
            let own = self.next_lapse();
            timers.extend(own.map(|due_at| (id, due_at)));
            for (application, due_at) in timers {
                let put = if application == id { job::reschedule } else { job::schedule };
                put(self.tx, zone, JobKind::SettleApplication, application, due_at)?;
            }
        }
        Ok(Done { dossier: self.dossier, replayed: false, unused: self.stock })
    }

    /// When time acts next on this application; a date that may still move is looked at again tomorrow.
    pub(super) fn next_lapse(&self) -> Option<Instant> {
        let cases = submit::lapses(&self.dossier.cases);
        let reminder = super::super::remind::next_reminder(&self.dossier.cases, &self.obligations, &self.snapshot.calendar);
        let owed = self.obligations.iter().filter(|o| o.state == ObligationState::Open).filter_map(|o| o.new.due).map(|d| d.at);
        cases.chain(owed).chain(reminder).map(|at| if at > self.now { at } else { self.now + TimeDelta::days(1) }).min()
    }

    /// Closes the application once every case is, with the digest of its record; opens it again when one goes on.
    fn close_or_reopen(&mut self) {
        let closed = !self.dossier.cases.is_empty() && self.dossier.cases.iter().all(Case::is_closed);
        let state = self.dossier.application.state;
        if closed && state == ApplicationState::Submitted {
            self.dossier.application.state = ApplicationState::Closed;
            let digests: Vec<String> = self.dossier.materials.iter().map(|m| hex::encode(&m.document.digest)).collect();
            let content = serde_json::to_string(&self.dossier.content).unwrap_or_default();
            let record = json!({"materials": digests, "content": persistence::instrument::sm3_hex(content.as_bytes()),
                "events": self.dossier.application.head.seq});
            let digest = persistence::instrument::sm3_hex(record.to_string().as_bytes());
            self.note_whole(EventKind::ApplicationArchived, json!({"digest": digest, "materials": digests.len()}));
        } else if !closed && state == ApplicationState::Closed {
            self.dossier.application.state = ApplicationState::Submitted;
            self.note_whole(EventKind::ApplicationReopened, json!({}));
        }
    }
}
