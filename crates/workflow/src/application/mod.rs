//! The life of an application.

mod accept;
mod adopt;
mod agency;
mod annul;
mod claim;
mod clock;
mod create;
mod decide;
mod deferral;
mod duty;
mod evaluate;
mod examine;
mod form_text;
mod hearing;
mod help;
mod instrument;
mod issue;
mod joint;
mod lapse;
mod letter;
mod licence;
mod licence_text;
mod mirror;
mod notice;
mod obligation;
mod paper;
mod parcel;
mod proceeding;
mod publicity;
mod recompute;
mod remind;
mod renewal;
mod reuse;
mod revise;
mod settle;
mod share;
mod submit;
mod supervise;
mod together;
mod upload;
mod visit;
mod withdraw;
mod work;

pub use accept::{Rejection, accept, correct_on_spot, reject};
pub use adopt::adopt;
pub use agency::choose_agency;
pub use annul::annul;
pub use claim::{claim, hand_over};
pub use clock::{Extension, Suspension, extend, resume, suspend};
pub use create::{NewApplication, NewProject, create};
pub use decide::{NewDecision, approve_deferral, decide};
pub use evaluate::{NewEvaluation, answer_review, evaluate};
pub use examine::{NewExamination, examine};
pub use form_text::{SignedForm, render_form};
pub use hearing::{HearingCall, call_hearing, hold_hearing, offer_hearing, request_hearing, tell_interested};
pub use help::{give_consent, give_help};
pub use issue::{NewDelivery, deliver, issue};
pub use joint::{NewJointReview, NewOpinion, correct_joint_review, give_joint_opinion, open_joint_review};
pub use letter::{NewLetter, Rendered, render_letter, sign_letter, withdraw_letter};
pub use licence::{Cancellation, cancel_licence, restore_licence, suspend_licence, use_licence};
pub use mirror::{Told as ToldOutside, follow_outside, mirror_case, note_entry_sheet};
pub use notice::{NewNotice, give_notice, supplement};
pub use obligation::{ExtensionAnswer, answer_extension, ask_extension, fulfil};
pub use paper::{NewPaper, take_paper};
pub use parcel::{CourierSaid, enter_parcel, put_off, send_parcel};
pub use proceeding::{
    cancel_acceptance, discontinue, make_statement, post_check, propose_revocation, recall, record_rectification, revoke,
};
pub use publicity::{NewPublicity, answer_objection, file_objection, publish};
pub use recompute::{finish_recompute, recompute_portion, schedule_recompute};
pub use reuse::{earlier, note_read, reuse};
pub use revise::{Revision, revise};
pub use settle::{received_count, settle_application, settle_now};
pub use share::{Asks, Told, asks, enter_shared};
pub use submit::{NewFiling, submit};
pub use supervise::{answer_finding, close_finding, urge_finding};
pub use upload::{Upload, prepare_upload, remove_material, upload};
pub use visit::record_visit;
pub use withdraw::{confirm_withdrawal, withdraw};
pub use work::{Order, Work, perform};

use crate::{Dossier, Error, ZoneSnapshot};
use domain::access::Reach;
use domain::application::{ApplicationState, PartyProblem, PartyRole};
use domain::assessment::Facts;
use domain::catalogue::FormProblem;
use domain::flow::{CreditKind, MandateScope};
use domain::local_time::{Instant, date_of};
use domain::reason::Reason;
use persistence::application::{Application, Content, Scope, find_visible, lock};
use persistence::event::{Actor, ActorKind};
use persistence::idempotency::Outcome;
use persistence::number::Stock;
use persistence::seal::Keys;
use persistence::{DbError, Tx, credit};
use uuid::Uuid;

use crate::Invalid;

/// Who acts, how far he sees and how far he may act.
#[derive(Debug, Clone)]
pub struct Acting {
    /// The filter of what he sees.
    pub sees: Scope,
    /// The filter of what he may do this to.
    pub may: Scope,
    /// As recorded in events.
    pub actor: Actor,
}

impl Acting {
    /// Somebody who holds a signed link and needs no login.
    #[must_use]
    pub fn anonymous(request_id: Option<String>) -> Self {
        let actor = Actor { kind: ActorKind::Anonymous, id: None, on_behalf_of: None, request_id };
        Self { actor, ..Self::system() }
    }

    /// An outside system that handles a case and showed its signature.
    #[must_use]
    pub fn outside(request_id: Option<String>) -> Self {
        Self { actor: Actor::outside(request_id), ..Self::system() }
    }

    /// Somebody logged in who does something to an application of others that anybody may do.
    #[must_use]
    pub fn anybody(account: Uuid, request_id: Option<String>) -> Self {
        let everything = Scope { account, reach: Reach::Zone, departments: Vec::new() };
        Self { sees: everything.clone(), may: everything, actor: Actor::account(account, request_id) }
    }

