//! Free printing (免费文印): every use once, and what was printed today.

use crate::Error;
use domain::local_time::date_of;
use persistence::idempotency::{self, Outcome, Request};
use persistence::tally::{self, Tally};
use persistence::{Tx, ids};
use std::collections::BTreeMap;

/// Counts a use of the free printer, once a key; today's figures.
///
/// # Errors
/// [`Error::KeyReused`].
pub fn count_print(tx: &mut Tx<'_>, zone: i32, pages: u32, request: &Request) -> Result<BTreeMap<Tally, u64>, Error> {
    match idempotency::claim(tx, request, 200, ids::new_id(), 1)? {
        Outcome::First => {
            tally::add(tx, zone, Tally::PrintPages, pages)?;
            tally::add(tx, zone, Tally::PrintUses, 1)?;
        }
        Outcome::Mismatch => return Err(Error::KeyReused),
        Outcome::Replay { .. } => {}
    }
    let today = date_of(tx.now());
    Ok(tally::read(tx, zone, (today, today))?)
}
