//! Letters of commitment and deferral: shown, signed, taken back.

use super::bars;
use super::work::Work;
use crate::{Dossier, Error, Invalid, ZoneSnapshot};
use domain::application::{ApplicationState, CaseState, FilingChannel, PartyRole};
use domain::assessment::assess;
use domain::catalogue::Matter;
use domain::event::EventKind;
use domain::flow::{Letter, LetterKind, LetterText, NewObligation, OWED_BY_APPLICANT, ObligationKind, Signatory, letter_text, may_sign};
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::Tx;
use persistence::instrument::sm3_hex;
use serde_json::json;

/// A letter as it would be signed now.
pub struct Rendered {
    /// Its words.
    pub text: LetterText,
    /// SM3 of its words, hexadecimal.
    pub digest: String,
}

/// The letter about `materials` as the catalogue has it today.
///
/// # Errors
/// [`Error::Invalid`] with why these materials can't be committed to or deferred.
pub fn render_letter(
    tx: &mut Tx<'_>,
    snapshot: &ZoneSnapshot,
    dossier: &Dossier,
    kind: LetterKind,
    materials: &[String],
) -> Result<Rendered, Error> {
    let plan = dossier.plan(snapshot).ok_or(Error::SubjectNotInForce)?;
    let mut facts = dossier.facts().in_zone(&snapshot.catalogue.zone);
    facts.at = dossier.at;
    match kind {
        LetterKind::Commitment => facts.commit.extend(materials.iter().cloned()),
        LetterKind::Deferral => facts.defer.extend(materials.iter().cloned()),
    }
    bars(tx, dossier, snapshot, &mut facts)?;
    let zone = &snapshot.catalogue.zone;
    let assessment = assess(&plan, &facts, &snapshot.calendar, &zone.hours);
    let applicant = dossier.content.parties.iter().find(|p| p.role == PartyRole::Applicant).map_or("", |p| p.name.as_str());
    let asks = |m: &Matter| m.requirements.iter().flat_map(|r| &r.choices).any(|c| materials.contains(&c.material));
    let matters: Vec<&Matter> = plan.matters.iter().map(|m| m.document.as_ref()).filter(|m| asks(m)).collect();
    let text = letter_text(kind, &matters, zone, applicant, materials, &assessment)
        .map_err(|problems| Error::Invalid(problems.into_iter().map(|p| Invalid::new("/materials", p.code, p.text)).collect()))?;
    let digest = sm3_hex(text.plain().as_bytes());
    Ok(Rendered { text, digest })
}

/// A letter to sign.
pub struct NewLetter {
    /// Kind.
    pub kind: LetterKind,
    /// The materials it is about.
    pub materials: Vec<String>,
    /// Digest of the text the signatory saw.
    pub digest: String,
    /// Who signs.
    pub signatory: Signatory,
    /// Signature over the digest by the signature port; none for paper.
    pub signature: Option<String>,
}

/// Signs a letter, in a draft or while supplements are asked for.
///
/// # Errors
/// [`Error::StateForbids`] when the text has changed since it was shown or it is too late, [`Error::NotAllowed`]
/// for an agent, [`Error::Invalid`].
pub fn sign_letter(work: &mut Work<'_, '_>, new: NewLetter) -> Result<(), Error> {
    let open = work.dossier.application.state == ApplicationState::Draft
        || work.dossier.cases.iter().any(|c| matches!(c.state, CaseState::Received | CaseState::Supplementing));
    if !open {
        return Err(Error::StateForbids(Reason::new("too_late_to_promise", "受理之后不能再签署承诺书", "容缺受理规则")));
    }
    if let Some(problem) = may_sign(new.kind, new.signatory, work.dossier.content.mandate.as_ref(), date_of(work.now)) {
        return Err(Error::NotAllowed(Reason::new(problem.code, problem.text, "国办发〔2020〕42号")));
    }
    if let Some(reason) = signed_otherwise(work, &new) {
        return Err(Error::NotAllowed(reason));
    }
    let snapshot = work.snapshot.clone();
    let rendered = render_letter(work.tx, &snapshot, &work.dossier, new.kind, &new.materials)?;
    if rendered.digest != new.digest {
        return Err(Error::StateForbids(Reason::new("letter_changed", "承诺书内容已变化，请重新阅读后签署", "国办发〔2020〕42号")));
    }
    let facts = json!({"letter": new.kind, "digest": rendered.digest, "materials": new.materials, "on_paper": new.signature.is_none()});
    let letter = Letter {
        kind: new.kind,
        materials: new.materials,
        text: rendered.text,
        digest: rendered.digest,
        signatory: new.signatory,
        account: work.acting.may.account,
        signed_at: work.now,
        signature: new.signature,
        withdrawn_at: None,
    };
    work.change_content().letters.push(letter);
    work.note_whole(EventKind::LetterSigned, facts);
    if new.kind == LetterKind::Commitment {
        work.handle_by_commitment()?;
    }
    Ok(())
}

