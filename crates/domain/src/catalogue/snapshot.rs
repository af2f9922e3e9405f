//! A zone's published catalogue in memory; "current" is decided by date when read.

use super::{BaseCatalogue, Bundle, Matter, Newest, Zone};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// One published, immutable version.
#[derive(Debug, Clone)]
pub struct Version<T> {
    /// Identity that applications pin.
    pub id: Uuid,
    /// Number of the version, from 1.
    pub number: u32,
    /// First day it holds.
    pub effective_from: NaiveDate,
    /// First day it no longer holds.
    pub effective_to: Option<NaiveDate>,
    /// Digest of the document, hexadecimal SM3.
    pub digest: String,
    /// The document.
    pub document: Arc<T>,
}

impl<T> Version<T> {
    /// Number and days.
    #[must_use]
    pub fn stands(&self) -> Newest {
        Newest { number: i32::try_from(self.number).unwrap_or(i32::MAX), from: self.effective_from, to: self.effective_to }
    }
}

/// All versions of a zone's catalogue.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The generation it was read at.
    pub generation: i64,
    /// The zone's profile.
    pub zone: Arc<Zone>,
    /// Every version of it, in order: what was printed earlier stays as it was.
    pub profiles: Vec<Version<Zone>>,
    /// The base catalogue of the installation.
    pub base: Arc<BaseCatalogue>,
    /// Matters by code, versions in order.
    pub matters: BTreeMap<String, Vec<Version<Matter>>>,
    /// Bundles by code, versions in order.
    pub bundles: BTreeMap<String, Vec<Version<Bundle>>>,
}

/// What is applied for: one matter or one bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A single matter.
    Matter(&'a str),
    /// A bundle.
    Bundle(&'a str),
}

impl Catalogue {
    /// The matter in force on `day`.
    #[must_use]
    pub fn matter(&self, code: &str, day: NaiveDate) -> Option<&Version<Matter>> {
        current(self.matters.get(code)?, day)
    }

    /// The bundle in force on `day`.
    #[must_use]
    pub fn bundle(&self, code: &str, day: NaiveDate) -> Option<&Version<Bundle>> {
        current(self.bundles.get(code)?, day)
    }

    /// Whether a matter is in force on `day` or comes into force later.
    #[must_use]
    pub fn will_have(&self, code: &str, day: NaiveDate) -> bool {
        self.matters.get(code).and_then(|versions| versions.last()).is_some_and(|v| v.effective_to.is_none_or(|to| day < to))
    }

    /// A pinned version of a matter.
    #[must_use]
    pub fn pinned_matter(&self, code: &str, id: Uuid) -> Option<&Version<Matter>> {
        self.matters.get(code)?.iter().find(|v| v.id == id)
    }

    /// Every matter in force on `day`, by code.
    pub fn current_matters(&self, day: NaiveDate) -> impl Iterator<Item = &Version<Matter>> {
        self.matters.values().filter_map(move |versions| current(versions, day))
    }

    /// `day` and every later day on which some version begins or ends: on all others the catalogue stands as the day before.
    #[must_use]
    pub fn turning_days(&self, day: NaiveDate) -> Vec<NaiveDate> {
        let matters = self.matters.values().flatten().flat_map(|v| [Some(v.effective_from), v.effective_to]);
        let bundles = self.bundles.values().flatten().flat_map(|v| [Some(v.effective_from), v.effective_to]);
        let later = matters.chain(bundles).flatten().filter(|d| *d > day);
        std::iter::once(day).chain(later.collect::<BTreeSet<_>>()).collect()
    }

    /// Every bundle in force on `day`, by code.
    pub fn current_bundles(&self, day: NaiveDate) -> impl Iterator<Item = &Version<Bundle>> {
        self.bundles.values().filter_map(move |versions| current(versions, day))
    }
}

/// The newest version that has begun by `day` decides, and none is in force once it has ended: an older one never comes
/// back by itself.
fn current<T>(versions: &[Version<T>], day: NaiveDate) -> Option<&Version<T>> {
    versions.iter().rev().find(|v| v.effective_from <= day).filter(|v| v.effective_to.is_none_or(|to| day < to))
}
