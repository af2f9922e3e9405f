//! Import: all files of all zones, or nothing; every complaint with file, pointer and reason.

use super::schema::{BUNDLE, MATTER, ZONE};
use crate::Error;
use chrono::NaiveDate;
use domain::calendar::{DayKind, WorkCalendar};
use domain::catalogue::{Bundle, Finding, Matter, Zone, check_bundle, check_matter, check_zone};
use domain::event::{EventKind, StreamKind};
use domain::local_time::{Instant, date_of};
use jsonschema::Validator;
use persistence::catalogue::{DocumentKind, NewVersion, digest, newest, publish, stream_id};
use persistence::event::{self, Actor, NewEvent, Stream};
use persistence::{DbError, Tx, calendar, zone};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One file of an import: path inside the data folder, and its bytes.
#[derive(Debug, Clone)]
pub struct File {
    /// `zones/{slug}/zone.json`, `zones/{slug}/matters/*.json`, `zones/{slug}/bundles/*.json` or
    /// `calendars/*.csv`.
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
    /// Chinese reason.
    pub reason: String,
}

/// A readable, consistent import.
#[derive(Default)]
pub struct Reading {
    days: Vec<(NaiveDate, DayKind, String)>,
    zones: BTreeMap<String, Documents>,
}

#[derive(Default)]
struct Documents {
    profile: Option<Parsed<Zone>>,
    matters: Vec<Parsed<Matter>>,
    bundles: Vec<Parsed<Bundle>>,
}

struct Parsed<T> {
    file: String,
    value: T,
    canonical: String,
}

/// What an import changed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Documents published as a new version.
    pub published: usize,
    /// Documents that were there already.
    pub unchanged: usize,
    /// Calendar days added.
    pub days: usize,
}