    /// The system itself, applying the law.
    fn system() -> Self {
        let everything = Scope { account: Uuid::nil(), reach: Reach::Zone, departments: Vec::new() };
        Self { sees: everything.clone(), may: everything, actor: Actor::system() }
    }
}

/// What came of a command.
pub struct Done {
    /// The application afterwards.
    pub dossier: Dossier,
    /// It had been done before; nothing was done now.
    pub replayed: bool,
    /// Reserved numbers that were not used.
    pub unused: Stock,
}

/// Locks an application for a command: 404 for what the caller does not see, 403 for what he sees but may
/// not do this to.
fn lock_for(tx: &mut Tx<'_>, zone: i32, id: Uuid, acting: &Acting) -> Result<(Application, Content), Error> {
    match lock(tx, zone, id, &acting.may)? {
        Some(found) => Ok(found),
        None if find_visible(tx, zone, id, &acting.sees)?.is_some() => Err(Error::Forbidden),
        None => Err(Error::NotFound),
    }
}

fn require_draft(application: &Application) -> Result<(), Error> {
    match application.state {
        ApplicationState::Draft => Ok(()),
        ApplicationState::Submitted | ApplicationState::Closed => {
            Err(Error::StateForbids(Reason::new("not_a_draft", "申请已提交，不能再修改", "行政许可法 32")))
        }
    }
}

/// Answers a repeated request with the resource as it now is.
fn replay(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, outcome: Outcome, acting: &Acting) -> Result<Option<Done>, Error> {
    match outcome {
        Outcome::First => Ok(None),
        Outcome::Mismatch => Err(Error::KeyReused),
        Outcome::Replay { resource } => {
            Ok(Some(Done { dossier: Dossier::read(tx, snapshot, resource, &acting.sees)?, replayed: true, unused: Stock::default() }))
        }
    }
}

fn invalid_parties(problems: Vec<PartyProblem>) -> Error {
    Error::Invalid(
        problems
            .into_iter()
            .map(|p| Invalid { pointer: format!("/parties{}", p.pointer), code: p.code.to_owned(), text: p.text })
            .collect(),
    )
}

fn invalid_form(problems: Vec<FormProblem>) -> Vec<Invalid> {
    problems.into_iter().map(|p| Invalid { pointer: format!("/form{}", p.pointer), code: p.code.to_owned(), text: p.text }).collect()
}

fn checked(problems: Vec<Invalid>) -> Result<(), Error> {
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// Saves an application that a command changed: version, time and head move together.
fn save(tx: &mut Tx<'_>, application: &mut Application) -> Result<(), DbError> {
    application.updated_at = tx.now();
    persistence::application::save(tx, application)
}

/// The applicant's first identifier.
fn applicant_identifier(content: &Content) -> Option<&str> {
    let applicant = content.parties.iter().find(|p| p.role == PartyRole::Applicant)?;
    applicant.identifiers.first().map(|i| i.value.as_str())
}

/// The keyed hash of the applicant's first identifier, as registers store it.
fn applicant_hash(keys: &Keys, content: &Content) -> Option<Vec<u8>> {
    applicant_identifier(content).map(|i| keys.index("identifier", i))
}

/// Adds what stands against the applicant, under any of his identifiers: bars from applying for one of these
/// matters, breaches that bar commitments and deferrals.
fn bars(tx: &mut Tx<'_>, dossier: &Dossier, snapshot: &ZoneSnapshot, facts: &mut Facts) -> Result<(), DbError> {
    let applicant = dossier.content.parties.iter().find(|p| p.role == PartyRole::Applicant);
    let matters: Vec<String> =
        dossier.plan(snapshot).map(|p| p.matters.iter().map(|m| m.document.code.clone()).collect()).unwrap_or_default();
    for identifier in applicant.iter().flat_map(|p| &p.identifiers) {
        for record in credit::list_against(tx, dossier.application.zone, &identifier.value)? {
            match record.kind {
                CreditKind::Breach => {
                    facts.breaches.push(Reason::new("unrepaired_breach", "目前不适用承诺办理", "国办发〔2020〕42号"));
                }
                CreditKind::Bar if matters.contains(&record.matter) => {
                    let until = record.until.map(|d| d.to_string()).unwrap_or_default();
                    facts.bars.push(Reason::new("barred", format!("{until}前不得再次申请该行政许可"), "行政许可法 78、79"));
                }
                CreditKind::Bar => {}
            }
        }
    }
    Ok(())
}

/// An agent acts within his mandate; the applicant himself needs none.
fn require_mandate(application: &Application, content: &Content, act: MandateScope, now: Instant, acting: &Acting) -> Result<(), Error> {
    let by_agent = content.parties.iter().any(|p| p.role == PartyRole::Agent) && application.filed_by == acting.may.account;
    if by_agent && !content.mandate.as_ref().is_some_and(|m| m.covers(act, date_of(now))) {
        let text = format!("授权委托不包括{}，或者已经失效", act.label());
        return Err(Error::NotAllowed(Reason::new("mandate_missing", text, "行政许可法 29")));
    }
    Ok(())
}
