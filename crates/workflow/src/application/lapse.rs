//! What time has done to an application by now, each dated to its legal moment.

use super::work::{Opening, Work};
use crate::Error;
use domain::application::{Lapse, Light, ProceedingStage, counting_start, settle};
use domain::calendar::due;
use domain::event::EventKind;
use domain::flow::{self, ClockEntry, Obligation, ObligationKind, ObligationState, ProceedingCause, WatchRule};
use domain::local_time::Instant;
use persistence::certificate;
use persistence::tally::Tally;
use serde_json::json;
use uuid::Uuid;

impl Work<'_, '_> {
    /// What time has done by now, each dated to its legal moment.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        self.refresh_renewals()?;
        for i in 0..self.dossier.cases.len() {
            let Some(case) = self.dossier.cases.get(i).cloned() else { continue };
            let (id, zone) = (case.id, self.snapshot.catalogue.zone.clone());
            let basis = case.progress.lapse_basis.clone();
            while let Some(lapse) = settle(self.case(id)?, self.now, &self.snapshot.calendar, &zone.hours) {
                match lapse {
                    Lapse::Accepted(acceptance) => {
                        let case_no = self.next_number()?;
                        let start = counting_start(&case, acceptance.accepted_at, &self.snapshot.calendar, &zone.hours);
                        self.change(id)?.accept_deemed(&acceptance, case_no.clone());
                        let by_law = case.silence().map(|(_, basis)| basis.to_owned()).unwrap_or_default();
                        self.enter_clock(id, &ClockEntry::start(start, &by_law, None))?;
                        self.stand_for_running_publicity(id)?;
                        let facts = json!({"case_no": case_no, "accepted_at": acceptance.accepted_at,
                        "due_on": acceptance.decision.due.on, "basis": by_law});
                        self.note_at(acceptance.lapsed_at, EventKind::CaseDeemedAccepted, id, facts);
                        self.owe_deferrals(id, acceptance.lapsed_at)?;
                        self.make_acceptance_receipt(id)?;
                    }
                    Lapse::Renewed(renewed) => self.renew_by_silence(id, &renewed)?,
                    Lapse::TreatedAsWithdrawn { at } => {
                        self.change(id)?.treat_as_withdrawn(at);
                        self.note_at(at, EventKind::CaseTreatedAsWithdrawn, id, json!({"basis": basis}));
                    }
                }
            }
            let now = self.now;
            if let Some(at) = flow::end_publicity(self.change_quietly(id)?, now) {
                self.change(id)?;
                self.note_at(at, EventKind::PublicityEnded, id, json!({}));
            }
        }
        self.decline_hearings()?;
        self.take_results()?;
        self.settle_obligations()?;
        self.take_results()?;
        self.remind()?;
        self.watch_lights()
    }

    /// What an acceptance leaves owed.
    pub(super) fn owe_deferrals(&mut self, id: Uuid, at: Instant) -> Result<(), Error> {
        if self.dossier.content.valid_letters(flow::LetterKind::Deferral).next().is_none() {
            return Ok(());
        }
        let (items, matter) = (self.assess()?.items, self.matter(id)?);
        let snapshot = self.snapshot.clone();
        let owed = flow::on_acceptance(self.case(id)?, &matter, &items, &Self::filing(&snapshot, self.now));
        if !owed.is_empty() {
            self.count(Tally::DeferralCases);
            if let Some(project) = self.dossier.application.project_code.clone() {
                self.count_once(Tally::DeferralProjects, project);
            }
        }
        self.owe_at(at, id, owed);
        Ok(())
    }

    /// Whether the holder has given up what a case granted, or lost it.
    fn is_given_up(&mut self, case: Uuid) -> Result<bool, Error> {
        use certificate::CertificateState::{Cancelled, Recalled, Revoked};
        let zone = self.zone();
        let found = certificate::find_of_case(self.tx, zone, case)?;
        Ok(found.is_some_and(|c| matches!(c.state, Cancelled | Revoked | Recalled)))
    }

    /// Ends a duty for which there is nothing left.
    fn cancel_duty(&mut self, duty: &Obligation, at: Instant) {
        if let Some(o) = self.obligations.iter_mut().chain(&mut self.opened).find(|o| o.id == duty.id) {
            o.settle(ObligationState::Cancelled, at);
        }
        self.note_at(at, EventKind::ObligationCancelled, duty.case, json!({"kind": duty.new.kind, "subject": duty.new.subject}));
    }

    /// Duties whose term is over lapse; a deferral that did opens the hearing of the applicant, nothing more.
    pub(super) fn settle_obligations(&mut self) -> Result<(), Error> {
        let now = self.now;
        let mut lapsed = Vec::new();
        for o in self.obligations.iter_mut().chain(&mut self.opened) {
            if o.lapse(now) {
                self.settled.insert(o.id);
                lapsed.push(o.clone());
            }
        }
        for o in lapsed {
            let Some(over) = o.new.due else { continue };
            if o.new.kind == ObligationKind::Begin && self.is_given_up(o.case)? {
                self.cancel_duty(&o, over.at);
                continue;
            }
            let facts = json!({"kind": o.new.kind, "subject": o.new.subject, "due_on": over.on});
            self.note_at(over.at, EventKind::ObligationLapsed, o.case, facts);
            // What lapsed in the applicant's hands and ends the grant by law, the department of the case looks into.
            let looks = if o.new.kind == ObligationKind::Begin { &o.department } else { &o.new.owed_by };
            let owes = self.snapshot.catalogue.zone.department(looks).map(|d| d.code.clone());
            if let Some(department) = owes {
                self.raise_against(department, o.case, WatchRule::DutyLapsed, o.id.to_string(), Light::Red, over.at);
            }
            let deferral = matches!(o.new.kind, ObligationKind::DeferredBeforeDecision | ObligationKind::DeferredAfterGrant);
            let idle = self.case(o.case)?.progress.proceeding.is_none() && self.case(o.case)?.progress.reversal.is_none();
            if deferral && idle {
                let heard = due(&self.snapshot.calendar, &self.snapshot.catalogue.zone.hours, over.at, self.settings().statement_term);
                let findings = format!("容缺材料「{}」应于{}前补齐，逾期未补", self.name_of(&o.new.subject), over.on);
                let (cause, stage) = (ProceedingCause::DeferralLapsed, ProceedingStage::Statement);
                self.open_proceeding(o.case, Opening { cause, stage, findings, until: heard, at: over.at, by: None })?;
            }
        }
        Ok(())
    }
}
