//! Post-checks, orders to rectify, statements, and what named officials decide at the end.

use super::work::{Opening, Work};
use crate::{Error, Invalid};
use domain::application::{CaseState, ProceedingStage};
use domain::catalogue::Matter;
use domain::event::EventKind;
use domain::flow::{
    self, BarGround, CheckResult, Command, Conclusion, Consequence, CreditKind, ObligationKind, ObligationState, Proceeding,
    ProceedingCause, RecallGround, RevocationGround,
};
use domain::reason::Reason;
use persistence::certificate::{self, CertificateState};
use persistence::credit::{self, CreditRecord};
use persistence::ids;
use serde_json::json;
use uuid::Uuid;

/// Records a post-check by somebody else than who decided; a false statement opens the order to rectify.
///
/// # Errors
/// [`Error::NotAllowed`] for who decided, [`Error::StateForbids`] without an open duty to check.
pub fn post_check(work: &mut Work<'_, '_>, id: Uuid, result: CheckResult, findings: String) -> Result<(), Error> {
    work.require(id, Command::PostCheck)?;
    let (me, now) = (work.acting.may.account, work.now);
    if work.case(id)?.progress.decided_by == Some(me) {
        return Err(Error::NotAllowed(Reason::new("separation", "作出决定的人员不能进行事后核查", "核查与审批分离")));
    }
    let is_check = |o: &flow::Obligation| o.new.kind == ObligationKind::PostCheck;
    let owed = |o: &&flow::Obligation| o.case == id && is_check(o) && matches!(o.state, ObligationState::Open | ObligationState::Lapsed);
    if !work.obligations.iter().any(|o| owed(&o)) {
        return Err(Error::StateForbids(Reason::new("no_check_owed", "没有待完成的事后核查", "国办发〔2020〕42号")));
    }
    work.write_down(id, result.label(), &findings)?;
    work.note(EventKind::PostCheckRecorded, id, json!({"result": result, "checked_by": me}));
    if result != CheckResult::CannotVerify {
        work.discharge(id, ObligationState::Fulfilled, is_check);
    }
    if result == CheckResult::FalseStatement {
        let until = work.term(work.settings().rectification_term);
        let (cause, stage) = (ProceedingCause::FalseCommitment, ProceedingStage::Rectifying);
        work.open_proceeding(id, Opening { cause, stage, findings, until, at: now, by: Some(me) })?;
    }
    Ok(())
}

/// Tells the holder of a grant that it may have to be revoked; he is heard first.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn propose_revocation(work: &mut Work<'_, '_>, id: Uuid, findings: String) -> Result<(), Error> {
    work.require(id, Command::ProposeRevocation)?;
    let accepted = work.case(id)?.state == CaseState::Accepted;
    let lapsed = work.obligations.iter().any(|o| o.case == id && o.state == ObligationState::Lapsed && o.is_missing_deferral());
    if accepted && !lapsed {
        let text = "没有逾期未补的容缺材料，不能启动处理程序";
        return Err(Error::StateForbids(Reason::new("nothing_lapsed", text, "容缺受理规则")));
    }
    let (until, now, me) = (work.term(work.settings().statement_term), work.now, work.acting.may.account);
    let cause = if lapsed { ProceedingCause::DeferralLapsed } else { ProceedingCause::Unlawful };
    let stage = ProceedingStage::Statement;
    work.open_proceeding(id, Opening { cause, stage, findings, until, at: now, by: Some(me) })
}

/// Records whether an order to rectify was followed; if not, the holder is heard.
///
/// # Errors
/// [`Error::StateForbids`] while the term is running and nothing was put right.
pub fn record_rectification(work: &mut Work<'_, '_>, id: Uuid, rectified: bool, findings: &str) -> Result<(), Error> {
    work.require(id, Command::RecordRectification)?;
    let (until, now, me) = (work.term(work.settings().statement_term), work.now, work.acting.may.account);
    flow::record_rectification(work.change(id)?, rectified, now, until).map_err(Error::StateForbids)?;
    work.note(EventKind::RectificationRecorded, id, json!({"rectified": rectified, "statement_due_on": (!rectified).then_some(until.on)}));
    if rectified {
        let proceeding = work.last_proceeding(id)?;
        proceeding.conclusion = Some(format!("已整改：{findings}"));
        (proceeding.concluded_at, proceeding.concluded_by) = (Some(now), Some(me));
        return Ok(());
    }
    let cause = work.last_proceeding(id)?.cause;
    work.tell_of_proceeding(id, cause, ProceedingStage::Statement, findings, until)
}

