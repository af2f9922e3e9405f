//! The base catalogue of the installation, which every zone's matters are held against.

use super::document::read_document;
use super::import::Importing;
use super::{in_order, record};
use crate::Error;
use domain::catalogue::{BaseCatalogue, Finding, check_base};
use domain::event::EventKind;
use domain::local_time::date_of;
use persistence::catalogue::{Authorship, DocumentKind, NewVersion, digest, newest_of, publish};
use persistence::{Tx, zone};
use serde_json::{Value, json};

/// Its code among the documents.
const CODE: &str = "base";

/// Publishes the base catalogue; the same again changes nothing. Returns the number of its version. Zones are not changed:
/// where they differ stands in their unify-check, and what they publish next is held against it.
///
/// # Errors
/// [`Error::Flawed`], [`Error::Stale`] when another version than `seen` is in force.
pub fn publish_base(tx: &mut Tx<'_>, document: &Value, seen: Option<i64>, by: &Importing) -> Result<i64, Error> {
    let base: BaseCatalogue = read_document(document).map_err(Error::Flawed)?;
    let flaws: Vec<Finding> = check_base(&base).into_iter().filter(Finding::forbids).collect();
    if !flaws.is_empty() {
        return Err(Error::Flawed(flaws));
    }
    in_order(tx, zone::PLATFORM)?;
    let known = newest_of(tx, zone::PLATFORM, DocumentKind::Base, CODE)?;
    let number = known.as_ref().map_or(0, |k| k.stands.number);
    if seen.is_some_and(|v| v != i64::from(number)) {
        return Err(Error::Stale);
    }
    let text = document.to_string();
    let digest = digest(&text);
    if known.is_some_and(|k| k.digest == digest) {
        return Ok(i64::from(number));
    }
    let version = NewVersion {
        kind: DocumentKind::Base,
        code: CODE.to_owned(),
        effective_from: date_of(tx.now()),
        digest,
        document: text,
        authorship: Some(Authorship { reason: by.reason.clone(), edited_by: None, published_by: by.account }),
    };
    let published = json!({"kind": version.kind, "code": CODE, "version": number + 1, "digest": version.digest});
    record(tx, zone::PLATFORM, EventKind::CataloguePublished, published, &by.actor)?;
    publish(tx, zone::PLATFORM, vec![(number + 1, version)])?;
    Ok(i64::from(number + 1))
}
