//! Import: all files of all zones, or nothing; every complaint with file, pointer and reason.

use super::delegation::{Delegated, read_delegated};
use super::document::{Document, read_document};
use super::reform::{self, Task, read_tasks};
use crate::Error;
use chrono::NaiveDate;
use domain::calendar::{DayKind, WorkCalendar};
use domain::catalogue::{
    BaseCatalogue, Bundle, Catalogue, Finding, Matter, Version, Zone, check_bundle, check_matter, check_references, check_zone,
};
use domain::event::EventKind;
use domain::local_time::date_of;
use domain::reason::Reason;
use persistence::catalogue::{DocumentKind, NewVersion, digest, newest, publish};
use persistence::event::Actor;
use persistence::{Tx, calendar, catalogue, zone};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One file of an import: path inside the data folder, and its bytes.
#[derive(Debug, Clone)]
pub struct File {
    /// `base/catalogue.json`, `zones/{slug}/zone.json`, `zones/{slug}/matters/*.json`, `zones/{slug}/bundles/*.json`,
    /// `zones/{slug}/delegated-matters.csv`, `zones/{slug}/reform-tasks.json` or `calendars/*.csv`.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// One thing wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file.
    pub file: String,
    /// JSON Pointer, or the line of a CSV file.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// Chinese reason.
    pub reason: String,
}

/// A readable, consistent import.
#[derive(Default)]
pub struct Reading {
    days: Vec<(NaiveDate, DayKind, String)>,
    base: Option<Parsed<BaseCatalogue>>,
    zones: BTreeMap<String, Documents>,
    /// The generation each zone was checked against.
    against: BTreeMap<String, i64>,
}

#[derive(Default)]
struct Documents {
    profile: Option<Parsed<Zone>>,
    matters: Vec<Parsed<Matter>>,
    bundles: Vec<Parsed<Bundle>>,
    delegated: Option<Delegated>,
    tasks: Option<Vec<Task>>,
}

struct Parsed<T> {
    file: String,
    value: T,
    canonical: String,
}

impl<T> Parsed<T> {
    /// What an import must not undo: the end that is set to the newest version for a later day.
    fn overtakes(&self, versions: Option<&Vec<Version<T>>>, today: NaiveDate) -> Option<Complaint> {
        let newest = versions?.last().filter(|v| v.digest != digest(&self.canonical))?;
        let reason = newest.stands().forbids_version(today.max(newest.effective_from), today)?;
        Some(Complaint { file: self.file.clone(), pointer: String::new(), code: "retirement_scheduled", reason: reason.text })
    }
}

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

/// Reads and checks files as of `today` without touching the database; `known` is what the installation has already, for
/// a part of a zone that leans on the rest.
///
/// # Errors
/// Every complaint, not only the first.
pub fn read(files: &[File], known: &[Arc<Catalogue>], today: NaiveDate) -> Result<Reading, Vec<Complaint>> {
    let against = known.iter().map(|c| (c.zone.slug.clone(), c.generation)).collect();
    let mut reading = Reading { against, ..Reading::default() };
    let mut complaints = Vec::new();
    for file in files {
        if let Err(found) = reading.take(file) {
            complaints.extend(found);
        }
    }
    let base = reading.base.as_ref().map(|b| b.value.clone());
    for (slug, documents) in &reading.zones {
        let there = known.iter().find(|c| c.zone.slug == *slug);
        let base = base.as_ref().or(there.map(|c| c.base.as_ref()));
        complaints.extend(documents.check(slug, base.unwrap_or(&BaseCatalogue::default()), there.map(AsRef::as_ref)));
        if let Some(there) = there {
            complaints.extend(documents.matters.iter().filter_map(|m| m.overtakes(there.matters.get(&m.value.code), today)));
            complaints.extend(documents.bundles.iter().filter_map(|b| b.overtakes(there.bundles.get(&b.value.code), today)));
        }
    }
    if complaints.is_empty() { Ok(reading) } else { Err(complaints) }
}