/// Takes the applicant's statement.
///
/// # Errors
/// [`Error::StateForbids`] when nothing is open.
pub fn make_statement(work: &mut Work<'_, '_>, id: Uuid, text: String) -> Result<(), Error> {
    work.require(id, Command::MakeStatement)?;
    let now = work.now;
    let mut proceeding = work.last_proceeding(id)?.clone();
    flow::take_statement(work.change(id)?, &mut proceeding, text, now);
    *work.last_proceeding(id)? = proceeding;
    work.note(EventKind::StatementMade, id, json!({}));
    Ok(())
}

/// Revokes a grant (行政许可法 69), by a named official, after the holder was heard.
///
/// # Errors
/// [`Error::StateForbids`] while the term of the statement is running.
pub fn revoke(work: &mut Work<'_, '_>, id: Uuid, ground: RevocationGround, reason: &str) -> Result<(), Error> {
    work.require(id, Command::Revoke)?;
    let cause = work.conclude(id, Conclusion::Revoke, reason)?;
    let me = work.acting.may.account;
    work.note(EventKind::GrantRevoked, id, json!({"ground": ground, "cause": cause, "decided_by": me, "basis": "行政许可法 69"}));
    work.set_certificate(id, CertificateState::Revoked)?;
    work.wake_project()?;
    work.discharge(id, ObligationState::Cancelled, flow::Obligation::ends_with_case);
    if cause != ProceedingCause::Unlawful {
        work.record_credit(id, CreditKind::Breach, domain::code::TextCode::as_str(cause), None)?;
    }
    // Only what touches public safety, health, life or property bars (行政许可法 79).
    if ground == RevocationGround::FraudOrBribery && work.matter(id)?.touches_safety {
        work.bar(id, BarGround::FraudOrBribery)?;
    }
    work.make_reversal(id, true, &format!("撤销准予决定。理由：{}；{reason}。", ground.label()), "行政许可法 69")
}

/// Decides what a lapsed deferral leads to, by a named official, after the applicant was heard.
///
/// # Errors
/// [`Error::StateForbids`] while the term of the statement is running.
pub fn cancel_acceptance(work: &mut Work<'_, '_>, id: Uuid, consequence: Consequence, reason: &str) -> Result<(), Error> {
    work.require(id, Command::CancelAcceptance)?;
    let cause = work.conclude(id, Conclusion::Lapsed(consequence), reason)?;
    let me = work.acting.may.account;
    work.note(EventKind::DeferralConsequence, id, json!({"consequence": consequence, "decided_by": me}));
    work.discharge(id, ObligationState::Cancelled, flow::Obligation::ends_with_case);
    work.record_credit(id, CreditKind::Breach, domain::code::TextCode::as_str(cause), None)?;
    work.make_reversal(id, true, &format!("{}。理由：{reason}。", consequence.label()), "容缺受理承诺书")
}

/// Ends a proceeding without consequence.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn discontinue(work: &mut Work<'_, '_>, id: Uuid, reason: &str) -> Result<(), Error> {
    work.require(id, Command::Discontinue)?;
    let (now, me) = (work.now, work.acting.may.account);
    flow::discontinue(work.change(id)?);
    let proceeding = work.last_proceeding(id)?;
    proceeding.conclusion = Some(format!("终止：{reason}"));
    (proceeding.concluded_at, proceeding.concluded_by) = (Some(now), Some(me));
    work.note(EventKind::ProceedingDiscontinued, id, json!({"decided_by": me}));
    Ok(())
}

