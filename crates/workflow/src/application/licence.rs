//! Later life of an e-licence: suspended and given back, cancelled, used for a case.

use super::renewal::renewal_pending;
use super::work::Work;
use crate::Error;
use domain::event::EventKind;
use domain::flow::{self, CancelGround, Cancelling, Command, Obligation, ObligationKind, ObligationState, ShareOutcome};
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::certificate::{self, CertificateState};
use persistence::share_call::{self, OWN_STORE, ShareCall};
use persistence::{ids, obligation};
use serde_json::json;
use uuid::Uuid;

/// Suspends the certificate of a grant (暂扣): it no longer holds until it is given back.
///
/// # Errors
/// [`Error::StateForbids`] for one that holds no longer anyway.
pub fn suspend_licence(work: &mut Work<'_, '_>, id: Uuid, reason: &str, basis: &str) -> Result<(), Error> {
    work.require(id, Command::SuspendLicence)?;
    work.move_licence(id, CertificateState::Valid, CertificateState::Suspended)?;
    work.change(id)?.progress.licence_suspended = true;
    work.change(id)?.version += 1;
    work.write_down(id, "暂扣证照", reason)?;
    work.note(EventKind::LicenceSuspended, id, json!({"basis": basis}));
    Ok(())
}

/// Gives a suspended certificate back.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn restore_licence(work: &mut Work<'_, '_>, id: Uuid, reason: &str) -> Result<(), Error> {
    work.require(id, Command::RestoreLicence)?;
    work.move_licence(id, CertificateState::Suspended, CertificateState::Valid)?;
    work.change(id)?.progress.licence_suspended = false;
    work.change(id)?.version += 1;
    work.write_down(id, "发还证照", reason)?;
    work.note(EventKind::LicenceRestored, id, json!({}));
    Ok(())
}

/// Uses somebody's e-licence for a case that he has here: with a purpose, and kept for good.
///
/// # Errors
/// [`Error::NotAllowed`] without a case of its holder or a purpose; [`Error::StateForbids`] for one that holds no longer.
pub fn use_licence(work: &mut Work<'_, '_>, id: Uuid, number: &str, purpose: &str) -> Result<(), Error> {
    let basis = "在线政务服务若干规定 10；个人信息保护法 6";
    if purpose.trim().is_empty() {
        return Err(Error::NotAllowed(Reason::new("purpose_required", "使用电子证照应写明目的", basis)));
    }
    if !work.is_of_department(id)? {
        return Err(Error::Forbidden);
    }
    let zone = work.zone();
    let holder = super::applicant_hash(work.tx.keys(), &work.dossier.content);
    let found = certificate::find(work.tx, zone, number)?;
    let Some(certificate) = found.filter(|c| holder.is_some() && c.holder_identifier == holder) else {
        let text = "该证照不属于本办件的申请人，不能使用";
        return Err(Error::NotAllowed(Reason::new("no_case_of_holder", text, basis)));
    };
    if !certificate.holds_on(date_of(work.now)) {
        let text = format!("证照处于「{}」，不能使用", certificate.state_name(date_of(work.now)));
        return Err(Error::StateForbids(Reason::new("licence_not_valid", text, basis)));
    }
    let call = ShareCall {
        id: ids::new_id(),
        source: OWN_STORE.to_owned(),
        reference: Some(number.to_owned()),
        application: work.dossier.application.id,
        material: certificate.matter.clone(),
        fields: Vec::new(),
        purpose: purpose.to_owned(),
        outcome: ShareOutcome::Found,
        size: 1,
        called_by: work.acting.may.account,
        called_at: work.now,
    };
    share_call::insert(work.tx, zone, &[call])?;
    work.note(EventKind::LicenceUsed, id, json!({"certificate_no": number}));
    Ok(())
}

/// Certificates in a row that are looked through.
const MOST_CHANGES: usize = 20;

/// A cancellation by the authority.
pub struct Cancellation {
    /// Why.
    pub ground: CancelGround,
    /// What happened.
    pub reason: String,
    /// The law that ends it, where another does.
    pub law: Option<String>,
}

