//! What the files of an import say: read and checked, everything wrong named with file, pointer and reason.

use crate::catalogue::delegation::{Delegated, read_delegated};
use crate::catalogue::document::{Document, read_document};
use crate::catalogue::reform::{Task, read_tasks};
use chrono::NaiveDate;
use domain::calendar::{DayKind, WorkCalendar};
use domain::catalogue::{
    BaseCatalogue, Bundle, Catalogue, Finding, Matter, Version, Zone, check_base, check_bundle, check_links, check_matter,
    check_references, check_succession, check_zone,
};
use persistence::catalogue::digest;
use serde_json::Value;
use std::collections::BTreeMap;
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
    pub(super) days: Vec<(NaiveDate, DayKind, String)>,
    pub(super) base: Option<Parsed<BaseCatalogue>>,
    pub(super) zones: BTreeMap<String, Documents>,
    /// The generation each zone was checked against.
    pub(super) against: BTreeMap<String, i64>,
}

/// The documents of one zone.
#[derive(Default)]
pub(super) struct Documents {
    pub(super) profile: Option<Parsed<Zone>>,
    pub(super) matters: Vec<Parsed<Matter>>,
    pub(super) bundles: Vec<Parsed<Bundle>>,
    pub(super) delegated: Option<Delegated>,
    pub(super) tasks: Option<Vec<Task>>,
    /// What the zone's profile says of delegated matters in force.
    pub(super) needs_account: bool,
}

/// A document as it stands in its file.
pub(super) struct Parsed<T> {
    file: String,
    pub(super) value: T,
    pub(super) canonical: String,
}

impl<T> Parsed<T> {
    /// What an import must not undo: the end that is set to the newest version for a later day.
    fn overtakes(&self, versions: Option<&Vec<Version<T>>>, today: NaiveDate) -> Option<Complaint> {
        let newest = versions?.last().filter(|v| v.digest != digest(&self.canonical))?;
        let reason = newest.stands().forbids_version(today.max(newest.effective_from), today)?;
        Some(Complaint { file: self.file.clone(), pointer: String::new(), code: "retirement_scheduled", reason: reason.text })
    }
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
    complaints.extend(reading.base.iter().flat_map(|b| self::complaints(&b.file, check_base(&b.value))));
    let base = reading.base.as_ref().map(|b| b.value.clone());
    for (slug, documents) in &mut reading.zones {
        let there = known.iter().find(|c| c.zone.slug == *slug);
        let profile = documents.profile.as_ref().map(|p| &p.value).or(there.map(|c| c.zone.as_ref()));
        documents.needs_account = profile.is_some_and(|p| p.settings.delegation_needs_account);
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
        found.extend(
            self.matters
                .iter()
                .flat_map(|m| complaints(&m.file, check_links(&m.value, newest(&m.value.code), |code| find(code).is_some()))),
        );
        found.extend(self.successions(there));
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

impl Documents {
    /// What the new versions must take from the ones before them.
    fn successions(&self, there: Option<&Catalogue>) -> Vec<Complaint> {
        let Some(there) = there else { return Vec::new() };
        let of_matter = |m: &Parsed<Matter>| {
            let earlier = there.matters.get(&m.value.code).into_iter().flatten().map(|v| &v.document.flow[..]);
            complaints(&m.file, check_succession(earlier, &m.value.flow, "flow"))
        };
        let of_bundle = |b: &Parsed<Bundle>| {
            let earlier = there.bundles.get(&b.value.code).into_iter().flatten().map(|v| v.document.steps.as_slice());
            complaints(&b.file, check_succession(earlier, &b.value.steps, "steps"))
        };
        self.matters.iter().flat_map(of_matter).chain(self.bundles.iter().flat_map(of_bundle)).collect()
    }
}

/// The newest version, if no end is set to it.
fn lasting<T>(versions: &[Version<T>]) -> Option<&Version<T>> {
    versions.last().filter(|v| v.effective_to.is_none())
}