impl Reading {
    fn take(&mut self, file: &File) -> Result<(), Vec<Complaint>> {
        let parts: Vec<&str> = file.path.split('/').collect();
        match parts.as_slice() {
            ["calendars", name] if stem(name, "csv").is_some() => {
                let text = String::from_utf8_lossy(&file.bytes);
                let days = WorkCalendar::parse_csv(&text).map_err(|e| vec![complaint(file, "", e.to_string())])?;
                self.days.extend(days);
            }
            ["base", "catalogue.json"] => self.base = Some(parse(file)?),
            ["zones", slug, "zone.json"] => self.zone(slug).profile = Some(parse(file)?),
            ["zones", slug, "delegated-matters.csv"] => self.zone(slug).delegated = Some(read_delegated(file)?),
            ["zones", slug, "reform-tasks.json"] => self.zone(slug).tasks = Some(read_tasks(file)?),
            ["zones", slug, "matters", name] if stem(name, "json").is_some() => {
                let parsed: Parsed<Matter> = parse(file)?;
                named(file, name, &parsed.value.code)?;
                self.zone(slug).matters.push(parsed);
            }
            ["zones", slug, "bundles", name] if stem(name, "json").is_some() => {
                let parsed: Parsed<Bundle> = parse(file)?;
                named(file, name, &parsed.value.code)?;
                self.zone(slug).bundles.push(parsed);
            }
            ["schema", ..] | [_] => {}
            _ => return Err(vec![complaint(file, "", "不认识的文件位置".to_owned())]),
        }
        Ok(())
    }

    fn zone(&mut self, slug: &str) -> &mut Documents {
        self.zones.entry(slug.to_owned()).or_default()
    }
}

/// The name of a file without its ending, when it has this ending.
fn stem<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    name.rsplit_once('.').filter(|(_, e)| *e == ending).map(|(stem, _)| stem)
}

fn named(file: &File, name: &str, code: &str) -> Result<(), Vec<Complaint>> {
    if stem(name, "json") == Some(code) {
        Ok(())
    } else {
        Err(vec![complaint(file, "/code", format!("代码「{code}」与文件名不一致"))])
    }
}

fn complaint(file: &File, pointer: &str, reason: String) -> Complaint {
    Complaint { file: file.path.clone(), pointer: pointer.to_owned(), code: "wrong_format", reason }
}

fn complaints(file: &str, findings: Vec<Finding>) -> Vec<Complaint> {
    let blocking = findings.into_iter().filter(Finding::forbids);
    blocking.map(|f| Complaint { file: file.to_owned(), pointer: f.pointer, code: f.code, reason: f.text }).collect()
}

fn parse<T: Document>(file: &File) -> Result<Parsed<T>, Vec<Complaint>> {
    let value: Value = serde_json::from_slice(&file.bytes)
        .map_err(|e| vec![complaint(file, "", format!("第{}行第{}列不是有效的JSON", e.line(), e.column()))])?;
    let parsed = read_document(&value).map_err(|found| complaints(&file.path, found))?;
    Ok(Parsed { file: file.path.clone(), value: parsed, canonical: value.to_string() })
}

