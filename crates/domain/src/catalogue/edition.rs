//! Editions of a bundle's handbook: every publication of the bundle or of one of its matters makes the next one, and
//! each stays readable.

use super::{Bundle, Catalogue, Matter, Version, Zone};
use chrono::NaiveDate;
use std::sync::Arc;
use uuid::Uuid;

/// One edition: the versions it was made of.
#[derive(Debug, Clone)]
pub struct Edition {
    /// Its number, from 1.
    pub number: usize,
    /// The bundle.
    pub bundle: Version<Bundle>,
    /// Its matters, in the bundle's order.
    pub matters: Vec<Version<Matter>>,
    /// The publication that made the next one, where there is one.
    next: Option<(NaiveDate, Uuid)>,
}

impl Edition {
    /// The zone's profile as it stood when the next edition came; today's for the last one.
    #[must_use]
    pub fn profile(&self, catalogue: &Catalogue) -> Arc<Zone> {
        let before = |next: (NaiveDate, Uuid)| catalogue.profiles.iter().rev().find(move |p| (p.effective_from, p.id) < next);
        self.next.and_then(before).map_or_else(|| catalogue.zone.clone(), |p| p.document.clone())
    }
}

/// The editions of a bundle in the order in which they come into force, on the same day in that of publication: versions
/// were given their identities in that order.
#[must_use]
pub fn editions(catalogue: &Catalogue, code: &str) -> Vec<Edition> {
    let Some(bundles) = catalogue.bundles.get(code) else { return Vec::new() };
    let members = bundles.iter().flat_map(|b| &b.document.members).map(|m| m.matter.as_str());
    let mut codes: Vec<&str> = members.collect();
    codes.sort_unstable();
    codes.dedup();
    let matters = codes.iter().filter_map(|code| catalogue.matters.get(*code)).flatten().map(|v| (v.effective_from, v.id));
    let mut publications: Vec<(NaiveDate, Uuid)> = matters.chain(bundles.iter().map(|v| (v.effective_from, v.id))).collect();
    publications.sort_unstable();
    let mut found: Vec<Edition> = Vec::new();
    for until in publications {
        let Some(bundle) = newest(bundles, until) else { continue };
        let matter = |code: &str| newest(catalogue.matters.get(code)?, until).cloned();
        let matters: Option<Vec<_>> = bundle.document.members.iter().map(|m| matter(&m.matter)).collect();
        let Some(matters) = matters else { continue };
        // What concerns a matter that is not, or no longer, a member changes nothing.
        let same = |e: &Edition| e.bundle.id == bundle.id && e.matters.iter().map(|m| m.id).eq(matters.iter().map(|m| m.id));
        if !found.last().is_some_and(same) {
            if let Some(last) = found.last_mut() {
                last.next = Some(until);
            }
            found.push(Edition { number: found.len() + 1, bundle: bundle.clone(), matters, next: None });
        }
    }
    found
}

/// The edition in force on a day: the last of which nothing begins later.
#[must_use]
pub fn edition_on(catalogue: &Catalogue, code: &str, day: NaiveDate) -> Option<Edition> {
    catalogue.bundle(code, day)?;
    let begun = |e: &Edition| e.bundle.effective_from <= day && e.matters.iter().all(|m| m.effective_from <= day);
    editions(catalogue, code).into_iter().rev().find(begun)
}

fn newest<T>(versions: &[Version<T>], until: (NaiveDate, Uuid)) -> Option<&Version<T>> {
    versions.iter().rev().find(|v| (v.effective_from, v.id) <= until)
}
