//! The catalogues and the calendar in memory, swapped when a newer generation is published.

use chrono::NaiveDate;
use domain::assessment::Plan;
use domain::calendar::WorkCalendar;
use domain::catalogue::{Catalogue, Subject};
use persistence::{Db, DbError, Tx, calendar, catalogue, zone};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// A zone's number and its catalogue.
#[derive(Clone)]
pub struct ZoneSnapshot {
    /// Number of the zone.
    pub zone: i32,
    /// Its catalogue.
    pub catalogue: Arc<Catalogue>,
    /// The calendar.
    pub calendar: Arc<WorkCalendar>,
    plans: Arc<Plans>,
}

impl ZoneSnapshot {
    /// The plan of `subject` as in force on `day`.
    #[must_use]
    pub fn plan(&self, subject: Subject<'_>, day: NaiveDate) -> Option<Arc<Plan>> {
        let key = match subject {
            Subject::Matter(code) => Key::Matter(code.to_owned(), day),
            Subject::Bundle(code) => Key::Bundle(code.to_owned(), day),
        };
        self.plans.get(key, || Plan::of(&self.catalogue, subject, day))
    }

    /// The plan of pinned versions.
    #[must_use]
    pub fn pinned_plan(&self, bundle: Option<Uuid>, matters: Vec<Uuid>) -> Option<Arc<Plan>> {
        let make = {
            let matters = matters.clone();
            move || Plan::of_pinned(&self.catalogue, bundle, &matters)
        };
        self.plans.get(Key::Pinned(bundle, matters), make)
    }
}

/// Plans computed from one generation of a catalogue: merging forms compiles schemas, which is worth keeping.
#[derive(Default)]
struct Plans(RwLock<HashMap<Key, Arc<Plan>>>);

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Matter(String, NaiveDate),
    Bundle(String, NaiveDate),
    Pinned(Option<Uuid>, Vec<Uuid>),
}

/// Plans kept of one generation; then they are forgotten and computed again.
const MOST_PLANS: usize = 4096;

impl Plans {
    fn get(&self, key: Key, make: impl FnOnce() -> Option<Plan>) -> Option<Arc<Plan>> {
        if let Some(plan) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(plan.clone());
        }
        let plan = Arc::new(make()?);
        let mut plans = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= MOST_PLANS {
            plans.clear();
        }
        plans.insert(key, plan.clone());
        Some(plan)
    }
}

/// One generation of one zone.
#[derive(Clone)]
struct Generation {
    zone: i32,
    catalogue: Arc<Catalogue>,
    plans: Arc<Plans>,
}

impl Generation {
    fn new(zone: i32, catalogue: Catalogue) -> Self {
        Self { zone, catalogue: Arc::new(catalogue), plans: Arc::default() }
    }

    fn with(&self, calendar: &Arc<WorkCalendar>) -> ZoneSnapshot {
        ZoneSnapshot { zone: self.zone, catalogue: self.catalogue.clone(), calendar: calendar.clone(), plans: self.plans.clone() }
    }
}

#[derive(Default)]
struct State {
    zones: BTreeMap<String, Generation>,
    calendar: Arc<WorkCalendar>,
}

/// What every request reads without touching the database.
#[derive(Clone, Default)]
pub struct Snapshots(Arc<RwLock<State>>);

impl Snapshots {
    /// Reads every zone and the calendar.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn load(&self, tx: &mut Tx<'_>) -> Result<(), DbError> {
        let mut zones = BTreeMap::new();
        for (number, slug) in zone::list(tx)? {
            if let Some(catalogue) = catalogue::load(tx, number)? {
                zones.insert(slug, Generation::new(number, catalogue));
            }
        }
        let calendar = Arc::new(calendar::load(tx)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = State { zones, calendar };
        Ok(())
    }

    /// The snapshot of a zone by slug.
    #[must_use]
    pub fn zone(&self, slug: &str) -> Option<ZoneSnapshot> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.zones.get(slug).map(|generation| generation.with(&state.calendar))
    }

    /// Every zone, by slug.
    #[must_use]
    pub fn zones(&self) -> Vec<ZoneSnapshot> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.zones.values().map(|generation| generation.with(&state.calendar)).collect()
    }

    /// The same snapshot, or a newer one when the catalogue was published since: a write decides on what is
    /// in force in its own transaction.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn fresh(&self, tx: &mut Tx<'_>, known: ZoneSnapshot) -> Result<ZoneSnapshot, DbError> {
        if catalogue::generation(tx, known.zone)? == known.catalogue.generation {
            return Ok(known);
        }
        let Some(newer) = catalogue::load(tx, known.zone)? else { return Ok(known) };
        Ok(self.put(known.zone, newer))
    }

    /// Reloads the zones whose generation moved; replicas call it every second.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn poll(&self, db: &Db) -> Result<(), DbError> {
        let snapshots = self.clone();
        db.read(move |tx| {
            let generations = catalogue::generations(tx)?;
            for known in snapshots.zones() {
                if generations.get(&known.zone) != Some(&known.catalogue.generation) {
                    snapshots.fresh(tx, known)?;
                }
            }
            Ok(())
        })
        .await
    }

    fn put(&self, zone: i32, catalogue: Catalogue) -> ZoneSnapshot {
        let generation = Generation::new(zone, catalogue);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let snapshot = generation.with(&state.calendar);
        state.zones.insert(snapshot.catalogue.zone.slug.clone(), generation);
        snapshot
    }
}
