//! Decide a case.

use super::work::Work;
use crate::Error;
use domain::access::Reach;
use domain::application::{CaseState, Outcome};
use domain::catalogue::{EdgeKind, Matter};
use domain::event::EventKind;
use domain::flow::{self, Command, Decision, LetterKind, Obligation, ObligationKind, ObligationState, Owed, Refusal};
use domain::reason::Reason;
use persistence::certificate::{self, Certificate, CertificateState};
use serde_json::json;
use uuid::Uuid;

/// A decision to take.
pub struct NewDecision {
    /// Granted or refused.
    pub granted: bool,
    /// Opinion.
    pub opinion: String,
    /// Reasons of a refusal.
    pub refusals: Vec<Refusal>,
    /// Why the promise was missed.
    pub delay: Option<String>,
}

/// Decides a case; a grant opens its duties, enters the register and acts on the certificate it is about, all
/// at the same moment.
///
/// # Errors
/// [`Error::NotAllowed`] where acceptance and decision are separated, [`Error::StateForbids`] when something
/// stands in the way.
pub fn decide(work: &mut Work<'_, '_>, id: Uuid, new: NewDecision) -> Result<(), Error> {
    work.require(id, Command::Decide)?;
    let matter = work.matter(id)?;
    let (by, at_window) = (work.acting.may.account, work.acting.may.reach == Reach::Zone);
    if let Some(reason) = flow::separated(work.case(id)?, &matter, by, at_window) {
        return Err(Error::NotAllowed(reason));
    }
    work.waive_late(id, |_| true)?;
    let missing = |kind| work.obligations.iter().any(|o| o.case == id && o.new.kind == kind && o.is_missing_deferral());
    let decision = Decision {
        granted: new.granted,
        by,
        owed: match (missing(ObligationKind::DeferredBeforeDecision), missing(ObligationKind::DeferredAfterGrant)) {
            (true, _) => Owed::BeforeDecision,
            (false, true) => Owed::AfterGrant,
            (false, false) => Owed::Nothing,
        },
        refusals: &new.refusals,
        delay: new.delay.as_deref(),
    };
    let (snapshot, now) = (work.snapshot.clone(), work.now);
    let late = work.case(id)?.deadline.is_some_and(|d| !d.due.provisional && now >= d.due.at);
    let late_by_law = work.case(id)?.progress.statutory_due.is_some_and(|d| !d.provisional && now >= d.at);
    flow::decide(work.change(id)?, &matter, decision, &Work::filing(&snapshot, now)).map_err(Error::StateForbids)?;
    let outcome = work.case(id)?.outcome;
    let facts = json!({"outcome": outcome, "promise_breached": late, "statutory_breached": late_by_law, "decided_by": by});
    let granted = outcome.is_some_and(Outcome::is_grant);
    work.note(if granted { EventKind::CaseGranted } else { EventKind::CaseRefused }, id, facts);
    let file = work.file(id)?;
    (file.opinion, file.refusals, file.delay) = (Some(new.opinion), new.refusals, new.delay);
    if granted {
        let committed: Vec<String> =
            work.dossier.content.valid_letters(LetterKind::Commitment).flat_map(|l| l.materials.iter().cloned()).collect();
        let owed = flow::on_grant(work.case(id)?, &matter, &committed, &Work::filing(&snapshot, now));
        work.owe(id, owed);
        work.enter_register(id, &matter)?;
        work.receive_successors(&matter.code)?;
    } else {
        work.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
    }
    work.make_decision(id)
}

impl Work<'_, '_> {
    /// Enters the grant in the public register, and acts on the certificate it is about.
    fn enter_register(&mut self, id: Uuid, matter: &Matter) -> Result<(), Error> {
        let (zone, now) = (self.zone(), self.now);
        let case = self.case(id)?.clone();
        let identifier = super::applicant_identifier(&self.dossier.content).map(|i| self.tx.keys().index("identifier", i));
        let mut replaces = None;
        if let Some(target) = &case.target {
            use domain::catalogue::LaterAct::{Cancel, Change, Renew, Replace};
            let valid = |c: &Certificate| {
                c.state == CertificateState::Valid && c.matter == matter.code && identifier.is_some() && c.holder_identifier == identifier
            };
            let text = "所涉证照已失效或者不属于申请人，不能准予";
            let refused = || Error::StateForbids(Reason::new("target_not_valid", text, "行政许可法 49、50、70"));
            let mut earlier = certificate::lock(self.tx, zone, &target.certificate_no)?.filter(valid).ok_or_else(refused)?;
            earlier.state = match target.act {
                Cancel => CertificateState::Cancelled,
                Change | Renew | Replace => CertificateState::Replaced,
            };
            earlier.state_at = now;
            certificate::save(self.tx, zone, &earlier)?;
            if target.act == Cancel {
                return Ok(());
            }
            replaces = Some(earlier.number);
        }
        let (holder, holder_kind) = self.applicant();
        let today = domain::local_time::date_of(now);
        let new = Certificate {
            number: format!("Z{}", case.case_no.clone().unwrap_or_default()),
            case: id,
            application: self.dossier.application.id,
            matter: matter.code.clone(),
            name: matter.result_name.clone(),
            holder_kind,
            holder,
            holder_identifier: identifier,
            scope: self.dossier.content.scope.clone(),
            project_name: self.dossier.application.project_name.clone(),
            granted_at: now,
            valid_until: matter.valid_months.and_then(|months| today.checked_add_months(chrono::Months::new(months))),
            state: CertificateState::Valid,
            state_at: now,
            replaces,
        };
        Ok(certificate::insert(self.tx, zone, &new)?)
    }

    /// Takes in the cases that waited for this one, once nothing else keeps them waiting.
    fn receive_successors(&mut self, code: &str) -> Result<(), Error> {
        let Some(plan) = self.dossier.plan(&self.snapshot) else { return Ok(()) };
        let (snapshot, now) = (self.snapshot.clone(), self.now);
        let done = |matter: &str| {
            let case = self.dossier.cases.iter().find(|c| c.matter == matter);
            case.is_none_or(|c| c.outcome.is_some_and(Outcome::is_grant))
        };
        let hard = |after: &str| plan.edges.iter().filter(|e| e.kind == EdgeKind::Hard && e.after == after).collect::<Vec<_>>();
        let ready = |matter: &str| hard(matter).iter().any(|e| e.before == code) && hard(matter).iter().all(|e| done(&e.before));
        let waiting = self.dossier.cases.iter().filter(|c| c.state == CaseState::Waiting && ready(&c.matter));
        let ids: Vec<Uuid> = waiting.map(|c| c.id).collect();
        for id in ids {
            self.change(id)?.receive(&Work::filing(&snapshot, now));
            let due = self.case(id)?.deadline.map(|d| d.due.on);
            self.note(EventKind::CaseReceived, id, json!({"notice_due_on": due}));
        }
        Ok(())
    }
}
