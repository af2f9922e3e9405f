//! Renewal of a licence by silence, and what is asked for too late.

use super::work::Work;
use crate::Error;
use chrono::NaiveDate;
use domain::application::{Filing, Target};
use domain::catalogue::LaterAct;
use domain::event::EventKind;
use domain::flow::{self, DeemedRenewal, LetterKind};
use domain::reason::Reason;
use persistence::certificate::{self, Certificate, CertificateState};
use serde_json::json;
use uuid::Uuid;

/// Why a certificate that has ended can't be changed, renewed or replaced any more; it may still be cancelled (行政许可法 70).
pub(super) fn too_late(target: &Target, certificate: &Certificate, day: NaiveDate) -> Option<Reason> {
    let ended = certificate.valid_until.filter(|until| *until < day && target.act != LaterAct::Cancel)?;
    let text = format!("证照{}已于{ended}到期，不能再{}，请重新申请", certificate.number, target.act.label());
    Some(Reason::new("target_expired", text, "行政许可法 50、70"))
}

impl Work<'_, '_> {
    /// Applies that nothing was decided before the licence ended: it is renewed as if it had been granted at that moment.
    pub(super) fn renew_by_silence(&mut self, id: Uuid, renewed: &DeemedRenewal) -> Result<(), Error> {
        let (zone, snapshot, matter) = (self.zone(), self.snapshot.clone(), self.matter(id)?);
        let number = self.case(id)?.target.as_ref().map(|t| t.certificate_no.clone()).unwrap_or_default();
        if certificate::lock(self.tx, zone, &number)?.is_none_or(|c| c.state != CertificateState::Valid) {
            if let Some(renewal) = &mut self.change(id)?.progress.renewal {
                renewal.lost = true;
            }
            return Ok(());
        }
        let case_no = if self.case(id)?.case_no.is_none() { Some(self.next_number()?) } else { None };
        self.change(id)?.renew_by_silence(renewed, case_no);
        let case_no = self.case(id)?.case_no.clone();
        self.note_at(renewed.at, EventKind::CaseRenewedBySilence, id, json!({"case_no": case_no, "basis": "行政许可法 50"}));
        let committed: Vec<String> =
            self.dossier.content.valid_letters(LetterKind::Commitment).flat_map(|l| l.materials.iter().cloned()).collect();
        let filing = Filing { received_at: renewed.at, ..Self::filing(&snapshot, self.now) };
        let owed = flow::on_grant(self.case(id)?, &matter, &committed, &filing);
        self.owe_at(renewed.at, id, owed);
        self.enter_register(id, &matter, renewed.at)?;
        self.meet_deferrals_of(&matter.code)?;
        self.make_decision(id)
    }
}
