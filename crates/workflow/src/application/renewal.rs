//! Renewal of a licence by silence, and what is asked for too late.

use super::work::Work;
use crate::Error;
use chrono::NaiveDate;
use domain::application::{Case, CaseState, Filing, Target};
use domain::catalogue::LaterAct;
use domain::event::EventKind;
use domain::flow::{self, DeemedRenewal, Obligation, ObligationKind, ObligationState};
use domain::local_time::end_of;
use domain::reason::Reason;
use persistence::application::list_renewing;
use persistence::certificate::{self, Certificate, CertificateState};
use persistence::{DbError, Tx};
use serde_json::json;
use uuid::Uuid;

/// Why a certificate that has ended can't be changed, renewed or replaced any more; it may still be cancelled (行政许可法 70).
pub(super) fn too_late(target: &Target, certificate: &Certificate, day: NaiveDate) -> Option<Reason> {
    let ended = certificate.valid_until.filter(|until| *until < day && target.act != LaterAct::Cancel)?;
    let text = format!("证照{}已于{ended}到期，不能再{}，请重新申请", certificate.number, target.act.label());
    Some(Reason::new("target_expired", text, "行政许可法 50、70"))
}

/// Whether a certificate is one that this holder may have changed, renewed, replaced or cancelled.
pub(super) fn is_of_holder(certificate: &Certificate, holder: Option<&Vec<u8>>) -> bool {
    certificate.state == CertificateState::Valid && holder.is_some() && certificate.holder_identifier.as_ref() == holder
}

/// Why a certificate that has ended can't be cancelled yet: its renewal was asked for, the office owes the decision, and the
/// law may have renewed it (行政许可法 50). What the applicant has to supplement keeps nobody waiting.
pub(super) fn renewal_pending(tx: &mut Tx<'_>, zone: i32, number: &str) -> Result<Option<Reason>, DbError> {
    let owed = list_renewing(tx, zone, number)?.iter().any(|(_, state)| matches!(state, CaseState::Received | CaseState::Accepted));
    let text = "该证照的延续申请尚未办结，应先作出决定";
    Ok(owed.then(|| Reason::new("renewal_pending", text, "行政许可法 50、70(一)")))
}

impl Work<'_, '_> {
    /// What renews a licence is brought up to date before its end: whether the licence still holds, and, once its calendar
    /// is published, by when the renewal was to be asked for.
    pub(super) fn refresh_renewals(&mut self) -> Result<(), Error> {
        let renewing = |c: &&Case| c.progress.renewal.is_some() && !c.is_over();
        let cases: Vec<Case> = self.dossier.cases.iter().filter(renewing).cloned().collect();
        for case in cases {
            let (Some(mut renewal), Some(target)) = (case.progress.renewal, &case.target) else { continue };
            if self.now >= end_of(renewal.expires_on) {
                continue;
            }
            let (zone, holder) = (self.zone(), super::applicant_hash(self.tx.keys(), &self.dossier.content));
            let mut moved = false;
            let mut found = certificate::find(self.tx, zone, &target.certificate_no)?;
            if let (Some(CertificateState::Replaced), Some(holder)) = (found.as_ref().map(|c| c.state), &holder) {
                // Changed or made out anew meanwhile: the renewal is of what took its place.
                found = certificate::find_successor(self.tx, zone, holder, &target.certificate_no)?;
                if let Some(next) = &found {
                    let target = Some(Target { certificate_no: next.number.clone(), ..target.clone() });
                    self.change(case.id)?.target = target;
                    moved = true;
                    renewal.expires_on = next.valid_until.unwrap_or(renewal.expires_on);
                }
            }
            renewal.lost = !found.is_some_and(|c| is_of_holder(&c, holder.as_ref()));
            if let Some(received_at) = self.dossier.application.received_at.filter(|_| renewal.provisional) {
                let (snapshot, matter) = (self.snapshot.clone(), self.matter(case.id)?);
                if let Some(anew) = flow::renewal(&matter, Some(renewal.expires_on), &Self::filing(&snapshot, received_at)) {
                    // A term of the applicant is never shortened.
                    renewal.in_time |= anew.in_time;
                    renewal.ask_by = renewal.ask_by.max(anew.ask_by);
                    renewal.provisional = anew.provisional;
                }
            }
            if moved || case.progress.renewal != Some(renewal) {
                let changed = self.change(case.id)?;
                changed.progress.renewal = Some(renewal);
                changed.version += 1;
                self.note(EventKind::RenewalChecked, case.id, json!({"licence_holds": !renewal.lost, "in_time": renewal.in_time}));
            }
        }
        Ok(())
    }

    /// Applications that ask to renew a certificate look at it again: it was suspended, given back, or lost.
    pub(super) fn wake_renewals_of(&mut self, number: &str) -> Result<(), Error> {
        let (zone, own, now) = (self.zone(), self.dossier.application.id, self.now);
        let renewing = list_renewing(self.tx, zone, number)?;
        self.wake.extend(renewing.into_iter().filter(|(id, _)| *id != own).map(|(id, _)| (id, now)));
        Ok(())
    }

    /// Applies that nothing was decided before the licence ended: it is renewed as if it had been granted at that moment.
    pub(super) fn renew_by_silence(&mut self, id: Uuid, renewed: &DeemedRenewal) -> Result<(), Error> {
        // The authority has missed its term: every colour up to red is noted first.
        self.watch_lights()?;
        let (zone, snapshot, matter) = (self.zone(), self.snapshot.clone(), self.matter(id)?);
        let number = self.case(id)?.target.as_ref().map(|t| t.certificate_no.clone()).unwrap_or_default();
        let holder = super::applicant_hash(self.tx.keys(), &self.dossier.content);
        if certificate::lock(self.tx, zone, &number)?.is_none_or(|c| !is_of_holder(&c, holder.as_ref())) {
            let case = self.change(id)?;
            case.version += 1;
            if let Some(renewal) = &mut case.progress.renewal {
                renewal.lost = true;
            }
            self.note(EventKind::RenewalChecked, id, json!({"licence_holds": false}));
            return Ok(());
        }
        let case_no = if self.case(id)?.case_no.is_none() { Some(self.next_number()?) } else { None };
        let deferred = self.obligations.iter().chain(&self.opened).any(|o| o.case == id && o.is_missing_deferral());
        self.change(id)?.renew_by_silence(renewed, case_no, deferred);
        let case_no = self.case(id)?.case_no.clone();
        self.note_at(renewed.at, EventKind::CaseRenewedBySilence, id, json!({"case_no": case_no, "basis": "行政许可法 50"}));
        self.discharge(id, ObligationState::Cancelled, |o: &Obligation| o.new.kind == ObligationKind::HearingDue);
        let filing = Filing { received_at: renewed.at, ..Self::filing(&snapshot, self.now) };
        self.leave_grant(id, &matter, &filing)?;
        self.make_decision(id)
    }
}
