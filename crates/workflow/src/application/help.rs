//! Further help at the window (帮其他事项), and the owner's consent where a document leaves for others.

use super::work::Work;
use crate::Error;
use domain::event::EventKind;
use domain::flow::MandateScope;
use domain::hall::{HelpKind, needs_consent};
use domain::reason::Reason;
use persistence::application::{Consent, Help};
use persistence::tally::Tally;
use serde_json::json;

/// The owner lets documents of this application go to somebody.
///
/// # Errors
/// [`Error::NotAllowed`] for the clerk who keyed it, or an agent beyond his mandate.
pub fn give_consent(work: &mut Work<'_, '_>, recipient: String, purpose: String) -> Result<(), Error> {
    let application = &work.dossier.application;
    if application.keyed_by(work.acting.may.account) {
        let text = "同意书应由申请人本人作出，录入人员不能代为同意";
        return Err(Error::NotAllowed(Reason::new("personal_consent_required", text, "个人信息保护法 14")));
    }
    super::require_mandate(application, &work.dossier.content, MandateScope::File, work.now, &work.acting)?;
    let given_at = work.now;
    work.change_content().consents.push(Consent { recipient, purpose, given_at });
    work.note_whole(EventKind::ConsentGiven, json!({}));
    Ok(())
}

/// Notes further help; what leaves for others needs the owner's consent.
///
/// # Errors
/// [`Error::NotAllowed`] without it.
pub fn give_help(work: &mut Work<'_, '_>, kind: HelpKind, document: String, recipient: Option<String>) -> Result<(), Error> {
    let consented: Vec<&str> = work.dossier.content.consents.iter().map(|c| c.recipient.as_str()).collect();
    if let Some(reason) = needs_consent(kind, recipient.as_deref(), &consented) {
        return Err(Error::NotAllowed(reason));
    }
    let (by, at) = (work.acting.may.account, work.now);
    work.change_content().helped.push(Help { kind, document, recipient, by, at });
    work.note_whole(EventKind::HelpGiven, json!({"help": kind}));
    work.count(Tally::FurtherServices);
    Ok(())
}