impl Documents {
    fn check(&self, slug: &str, base: &BaseCatalogue, there: Option<&Catalogue>) -> Vec<Complaint> {
        let Some(zone) = self.profile.as_ref().map(|p| &p.value).or(there.map(|c| c.zone.as_ref())) else {
            let first = self.matters.first().map(|m| &m.file).or_else(|| self.bundles.first().map(|b| &b.file));
            let file = first.cloned().unwrap_or_else(|| format!("zones/{slug}"));
            return vec![Complaint { file, pointer: String::new(), code: "missing", reason: "缺少园区文件zone.json".to_owned() }];
        };
        let mut found = Vec::new();
        if let Some(profile) = &self.profile {
            found.extend(complaints(&profile.file, check_zone(zone)));
            if zone.slug != slug {
                let text = format!("园区标识「{}」与文件夹不一致", zone.slug);
                found.extend(complaints(&profile.file, vec![Finding::error("/slug", "other_zone", text)]));
            }
        }
        let matters: BTreeMap<&str, &Matter> = self.matters.iter().map(|m| (m.value.code.as_str(), &m.value)).collect();
        let newest = |code: &str| Some(lasting(there?.matters.get(code)?)?.document.as_ref());
        let find = |code: &str| matters.get(code).copied().or_else(|| newest(code));
        found.extend(self.matters.iter().flat_map(|m| complaints(&m.file, check_matter(&m.value, zone))));
        found.extend(self.bundles.iter().flat_map(|b| complaints(&b.file, check_bundle(&b.value, zone, base, find))));
        // Bundles that are in force and not part of the import must still merge with the new matters.
        let untouched = there.into_iter().flat_map(|c| &c.bundles).filter(|(code, _)| self.bundles.iter().all(|b| b.value.code != **code));
        for (code, versions) in untouched {
            let Some(bundle) = lasting(versions) else { continue };
            // What was wrong before is not this import's to mend.
            let before = there.map(|c| check_bundle(&bundle.document, &c.zone, &c.base, newest)).unwrap_or_default();
            let mut broken = check_bundle(&bundle.document, zone, base, find);
            broken.retain(|f| !before.contains(f));
            found.extend(complaints(&format!("zones/{slug}/bundles/{code}.json"), broken));
        }
        if self.profile.is_some() {
            let others = there.into_iter().flat_map(|c| &c.matters).filter(|(code, _)| !matters.contains_key(code.as_str()));
            for (code, versions) in others {
                let Some(matter) = lasting(versions) else { continue };
                found.extend(complaints(&format!("zones/{slug}/matters/{code}.json"), check_references(&matter.document, zone)));
            }
        }
        found.extend(self.delegated.iter().flat_map(|d| d.check(zone)));
        found
    }
}

/// The newest version, if no end is set to it.
fn lasting<T>(versions: &[Version<T>]) -> Option<&Version<T>> {
    versions.last().filter(|v| v.effective_to.is_none())
}

/// First day on which the first version of a document holds: the first day of the calendar that is shipped.
const FROM_THE_START: (i32, u32, u32) = (2019, 1, 1);

/// Publishes what differs from the newest versions; the same digests again change nothing. A document's
/// first version holds from the start of the calendar, a later one from today.
///
/// # Errors
/// [`Error::Database`].
pub fn import(tx: &mut Tx<'_>, reading: Reading, actor: &Actor) -> Result<Imported, Error> {
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
        publish_changed(tx, zone::PLATFORM, vec![version], actor, &mut imported)?;
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
        let registers = (documents.delegated.take(), documents.tasks.take());
        publish_changed(tx, number, documents.versions(today), actor, &mut imported)?;
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

fn publish_changed(tx: &mut Tx<'_>, zone: i32, versions: Vec<NewVersion>, actor: &Actor, imported: &mut Imported) -> Result<(), Error> {
    let new = changed(tx, zone, versions, imported)?;
    if !new.is_empty() {
        imported.published += new.len();
        let documents: Vec<Value> =
            new.iter().map(|(number, v)| json!({"kind": v.kind, "code": v.code, "version": number, "digest": v.digest})).collect();
        super::record(tx, zone, EventKind::CatalogueImported, json!({"documents": documents}), actor)?;
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
        let delegated = self.delegated.as_ref().map(|d| d.compare(tx, zone)).transpose()?.unwrap_or_default();
        let tasks = self.tasks.as_ref().map(|t| reform::compare(tx, zone, t)).transpose()?.unwrap_or_default();
        imported.delegated += delegated.0;
        imported.tasks += tasks.0;
        imported.kept.extend(delegated.1.into_iter().chain(tasks.1));
        Ok(())
    }

    fn versions(self, from: NaiveDate) -> Vec<NewVersion> {
        let mut versions = Vec::new();
        versions.extend(self.profile.map(|p| new_version(DocumentKind::Zone, p.value.slug, p.canonical, from)));
        versions.extend(self.matters.into_iter().map(|m| new_version(DocumentKind::Matter, m.value.code, m.canonical, from)));
        versions.extend(self.bundles.into_iter().map(|b| new_version(DocumentKind::Bundle, b.value.code, b.canonical, from)));
        versions
    }
}