/// Reads and checks files without touching the database.
///
/// # Errors
/// Every complaint, not only the first.
pub fn read(files: &[File]) -> Result<Reading, Vec<Complaint>> {
    let mut reading = Reading::default();
    let mut complaints = Vec::new();
    for file in files {
        if let Err(found) = reading.take(file) {
            complaints.extend(found);
        }
    }
    if complaints.is_empty() {
        for (slug, documents) in &reading.zones {
            complaints.extend(documents.check(slug));
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
            ["zones", slug, "zone.json"] => self.zone(slug).profile = Some(parse(file, &ZONE)?),
            ["zones", slug, "matters", name] if stem(name, "json").is_some() => {
                let parsed: Parsed<Matter> = parse(file, &MATTER)?;
                named(file, name, &parsed.value.code)?;
                self.zone(slug).matters.push(parsed);
            }
            ["zones", slug, "bundles", name] if stem(name, "json").is_some() => {
                let parsed: Parsed<Bundle> = parse(file, &BUNDLE)?;
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
    Complaint { file: file.path.clone(), pointer: pointer.to_owned(), reason }
}

fn parse<T: DeserializeOwned>(file: &File, validator: &Result<Validator, String>) -> Result<Parsed<T>, Vec<Complaint>> {
    let value: Value = serde_json::from_slice(&file.bytes)
        .map_err(|e| vec![complaint(file, "", format!("第{}行第{}列不是有效的JSON", e.line(), e.column()))])?;
    let validator = validator.as_ref().map_err(|e| vec![complaint(file, "", format!("导入格式的JSON Schema不可用：{e}"))])?;
    let found: Vec<Complaint> =
        validator.iter_errors(&value).map(|e| complaint(file, &e.instance_path().to_string(), format!("不符合导入格式：{e}"))).collect();
    if !found.is_empty() {
        return Err(found);
    }
    let canonical = value.to_string();
    let mut track = serde_path_to_error::Track::new();
    let parsed = T::deserialize(serde_path_to_error::Deserializer::new(value, &mut track));
    let value = parsed.map_err(|e| {
        vec![complaint(file, &format!("/{}", track.path().to_string().replace(['.', '['], "/").replace(']', "")), e.to_string())]
    })?;
    Ok(Parsed { file: file.path.clone(), value, canonical })
}

impl Documents {
    fn check(&self, slug: &str) -> Vec<Complaint> {
        let Some(profile) = &self.profile else {
            let first = self.matters.first().map(|m| m.file.clone()).or_else(|| self.bundles.first().map(|b| b.file.clone()));
            return vec![Complaint {
                file: first.unwrap_or_default(), pointer: String::new(), reason: "缺少园区文件zone.json".to_owned()
            }];
        };
        let named = |file: &str, findings: Vec<Finding>| {
            let file = file.to_owned();
            findings.into_iter().map(move |f| Complaint { file: file.clone(), pointer: f.pointer, reason: f.text })
        };
        let zone = &profile.value;
        let matters: BTreeMap<&str, &Matter> = self.matters.iter().map(|m| (m.value.code.as_str(), &m.value)).collect();
        let mut complaints: Vec<Complaint> = named(&profile.file, check_zone(zone)).collect();
        if zone.slug != slug {
            let reason = format!("园区标识「{}」与文件夹不一致", zone.slug);
            complaints.push(Complaint { file: profile.file.clone(), pointer: "/slug".to_owned(), reason });
        }
        complaints.extend(self.matters.iter().flat_map(|m| named(&m.file, check_matter(&m.value, zone))));
        complaints
            .extend(self.bundles.iter().flat_map(|b| named(&b.file, check_bundle(&b.value, zone, |code| matters.get(code).copied()))));
        complaints
    }
}

/// First day on which the first version of a document holds: the first day of the calendar that is shipped.
const FROM_THE_START: (i32, u32, u32) = (2019, 1, 1);

/// Publishes what differs from the newest versions; the same digests again change nothing. A document's
/// first version holds from the start of the calendar, a later one from today.
///
/// # Errors
/// [`Error::Database`].
pub fn import(tx: &mut Tx<'_>, reading: Reading) -> Result<Imported, Error> {
    let mut imported = Imported { days: calendar::insert(tx, reading.days)?, ..Imported::default() };
    if imported.days > 0 {
        for (number, _) in zone::list(tx)? {
            crate::application::schedule_recompute(tx, number)?;
        }
    }
    let now = tx.now();
    let today = date_of(now);
    let start = NaiveDate::from_ymd_opt(FROM_THE_START.0, FROM_THE_START.1, FROM_THE_START.2).unwrap_or(today);
    for (slug, documents) in reading.zones {
        let number = zone::ensure(tx, &slug)?;
        let known = newest(tx, number)?;
        let mut new = Vec::new();
        for mut version in documents.versions(today) {
            let last = known.get(&(version.kind, version.code.clone()));
            if last.is_none() {
                version.effective_from = start.min(today);
            }
            match last {
                Some((_, digest)) if *digest == version.digest => imported.unchanged += 1,
                _ => new.push((last.map_or(1, |(number, _)| number + 1), version)),
            }
        }
        if !new.is_empty() {
            imported.published += new.len();
            record(tx, number, &new, now)?;
            publish(tx, number, new)?;
        }
    }
    Ok(imported)
}

fn record(tx: &mut Tx<'_>, zone: i32, new: &[(i32, NewVersion)], now: Instant) -> Result<(), DbError> {
    let stream = Stream { zone, kind: StreamKind::Catalogue, id: stream_id(zone) };
    let mut head = event::head(tx, stream)?;
    let documents: Vec<Value> =
        new.iter().map(|(number, v)| json!({"kind": v.kind, "code": v.code, "version": number, "digest": v.digest})).collect();
    let event = NewEvent { kind: EventKind::CatalogueImported, occurred_at: now, payload: json!({"documents": documents}) };
    event::append(tx, stream, &mut head, &Actor::system(), vec![event])
}

impl Documents {
    fn versions(self, effective_from: NaiveDate) -> Vec<NewVersion> {
        let version = |kind, code: String, document: String| NewVersion { kind, code, effective_from, digest: digest(&document), document };
        let mut versions = Vec::new();
        versions.extend(self.profile.map(|p| version(DocumentKind::Zone, p.value.slug, p.canonical)));
        versions.extend(self.matters.into_iter().map(|m| version(DocumentKind::Matter, m.value.code, m.canonical)));
        versions.extend(self.bundles.into_iter().map(|b| version(DocumentKind::Bundle, b.value.code, b.canonical)));
        versions
    }
}
