//! Decide a case.

use super::renewal::{is_of_holder, too_late};
use super::work::Work;
use crate::{Error, Invalid};
use chrono::{Months, NaiveDate};
use domain::access::Reach;
use domain::application::{Case, Filing, Outcome};
use domain::catalogue::{Matter, Presence};
use domain::event::EventKind;
use domain::flow::{self, Command, Decision, LetterKind, Obligation, ObligationKind, ObligationState, Owed, Refusal};
use domain::identity::LicenceIdentifier;
use domain::local_time::{Instant, date_of};
use domain::reason::Reason;
use persistence::application::list_open_of_project;
use persistence::certificate::{self, Certificate, CertificateState};
use persistence::obligation;
use persistence::tally::Tally;
use serde_json::json;
use uuid::Uuid;

/// A second official agrees that the grant goes before what may follow it (R4.6).
///
/// # Errors
/// [`Error::StateForbids`] when nothing is deferred beyond the grant.
pub fn approve_deferral(work: &mut Work<'_, '_>, id: Uuid, opinion: &str) -> Result<(), Error> {
    work.require(id, Command::ApproveDeferral)?;
    let deferred = |o: &&Obligation| o.case == id && o.new.kind == ObligationKind::DeferredAfterGrant && o.is_missing_deferral();
    if !work.obligations.iter().any(|o| deferred(&o)) {
        let text = "本办件没有核发后补齐的容缺材料";
        return Err(Error::StateForbids(Reason::new("nothing_deferred", text, "容缺审批")));
    }
    let by = work.acting.may.account;
    flow::approve_deferral(work.change(id)?, by);
    work.write_down(id, "复核同意核发后补齐", opinion)?;
    work.note(EventKind::DeferralApproved, id, json!({"approved_by": by}));
    Ok(())
}

/// A decision to take.
pub struct NewDecision {
    /// Granted or refused.
    pub granted: bool,
    /// Opinion.
    pub opinion: String,
    /// Reasons of a refusal.
    pub refusals: Vec<Refusal>,
    /// It is refused for false materials or facts withheld (行政许可法 78).
    pub false_materials: bool,
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
    if new.granted && new.false_materials {
        let text = "准予的决定不能以虚假材料为由";
        return Err(Error::Invalid(vec![Invalid::new("/false_materials", "only_for_refusal", text)]));
    }
    work.take_decision(id, &matter, decision)?;
    work.count(Tally::DecidedHere);
    if new.false_materials {
        work.warn_of_false_materials(id, &matter)?;
    }
    let file = work.file(id)?;
    (file.opinion, file.refusals, file.delay) = (Some(new.opinion), new.refusals, new.delay);
    work.make_decision(id)
}

impl Work<'_, '_> {
    /// Takes a decision, whoever took it: a grant opens its duties, enters the register and acts on the certificate it is
    /// about; a refusal ends what was owed.
    pub(super) fn take_decision(&mut self, id: Uuid, matter: &Matter, decision: Decision<'_>) -> Result<(), Error> {
        // What is decided in an outside system is written down as it was decided there.
        if decision.granted && self.case(id)?.progress.mirrored.is_none() {
            self.nothing_is_owed_to(&matter.code)?;
        }
        let (snapshot, now, by) = (self.snapshot.clone(), self.now, decision.by);
        let filing = Self::filing(&snapshot, now);
        let breached = self.case(id)?.breached(now);
        flow::decide(self.change(id)?, matter, decision, &filing).map_err(Error::StateForbids)?;
        let outcome = self.case(id)?.outcome;
        let facts = json!({"outcome": outcome, "promise_breached": breached.promise, "statutory_breached": breached.law, "decided_by": by});
        let granted = outcome.is_some_and(Outcome::is_grant);
        self.note(if granted { EventKind::CaseGranted } else { EventKind::CaseRefused }, id, facts);
        if !granted {
            if self.case(id)?.progress.by_commitment {
                self.count_once(Tally::CommitmentCases, id.to_string());
            }
            self.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
            return Ok(());
        }
        self.leave_grant(id, matter, &filing)
    }

    /// What a grant of the moment `at` leaves, whoever gave it: duties, a line of the register, what others waited for.
    pub(super) fn leave_grant(&mut self, id: Uuid, matter: &Matter, at: &Filing<'_>) -> Result<(), Error> {
        if self.case(id)?.progress.by_commitment {
            self.count_once(Tally::CommitmentCases, id.to_string());
        }
        let letters = self.dossier.content.valid_letters(LetterKind::Commitment);
        let committed: Vec<String> = letters.flat_map(|l| l.materials.iter().cloned()).collect();
        let owed = flow::on_grant(self.case(id)?, matter, &committed, at);
        self.owe_at(at.received_at, id, owed);
        self.enter_register(id, matter, at.received_at)?;
        self.meet_deferrals_of(&matter.code)
    }

