//! The applicant takes over what was filed for him on paper (同一申请线上可见).

use super::work::{Order, Work, perform};
use super::{Done, applicant_identifier};
use crate::Error;
use domain::event::EventKind;
use persistence::Tx;
use persistence::application::insert_account;
use serde_json::json;

/// Puts an application on the caller's list. He has shown its number and tracking code, which stand on his
/// receipt; here he shows that he is its applicant by the whole identifier.
///
/// # Errors
/// [`Error::NotFound`] when the identifier is not the applicant's.
pub fn adopt(tx: &mut Tx<'_>, order: Order, identifier: &str) -> Result<Done, Error> {
    let account = order.acting.actor.id.ok_or(Error::Forbidden)?;
    perform(tx, order, |work: &mut Work<'_, '_>| {
        let given = identifier.trim().to_uppercase();
        if applicant_identifier(&work.dossier.content) != Some(given.as_str()) {
            return Err(Error::NotFound);
        }
        let (zone, id) = (work.zone(), work.dossier.application.id);
        if insert_account(work.tx, zone, account, id)? {
            work.note_whole(EventKind::ApplicationAdopted, json!({"account": account}));
        }
        Ok(())
    })
}
