//! Saving what a command changed.

use super::insert::insert_parties;
use super::{Application, Content, Row};
use crate::engine::{DbError, Id, Tx};
use crate::schema::{application_contents, application_parties, applications};
use diesel::prelude::*;

/// Saves the narrow row of a locked application.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, application: &Application) -> Result<(), DbError> {
    let row = Row::from(application);
    diesel::update(applications::table.find((application.zone, Id(application.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// Saves the contents; parties only when they changed.
///
/// # Errors
/// [`DbError`].
pub fn save_content(tx: &mut Tx<'_>, application: &Application, content: &Content, parties_changed: bool) -> Result<(), DbError> {
    let sealed = content.seal(tx.keys(), application.zone, application.id)?;
    diesel::update(application_contents::table.find((application.zone, Id(application.id))))
        .set(application_contents::sealed.eq(sealed))
        .execute(tx.connection)?;
    if parties_changed {
        let of_this = application_parties::zone_id.eq(application.zone).and(application_parties::application_id.eq(Id(application.id)));
        diesel::delete(application_parties::table.filter(of_this)).execute(tx.connection)?;
        insert_parties(tx, application.zone, application.id, &content.parties)?;
    }
    Ok(())
}