/// Why this letter can't be signed this way: paper lies before a clerk, so only what was filed at the window is
/// signed on it, and nothing else there; where an agent files he can't sign as the applicant.
fn signed_otherwise(work: &Work<'_, '_>, new: &NewLetter) -> Option<Reason> {
    let refused = |code, text: &str| Some(Reason::new(code, text, "国办发〔2020〕42号"));
    let agent = work.dossier.content.parties.iter().any(|p| p.role == PartyRole::Agent);
    match (work.dossier.application.channel, new.signature.is_some()) {
        (FilingChannel::Window, true) => refused("paper_signature_required", "窗口申报的承诺书由申请人在纸面上签署"),
        (FilingChannel::Online, false) => refused("electronic_signature_required", "网上申报的承诺书应电子签署"),
        (FilingChannel::Online, true) if agent && new.signatory != Signatory::Agent => {
            refused("personal_signature_required", "由代理人申报的，承诺书应由申请人本人到窗口签署")
        }
        (FilingChannel::Window, false) | (FilingChannel::Online, true) => None,
    }
}

/// Takes the letters of a kind back before the decision: the ordinary course follows, and what the letters stood
/// for is owed before the decision where the case was accepted on them.
///
/// # Errors
/// [`Error::StateForbids`] when there is none, or it is too late.
pub fn withdraw_letter(work: &mut Work<'_, '_>, kind: LetterKind) -> Result<(), Error> {
    // Only what the letters speak for counts: another matter of the application may be decided long before.
    let signed: Vec<String> = work.dossier.content.valid_letters(kind).flat_map(|l| l.materials.iter().cloned()).collect();
    let (mut undecided, mut accepted) = (true, false);
    for case in &work.dossier.cases {
        if kind.concerns(&*work.matter(case.id)?, &signed) {
            undecided &= !case.is_over();
            accepted |= case.state == CaseState::Accepted;
        }
    }
    if !undecided || (accepted && kind == LetterKind::Deferral) {
        return Err(Error::StateForbids(Reason::new("too_late_to_withdraw", "现在不能撤回承诺", "国办发〔2020〕42号")));
    }
    let now = work.now;
    let mut replaced: Vec<String> = Vec::new();
    for letter in work.change_content().letters.iter_mut().filter(|l| l.kind == kind && l.withdrawn_at.is_none()) {
        letter.withdrawn_at = Some(now);
        replaced.extend(letter.materials.iter().cloned());
    }
    if replaced.is_empty() {
        return Err(Error::StateForbids(Reason::new("no_letter", "没有已签署的承诺书", "国办发〔2020〕42号")));
    }
    work.note_whole(EventKind::LetterWithdrawn, json!({"letter": kind}));
    if kind == LetterKind::Commitment {
        work.handle_by_commitment()?;
        work.owe_proofs(&replaced)?;
    }
    Ok(())
}

impl Work<'_, '_> {
    /// What a letter stood for is owed before the decision, where a case was accepted on it.
    fn owe_proofs(&mut self, replaced: &[String]) -> Result<(), Error> {
        let accepted: Vec<uuid::Uuid> = self.dossier.cases.iter().filter(|c| c.state == CaseState::Accepted).map(|c| c.id).collect();
        for id in accepted {
            let matter = self.matter(id)?;
            let due = self.case(id)?.deadline.map(|d| d.due);
            let covered = matter.commitment.iter().flat_map(|rule| &rule.covers).filter(|m| replaced.contains(m));
            let owed = covered.map(|material| {
                NewObligation::new(ObligationKind::DeferredBeforeDecision, OWED_BY_APPLICANT.to_owned(), material.clone(), due)
            });
            let owed = owed.collect();
            self.owe(id, owed);
        }
        Ok(())
    }

    /// Sets which filed cases are handled by commitment, from the letters that hold now; one that was accepted
    /// keeps its promise but is examined in the ordinary way once its letter is gone.
    fn handle_by_commitment(&mut self) -> Result<(), Error> {
        let committed: Vec<String> =
            self.dossier.content.valid_letters(LetterKind::Commitment).flat_map(|l| l.materials.iter().cloned()).collect();
        let ids: Vec<uuid::Uuid> = self.dossier.cases.iter().map(|c| c.id).collect();
        for id in ids {
            let matter = self.matter(id)?;
            let covered = matter.commitment.as_ref().is_some_and(|rule| rule.covers.iter().any(|c| committed.contains(c)));
            if self.case(id)?.progress.by_commitment != covered {
                let plan = self.dossier.plan(&self.snapshot).ok_or(Error::SubjectNotInForce)?;
                let facts = self.dossier.facts();
                self.change(id)?.follow_commitment(covered, &matter, &plan, &facts);
            }
        }
        Ok(())
    }
}