/// Takes a lawful grant back because the law or the circumstances changed (行政许可法 8).
///
/// # Errors
/// [`Error::Invalid`] when nothing is said of compensation.
pub fn recall(work: &mut Work<'_, '_>, id: Uuid, ground: RecallGround, reason: &str, compensation: &str) -> Result<(), Error> {
    if compensation.trim().is_empty() {
        let text = "应说明对申请人财产损失的补偿（行政许可法 8）";
        return Err(Error::Invalid(vec![Invalid::new("/compensation", "required", text)]));
    }
    work.require(id, Command::Recall)?;
    let now = work.now;
    flow::recall(work.change(id)?, now);
    work.note(EventKind::GrantRecalled, id, json!({"ground": ground, "basis": "行政许可法 8"}));
    work.set_certificate(id, CertificateState::Recalled)?;
    work.wake_project()?;
    work.discharge(id, ObligationState::Cancelled, flow::Obligation::ends_with_case);
    work.make_reversal(id, false, &format!("撤回行政许可。理由：{}；{reason}。补偿：{compensation}。", ground.label()), "行政许可法 8")
}

impl Work<'_, '_> {
    fn last_proceeding(&mut self, id: Uuid) -> Result<&mut Proceeding, Error> {
        let missing = || Error::StateForbids(Reason::new("no_proceeding", "没有正在进行的处理程序", "行政许可法"));
        self.file(id)?.proceedings.last_mut().ok_or_else(missing)
    }

    fn conclude(&mut self, id: Uuid, conclusion: Conclusion, reason: &str) -> Result<ProceedingCause, Error> {
        let (now, me) = (self.now, self.acting.may.account);
        let mut proceeding = self.last_proceeding(id)?.clone();
        flow::conclude(self.change(id)?, &mut proceeding, conclusion, me, now).map_err(Error::StateForbids)?;
        proceeding.conclusion = Some(reason.to_owned());
        let cause = proceeding.cause;
        *self.last_proceeding(id)? = proceeding;
        Ok(cause)
    }

    fn set_certificate(&mut self, id: Uuid, state: CertificateState) -> Result<(), Error> {
        let (zone, now) = (self.zone(), self.now);
        if let Some(mut certificate) = certificate::lock_of_case(self.tx, zone, id)? {
            (certificate.state, certificate.state_at) = (state, now);
            certificate::save(self.tx, zone, &certificate)?;
            self.wake_renewals_of(&certificate.number)?;
        }
        Ok(())
    }

    /// Bars the applicant from applying for the like again.
    /// False materials before the decision: what touches public safety bars the applicant for a year (行政许可法 78).
    pub(super) fn warn_of_false_materials(&mut self, id: Uuid, matter: &Matter) -> Result<(), Error> {
        self.note(EventKind::ApplicantWarned, id, json!({"basis": "行政许可法 78"}));
        if matter.touches_safety { self.bar(id, BarGround::FalseMaterials) } else { Ok(()) }
    }

    pub(super) fn bar(&mut self, id: Uuid, ground: BarGround) -> Result<(), Error> {
        let until = flow::bar_until(ground, self.now);
        self.record_credit(id, CreditKind::Bar, domain::code::TextCode::as_str(ground), Some(until))
    }

    fn record_credit(&mut self, id: Uuid, kind: CreditKind, ground: &str, until: Option<chrono::NaiveDate>) -> Result<(), Error> {
        let zone = self.zone();
        let identifier = super::applicant_hash(self.tx.keys(), &self.dossier.content);
        let record = CreditRecord {
            id: ids::new_id(),
            application: self.dossier.application.id,
            case: id,
            kind,
            ground: ground.to_owned(),
            matter: self.case(id)?.matter.clone(),
            identifier,
            until,
            recorded_at: self.now,
            repaired_at: None,
        };
        credit::insert(self.tx, zone, &record)?;
        self.note(EventKind::CreditRecorded, id, json!({"kind": kind, "ground": ground, "until": until}));
        Ok(())
    }
}
