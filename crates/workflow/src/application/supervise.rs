//! Electronic supervision: raise what the rules find, urge, answer, close.

use super::work::Work;
use crate::Error;
use domain::application::{CaseState, Light};
use domain::event::EventKind;
use domain::flow::{Finding, FindingState, WatchRule, colour_changes};
use domain::local_time::Instant;
use persistence::{finding, ids};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Urges a department about a finding (督办).
///
/// # Errors
/// [`Error::StateForbids`] when it is closed.
pub fn urge_finding(work: &mut Work<'_, '_>, id: Uuid, text: String) -> Result<(), Error> {
    let until = work.term(work.settings().urge_answer_term).at;
    let (now, by) = (work.now, work.acting.may.account);
    work.change_finding(id, EventKind::FindingUrged, |f| f.urge(text, now, by, until))
}

/// Takes a department's answer.
///
/// # Errors
/// [`Error::StateForbids`]; [`Error::Forbidden`] for another department's.
pub fn answer_finding(work: &mut Work<'_, '_>, id: Uuid, text: String) -> Result<(), Error> {
    let (now, by) = (work.now, work.acting.may.account);
    work.change_finding(id, EventKind::FindingAnswered, |f| f.answer(text, now, by))
}

/// Closes a finding.
///
/// # Errors
/// [`Error::StateForbids`] for what is overdue and unanswered.
pub fn close_finding(work: &mut Work<'_, '_>, id: Uuid, text: String) -> Result<(), Error> {
    let (now, by) = (work.now, work.acting.may.account);
    work.change_finding(id, EventKind::FindingClosed, |f| f.close(text, now, by))
}

impl Work<'_, '_> {
    fn change_finding(
        &mut self,
        id: Uuid,
        kind: EventKind,
        step: impl FnOnce(&mut Finding) -> Result<(), domain::reason::Reason>,
    ) -> Result<(), Error> {
        let (zone, application) = (self.zone(), self.dossier.application.id);
        let mut found = finding::lock(self.tx, zone, id)?.ok_or(Error::NotFound)?;
        if !self.acting.may.covers(&found.department) {
            return Err(Error::Forbidden);
        }
        step(&mut found).map_err(Error::StateForbids)?;
        finding::save(self.tx, zone, application, &found)?;
        self.note(kind, found.case, json!({"finding": id, "rule": found.rule, "light": found.light}));
        Ok(())
    }

    /// Notes every change of colour that has happened by now, and raises what it means.
    pub(super) fn watch_lights(&mut self) -> Result<(), Error> {
        let ids: Vec<Uuid> = self.dossier.cases.iter().map(|c| c.id).collect();
        for id in ids {
            let (case, now) = (self.case(id)?.clone(), self.now);
            for (at, colour) in colour_changes(&case, now) {
                let from = self.case(id)?.progress.light;
                self.change(id)?.progress.light = colour;
                let due = case.deadline.map(|d| d.due.on);
                self.note_at(at, EventKind::LightChanged, id, json!({"from": from, "to": colour, "due_on": due}));
                if colour < from {
                    self.calmed.insert(id);
                } else if colour > Light::Green {
                    let rule = if case.state == CaseState::Decided { WatchRule::DeliveryLate } else { WatchRule::Deadline };
                    let subject = due.map(|d| d.to_string()).unwrap_or_default();
                    self.raise(id, rule, subject, colour, at)?;
                }
            }
        }
        Ok(())
    }

    /// Raises a finding with what is saved; raising it again changes nothing.
    pub(super) fn raise(&mut self, case: Uuid, rule: WatchRule, subject: String, light: Light, at: Instant) -> Result<(), Error> {
        let department = self.case(case)?.department.clone();
        self.raise_against(department, case, rule, subject, light, at);
        Ok(())
    }

    /// The same against the department that is meant.
    pub(super) fn raise_against(&mut self, department: String, case: Uuid, rule: WatchRule, subject: String, light: Light, at: Instant) {
        self.findings.push(Finding {
            id: ids::new_id(),
            case,
            department,
            rule,
            subject,
            light,
            state: FindingState::Open,
            raised_at: at,
            urged: None,
            answered: None,
            closed: None,
            words: Vec::new(),
        });
    }

    /// Writes findings down; the warnings of cases that were decided or ended now, or whose term was met or moved, are over.
    pub(super) fn save_findings(&mut self, decided: &[Uuid]) -> Result<(), Error> {
        let (zone, application) = (self.zone(), self.dossier.application.id);
        finding::raise(self.tx, zone, application, &std::mem::take(&mut self.findings))?;
        let handed_over = self.dossier.cases.iter().filter(|c| c.progress.delivered_at == Some(self.now)).map(|c| c.id);
        let done: BTreeSet<Uuid> = decided.iter().copied().chain(handed_over).chain(std::mem::take(&mut self.calmed)).collect();
        for case in done {
            finding::resolve_warnings(self.tx, zone, case)?;
        }
        Ok(())
    }
}