/// Cancels the certificate of a grant (依职权注销): a named official says why, and the holder is told.
///
/// # Errors
/// [`Error::StateForbids`] for one that no longer stands, or when the ground does not fit.
pub fn cancel_licence(work: &mut Work<'_, '_>, id: Uuid, new: &Cancellation) -> Result<(), Error> {
    work.require(id, Command::CancelLicence)?;
    let (zone, now, by) = (work.zone(), work.now, work.acting.may.account);
    let stands = |c: &certificate::Certificate| matches!(c.state, CertificateState::Valid | CertificateState::Suspended);
    let Some(mut found) = certificate::lock_of_case(work.tx, zone, id)?.filter(stands) else {
        return Err(Error::StateForbids(Reason::new("licence_state", "没有需要注销的证照", "行政许可法 70")));
    };
    let lapsed = |o: &Obligation| o.case == id && o.new.kind == ObligationKind::Begin && o.state == ObligationState::Lapsed;
    let what = Cancelling {
        ground: new.ground,
        valid_until: found.valid_until,
        today: date_of(now),
        not_begun: work.obligations.iter().any(lapsed) || work.never_begun_under(found.replaces.clone())?,
        law: new.law.as_deref(),
    };
    // What has ended may have been renewed by law already: the renewal is settled first.
    let ended = found.valid_until.is_some_and(|until| until < date_of(now));
    let pending = if ended { renewal_pending(work.tx, zone, &found.number)? } else { None };
    if let Some(reason) = flow::cancel_bars(&what).or(pending) {
        return Err(Error::StateForbids(reason));
    }
    (found.state, found.state_at) = (CertificateState::Cancelled, now);
    certificate::save(work.tx, zone, &found)?;
    let begins = work.matter(id)?.begins.as_ref().filter(|_| new.ground == CancelGround::NotBegun).map(|rule| rule.basis.clone());
    let law = begins.or_else(|| new.law.clone()).map(|law| format!("；{law}")).unwrap_or_default();
    let basis = format!("{}{law}", new.ground.basis());
    let case = work.change(id)?;
    case.progress.stand_still();
    case.progress.licence_cancelled_at = Some(now);
    (case.deadline, case.version) = (None, case.version + 1);
    work.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
    work.wake_project()?;
    work.wake_renewals_of(&found.number)?;
    if let Some(open) = work.file(id)?.proceedings.last_mut().filter(|p| p.conclusion.is_none()) {
        (open.conclusion, open.concluded_at) = (Some("证照已注销".to_owned()), Some(now));
        open.concluded_by = Some(by);
    }
    work.write_down(id, "注销证照", &new.reason)?;
    work.note(EventKind::LicenceCancelled, id, json!({"ground": new.ground, "certificate_no": found.number, "basis": basis}));
    work.make_cancellation(id, &found.number, &format!("{}：{}", new.ground.label(), new.reason), &basis)
}

impl Work<'_, '_> {
    /// Whether the term to begin had run out under a certificate that this one took the place of: a change begins no new one.
    fn never_begun_under(&mut self, mut earlier: Option<String>) -> Result<bool, Error> {
        let zone = self.zone();
        for _ in 0..MOST_CHANGES {
            let Some(number) = earlier else { return Ok(false) };
            let Some(found) = certificate::find(self.tx, zone, &number)? else { return Ok(false) };
            let owed = obligation::list(self.tx, zone, found.application)?;
            if owed.iter().any(|o| o.case == found.case && o.new.kind == ObligationKind::Begin && o.state == ObligationState::Lapsed) {
                return Ok(true);
            }
            earlier = found.replaces;
        }
        Ok(false)
    }

    fn move_licence(&mut self, id: Uuid, from: CertificateState, to: CertificateState) -> Result<(), Error> {
        let (zone, now) = (self.zone(), self.now);
        let Some(mut certificate) = certificate::lock_of_case(self.tx, zone, id)?.filter(|c| c.state == from) else {
            return Err(Error::StateForbids(Reason::new("licence_state", "证照当前状态不能这样处理", "行政许可法 61、69、70")));
        };
        let ended = certificate.valid_until.filter(|until| *until < date_of(now) && to == CertificateState::Suspended);
        if let Some(until) = ended {
            let text = format!("证照已于{until}到期，无须暂扣");
            return Err(Error::StateForbids(Reason::new("licence_expired", text, "行政许可法 70")));
        }
        (certificate.state, certificate.state_at) = (to, now);
        certificate::save(self.tx, zone, &certificate)?;
        self.wake_renewals_of(&certificate.number)
    }
}
