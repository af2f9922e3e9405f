//! Import: all files of all zones, or nothing; every complaint with file, pointer and reason.

mod reading;

pub use reading::{Complaint, File, Reading, read};

use super::reform;
use crate::Error;
use chrono::NaiveDate;
use domain::event::EventKind;
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::catalogue::{Authorship, DocumentKind, NewVersion, digest, newest, publish};
use persistence::event::Actor;
use persistence::{Tx, calendar, catalogue, zone};
use reading::Documents;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What an import changed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Documents published as a new version.
    pub published: usize,
    /// Documents that were there already.
    pub unchanged: usize,
    /// Calendar days added.
    pub days: usize,
    /// Rows of delegated matters added.
    pub delegated: usize,
    /// Reform tasks added.
    pub tasks: usize,
    /// Every document published.
    pub changes: Vec<Change>,
    /// Rows of the registers that stand differently here and were left as they are.
    pub kept: Vec<Complaint>,
    /// Rows of the registers that stand against the import.
    pub refused: Vec<Complaint>,
}

/// A document that an import publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Kind.
    pub kind: DocumentKind,
    /// Code.
    pub code: String,
    /// Number of the new version.
    pub version: i32,
    /// Members of the document that differ from the version before; all of them for something new.
    pub members: Vec<String>,
}

/// First day on which the first version of a document holds: the first day of the calendar that is shipped.
const FROM_THE_START: (i32, u32, u32) = (2019, 1, 1);

/// Who imports, and why.
#[derive(Debug, Clone)]
pub struct Importing {
    /// As it stands in the events.
    pub actor: Actor,
    /// The account; absent on the command line.
    pub account: Option<Uuid>,
    /// Why.
    pub reason: String,
}

impl Importing {
    /// On the command line, or what comes with the program.
    #[must_use]
    pub fn by_system() -> Self {
        Self { actor: Actor::system(), account: None, reason: "导入".to_owned() }
    }

    fn authorship(&self) -> Authorship {
        Authorship { reason: self.reason.clone(), edited_by: None, published_by: self.account }
    }
}

/// Publishes what differs from the newest versions; the same digests again change nothing. A document's
/// first version holds from the start of the calendar, a later one from today.
///
/// # Errors
/// [`Error::Import`] where a register does not take what is brought, [`Error::StateForbids`] when the catalogue moved since
/// the files were checked.
pub fn import(tx: &mut Tx<'_>, reading: Reading, by: &Importing) -> Result<Imported, Error> {
    let mut imported = Imported { days: calendar::insert(tx, reading.days)?, ..Imported::default() };
    if imported.days > 0 {
        for (number, _) in zone::list(tx)? {
            crate::application::schedule_recompute(tx, number)?;
        }
    }
    let today = date_of(tx.now());
    if let Some(base) = reading.base {
        let version = new_version(DocumentKind::Base, "base".to_owned(), base.canonical, today);
        super::in_order(tx, zone::PLATFORM)?;
        publish_changed(tx, zone::PLATFORM, vec![version], by, &mut imported)?;
    }
    for (slug, mut documents) in reading.zones {
        let number = zone::ensure(tx, &slug)?;
        super::in_order(tx, number)?;
        let generation = catalogue::generation(tx, number)?;
        if reading.against.get(&slug).is_some_and(|checked| *checked != generation) {
            let text = "检查之后目录已有变动，请重新导入";
            return Err(Error::StateForbids(Reason::new("catalogue_moved", text, "目录管理规程")));
        }
        documents.compare_registers(tx, number, &mut imported)?;
        if !imported.refused.is_empty() {
            return Err(Error::Import(imported.refused));
        }
        let registers = (documents.delegated.take(), documents.tasks.take());
        publish_changed(tx, number, documents.versions(today), by, &mut imported)?;
        if let Some(delegated) = registers.0 {
            persistence::delegation::insert(tx, number, delegated.rows)?;
        }
        if let Some(tasks) = registers.1 {
            reform::import(tx, number, tasks)?;
        }
    }
    Ok(imported)
}

