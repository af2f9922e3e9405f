//! Repair a breach (信用修复).

use crate::application::Acting;
use crate::{Error, ZoneSnapshot};
use domain::event::EventKind;
use domain::reason::Reason;
use persistence::application::{CaseNote, find_case_file, lock_unscoped_whole, save_case_file};
use persistence::credit::{self, CreditRecord};
use persistence::event::{self, NewEvent};
use persistence::{Tx, application};
use serde_json::json;
use uuid::Uuid;

/// Marks a breach repaired: commitments and deferrals are open to the applicant again.
///
/// # Errors
/// [`Error::NotFound`], [`Error::StateForbids`] when it was repaired before.
pub fn repair(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, id: Uuid, reason: &str, acting: &Acting) -> Result<CreditRecord, Error> {
    let found = credit::find(tx, snapshot.zone, id)?.ok_or(Error::NotFound)?;
    let (mut application, _) = lock_unscoped_whole(tx, snapshot.zone, found.application)?.ok_or(Error::NotFound)?;
    if !credit::repair(tx, snapshot.zone, id, acting.may.account)? {
        return Err(Error::StateForbids(Reason::new(
            "repaired_before",
            "该记录已经修复，或者是法定期限内的限制申请，不能修复",
            "信用修复规定",
        )));
    }
    let mut file = find_case_file(tx, snapshot.zone, found.case)?;
    file.notes.push(CaseNote { about: "信用修复".to_owned(), text: reason.to_owned(), by: acting.may.account, at: tx.now() });
    save_case_file(tx, snapshot.zone, found.case, &file)?;
    application.version += 1;
    application.updated_at = tx.now();
    let payload = json!({"case": found.case, "record": id});
    let event = NewEvent { kind: EventKind::CreditRepaired, occurred_at: tx.now(), payload };
    let stream = application.stream();
    event::append(tx, stream, &mut application.head, &acting.actor, vec![event])?;
    application::save(tx, &application)?;
    credit::find(tx, snapshot.zone, id)?.ok_or(Error::NotFound)
}
