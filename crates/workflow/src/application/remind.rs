//! Remind applicants of terms that end soon, each once and dated to its moment.

use super::work::Work;
use crate::Error;
use domain::application::Case;
use domain::calendar::WorkCalendar;
use domain::event::EventKind;
use domain::flow::{Obligation, Reminder, reminders};
use domain::local_time::Instant;
use serde_json::json;

/// The reminders of these cases that were not given yet.
fn ungiven<'a>(cases: &'a [Case], owed: &'a [Obligation], calendar: &'a WorkCalendar) -> impl Iterator<Item = Reminder> + 'a {
    cases.iter().flat_map(|c| reminders(c, owed.iter(), calendar).into_iter().filter(|r| !c.progress.reminded.contains(&r.key)))
}

/// When the next of them is to be given.
pub(super) fn next_reminder(cases: &[Case], owed: &[Obligation], calendar: &WorkCalendar) -> Option<Instant> {
    ungiven(cases, owed, calendar).map(|r| r.at).min()
}

impl Work<'_, '_> {
    /// Gives what is to be given by now. A term that is over by then is no longer reminded of.
    pub(super) fn remind(&mut self) -> Result<(), Error> {
        let now = self.now;
        let ready: Vec<Reminder> =
            ungiven(&self.dossier.cases, &self.obligations, &self.snapshot.calendar).filter(|r| r.at <= now).collect();
        for reminder in ready {
            let Reminder { key, case, kind, subject, at, due } = reminder;
            let changed = self.change(case)?;
            changed.progress.reminded.insert(key);
            changed.version += 1;
            if now < due.at {
                let name = subject.as_deref().map(|code| self.name_of(code));
                self.note_at(at, EventKind::ReminderGiven, case, json!({"about": kind, "subject": name, "due_on": due.on}));
            }
        }
        Ok(())
    }
}