    /// What was put off until this matter (后置审批, F36) has to be decided before it is granted.
    fn nothing_is_owed_to(&mut self, matter: &str) -> Result<(), Error> {
        let own = self.dossier.cases.iter().cloned();
        let mut open: Vec<Case> = own.collect();
        if let Some(project) = self.dossier.application.project_code.clone() {
            let (zone, id) = (self.zone(), self.dossier.application.id);
            open.extend(list_open_of_project(self.tx, zone, &project, id)?);
        }
        let owed_before = |o: &&Obligation| o.new.before.as_deref() == Some(matter) && o.is_missing_deferral();
        let mut owed: Vec<String> = self.obligations.iter().filter(owed_before).map(|o| o.new.subject.clone()).collect();
        if let Some(project) = self.dossier.application.project_code.clone() {
            let (zone, id) = (self.zone(), self.dossier.application.id);
            owed.extend(obligation::list_owed_before(self.tx, zone, &project, id, matter)?);
        }
        if !owed.is_empty() {
            let named: Vec<String> = owed.iter().map(|material| self.name_in_catalogue(material)).collect();
            let text = format!("本项目容缺的材料应在办结前补齐：{}", named.join("、"));
            return Err(Error::StateForbids(Reason::new("deferred_material_open", text, "容缺受理清单")));
        }
        let put_off = |c: &&Case| c.progress.deferred_until.as_deref() == Some(matter) && !c.is_in_force() && !c.has_failed();
        let names: Vec<&str> = open.iter().filter(put_off).map(|c| c.matter_name(&self.snapshot.catalogue)).collect();
        if names.is_empty() {
            return Ok(());
        }
        let text = format!("后置办理的事项尚未办结：{}", names.join("、"));
        Err(Error::StateForbids(Reason::new("deferred_matter_open", text, "一件事办事指南：后置审批")))
    }

    /// What people call a material, wherever in the catalogue it is asked for.
    fn name_in_catalogue(&self, material: &str) -> String {
        let versions = self.snapshot.catalogue.matters.values().flatten();
        let choices = versions.flat_map(|v| &v.document.requirements).flat_map(|r| &r.choices);
        { choices }.find(|c| c.material == material).map_or_else(|| material.to_owned(), |c| c.name.clone())
    }

    /// Serial number and version of a certificate's identifier: one that replaces another is its next version.
    fn serial(&mut self, replaces: Option<&str>, case: &Case) -> Result<(String, u32), Error> {
        let zone = self.zone();
        let earlier = replaces.map(|number| certificate::find(self.tx, zone, number)).transpose()?.flatten();
        let earlier = earlier.and_then(|c| c.identifier).and_then(|i| LicenceIdentifier::parse(&i).ok());
        let next = earlier.and_then(|i| i.serial_and_version().map(|(serial, version)| (serial.to_owned(), version + 1)));
        Ok(next.unwrap_or_else(|| (case.case_no.clone().unwrap_or_default(), 1)))
    }

    /// Enters a grant of `now` in the public register, and acts on the certificate it is about.
    pub(super) fn enter_register(&mut self, id: Uuid, matter: &Matter, now: Instant) -> Result<(), Error> {
        let zone = self.zone();
        let case = self.case(id)?.clone();
        let identifier = super::applicant_hash(self.tx.keys(), &self.dossier.content);
        let term = |from: NaiveDate| matter.valid_months.and_then(|months| from.checked_add_months(Months::new(months)));
        let (mut replaces, mut valid_until) = (None, term(date_of(now)));
        if let Some(target) = &case.target {
            use domain::catalogue::LaterAct::{Cancel, Change, Renew, Replace};
            let valid = |c: &Certificate| c.matter == matter.code && is_of_holder(c, identifier.as_ref());
            let text = "所涉证照已失效或者不属于申请人，不能准予";
            let refused = || Error::StateForbids(Reason::new("target_not_valid", text, "行政许可法 49、50、70"));
            let mut earlier = certificate::lock(self.tx, zone, &target.certificate_no)?.filter(valid).ok_or_else(refused)?;
            let changes = matches!(target.act, Change | Replace);
            if let Some(reason) = too_late(target, &earlier, date_of(now)).filter(|_| changes) {
                return Err(Error::StateForbids(reason));
            }
            earlier.state = match target.act {
                Cancel => CertificateState::Cancelled,
                Change | Renew | Replace => CertificateState::Replaced,
            };
            earlier.state_at = now;
            certificate::save(self.tx, zone, &earlier)?;
            if target.act == Cancel {
                return self.wake_renewals_of(&earlier.number);
            }
            // A renewed licence goes on from its own last day; one that is changed or made out anew ends when it would have.
            valid_until = match (target.act, earlier.valid_until) {
                (Renew, Some(end)) => term(end),
                (Renew, None) => valid_until,
                (Change | Replace | Cancel, end) => end,
            };
            self.wake_renewals_of(&earlier.number)?;
            replaces = Some(earlier.number);
        }
        let (serial, version) = self.serial(replaces.as_deref(), &case)?;
        let zone_profile = &self.snapshot.catalogue.zone;
        let department = zone_profile.department(&case.department).filter(|d| d.presence == Presence::FrontMoved);
        let issuer = department.and_then(|d| d.uscc.clone()).or_else(|| zone_profile.uscc.clone());
        let national = matter.licence_type.as_deref().zip(issuer.as_deref());
        let national = national.and_then(|(kind, issuer)| LicenceIdentifier::issue(kind, issuer, &serial, version));
        let (holder, holder_kind) = self.applicant();
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
            valid_until,
            state: CertificateState::Valid,
            state_at: now,
            replaces,
            remark: self.deferral_remark(id)?,
            identifier: national.map(|i| i.to_string()),
        };
        Ok(certificate::insert(self.tx, zone, &new)?)
    }
}