/// What an import into one zone would publish; nothing is written.
///
/// # Errors
/// [`Error::Database`].
pub fn preview(tx: &mut Tx<'_>, zone: i32, reading: Reading) -> Result<Imported, Error> {
    let today = date_of(tx.now());
    let mut previewed = Imported::default();
    for documents in reading.zones.values() {
        documents.compare_registers(tx, zone, &mut previewed)?;
    }
    let versions = reading.zones.into_values().flat_map(|documents| documents.versions(today)).collect();
    previewed.published = changed(tx, zone, versions, &mut previewed)?.len();
    Ok(previewed)
}

fn publish_changed(tx: &mut Tx<'_>, zone: i32, versions: Vec<NewVersion>, by: &Importing, imported: &mut Imported) -> Result<(), Error> {
    let mut new = changed(tx, zone, versions, imported)?;
    for (_, version) in &mut new {
        version.authorship = Some(by.authorship());
    }
    if !new.is_empty() {
        imported.published += new.len();
        let documents: Vec<Value> =
            new.iter().map(|(number, v)| json!({"kind": v.kind, "code": v.code, "version": number, "digest": v.digest})).collect();
        super::record(tx, zone, EventKind::CatalogueImported, json!({"documents": documents}), &by.actor)?;
        publish(tx, zone, new)?;
    }
    Ok(())
}

/// What differs from the newest versions, each with the number it gets.
fn changed(tx: &mut Tx<'_>, zone: i32, versions: Vec<NewVersion>, imported: &mut Imported) -> Result<Vec<(i32, NewVersion)>, Error> {
    let today = date_of(tx.now());
    let start = NaiveDate::from_ymd_opt(FROM_THE_START.0, FROM_THE_START.1, FROM_THE_START.2).unwrap_or(today);
    let known = newest(tx, zone)?;
    // What a zone begins with has been in force; what comes later begins today.
    let start = if known.is_empty() { start.min(today) } else { today };
    let mut new = Vec::new();
    for mut version in versions {
        let number = match known.get(&(version.kind, version.code.clone())) {
            Some(known) if known.digest == version.digest && known.stands.to.is_none_or(|to| today < to) => {
                imported.unchanged += 1;
                continue;
            }
            Some(known) => {
                // What is to come into force is replaced on its day, not overtaken.
                version.effective_from = today.max(known.stands.from);
                known.stands.number + 1
            }
            None => {
                version.effective_from = start;
                1
            }
        };
        let before = match number {
            1 => None,
            _ => catalogue::find_document(tx, zone, version.kind, &version.code, number - 1)?,
        };
        let members = differing(before.as_deref(), &version.document);
        imported.changes.push(Change { kind: version.kind, code: version.code.clone(), version: number, members });
        new.push((number, version));
    }
    Ok(new)
}

/// The members of a document that are not as before.
fn differing(before: Option<&str>, now: &str) -> Vec<String> {
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).unwrap_or_default();
    let (before, now) = (before.map(read).unwrap_or_default(), read(now));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != now.get(*name)).cloned().collect()
}

fn new_version(kind: DocumentKind, code: String, document: String, effective_from: NaiveDate) -> NewVersion {
    NewVersion { kind, code, effective_from, digest: digest(&document), document, authorship: None }
}

impl Documents {
    /// What of the registers is new, and what stays as it is.
    fn compare_registers(&self, tx: &mut Tx<'_>, zone: i32, imported: &mut Imported) -> Result<(), Error> {
        let delegated = self.delegated.as_ref().map(|d| d.compare(tx, zone, self.needs_account)).transpose()?.unwrap_or_default();
        let tasks = self.tasks.as_ref().map(|t| reform::compare(tx, zone, t)).transpose()?.unwrap_or_default();
        imported.delegated += delegated.added;
        imported.tasks += tasks.0;
        imported.kept.extend(delegated.kept.into_iter().chain(tasks.1));
        imported.refused.extend(delegated.refused);
        Ok(())
    }

    fn versions(self, from: NaiveDate) -> Vec<NewVersion> {
        let mut versions = Vec::new();
        versions.extend(self.matters.into_iter().map(|m| new_version(DocumentKind::Matter, m.value.code, m.canonical, from)));
        versions.extend(self.bundles.into_iter().map(|b| new_version(DocumentKind::Bundle, b.value.code, b.canonical, from)));
        // Last: editions of handbooks that end with these documents were printed under the profile before.
        versions.extend(self.profile.map(|p| new_version(DocumentKind::Zone, p.value.slug, p.canonical, from)));
        versions
    }
}
