//! The catalogues and the calendar in memory, swapped when a newer generation is published.

use chrono::NaiveDate;
use domain::assessment::Plan;
use domain::calendar::WorkCalendar;
use domain::catalogue::{Catalogue, Subject};
use persistence::{Db, DbError, Tx, calendar, catalogue, zone};
use search::{Hit, Index, SearchError};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
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
    index: Arc<OnceLock<Result<Index, SearchError>>>,
}

impl ZoneSnapshot {
    /// What fits `text` best of what is in force on `day`; the index of a generation is built when it is first asked.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn search(&self, text: &str, day: NaiveDate, limit: usize) -> Result<Vec<Hit>, SearchError> {
        self.index()?.search(&self.catalogue, text, day, limit)
    }

    /// Built once however many ask at the same time.
    fn index(&self) -> Result<&Index, SearchError> {
        self.index.get_or_init(|| Index::build(&self.catalogue)).as_ref().map_err(Clone::clone)
    }

    /// The plan of `subject` as in force on `day`.
    #[must_use]
    pub fn plan(&self, subject: Subject<'_>, day: NaiveDate) -> Option<Arc<Plan>> {
        let key = match subject {
            Subject::Matter(code) => (None, vec![self.catalogue.matter(code, day)?.id]),
            Subject::Bundle(code) => {
                let bundle = self.catalogue.bundle(code, day)?;
                let members = bundle.document.members.iter();
                (Some(bundle.id), members.map(|m| self.catalogue.matter(&m.matter, day).map(|v| v.id)).collect::<Option<_>>()?)
            }
        };
        self.kept_plan(key, |_| Plan::of(&self.catalogue, subject, day))
    }

    /// The plan of pinned versions.
    #[must_use]
    pub fn pinned_plan(&self, bundle: Option<Uuid>, matters: Vec<Uuid>) -> Option<Arc<Plan>> {
        let pinned = |key: &PinnedVersions| Plan::of_pinned(&self.catalogue, key.0, &key.1);
        self.kept_plan((bundle, matters), pinned)
    }

    /// The plan kept under `key`, or made now.
    fn kept_plan(&self, key: PinnedVersions, make: impl FnOnce(&PinnedVersions) -> Option<Plan>) -> Option<Arc<Plan>> {
        if let Some(plan) = self.plans.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Some(plan.clone());
        }
        let plan = Arc::new(make(&key)?);
        let mut plans = self.plans.0.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() >= MOST_PLANS {
            plans.clear();
        }
        plans.insert(key, plan.clone());
        Some(plan)
    }
}

/// Plans computed from one generation of a catalogue: merging forms compiles schemas, which is worth keeping.
#[derive(Default)]
struct Plans(RwLock<HashMap<PinnedVersions, Arc<Plan>>>);

/// The bundle's version, if any, and the matters' versions.
type PinnedVersions = (Option<Uuid>, Vec<Uuid>);

/// Plans kept of one generation; then they are forgotten and computed again.
const MOST_PLANS: usize = 1024;

/// One generation of one zone.
#[derive(Clone)]
struct Generation {
    zone: i32,
    catalogue: Arc<Catalogue>,
    calendar: Arc<WorkCalendar>,
    plans: Arc<Plans>,
    index: Arc<OnceLock<Result<Index, SearchError>>>,
}

impl Generation {
    /// A generation with the calendar as the zone counts by it.
    fn new(zone: i32, catalogue: Catalogue, calendar: &Arc<WorkCalendar>) -> Self {
        let share = catalogue.zone.settings.warning_share_percent;
        let same = calendar.warning_share_percent() == share;
        let calendar = if same { calendar.clone() } else { Arc::new(calendar.warning_with(share)) };
        Self { zone, catalogue: Arc::new(catalogue), calendar, plans: Arc::default(), index: Arc::default() }
    }

    fn snapshot(&self) -> ZoneSnapshot {
        ZoneSnapshot {
            zone: self.zone,
            catalogue: self.catalogue.clone(),
            calendar: self.calendar.clone(),
            plans: self.plans.clone(),
            index: self.index.clone(),
        }
    }
}

#[derive(Default)]
struct State {
    zones: BTreeMap<String, Generation>,
    calendar: Arc<WorkCalendar>,
    /// The generation of the platform the calendar was read at.
    calendar_generation: i64,
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
        let calendar_generation = catalogue::generation(tx, zone::PLATFORM)?;
        let calendar = Arc::new(calendar::load(tx)?);
        let mut zones = BTreeMap::new();
        for (number, slug) in zone::list(tx)? {
            let known = self.zone(&slug).map(|z| z.catalogue);
            if let Some(catalogue) = catalogue::load(tx, number, known.as_deref())? {
                zones.insert(slug, Generation::new(number, catalogue, &calendar));
            }
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = State { zones, calendar, calendar_generation };
        Ok(())
    }

    /// The snapshot of a zone by slug.
    #[must_use]
    pub fn zone(&self, slug: &str) -> Option<ZoneSnapshot> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.zones.get(slug).map(Generation::snapshot)
    }

    /// Every zone, by slug.
    #[must_use]
    pub fn zones(&self) -> Vec<ZoneSnapshot> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.zones.values().map(Generation::snapshot).collect()
    }

    /// The same snapshot, or a newer one when the catalogue was published since: a write decides on what is
    /// in force in its own transaction.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn fresh(&self, tx: &mut Tx<'_>, known: ZoneSnapshot) -> Result<ZoneSnapshot, DbError> {
        let generation = catalogue::generation(tx, known.zone)?;
        if generation == known.catalogue.generation {
            return Ok(known);
        }
        if let Some(shared) = self.zones().into_iter().find(|z| z.zone == known.zone && z.catalogue.generation == generation) {
            return Ok(shared);
        }
        // Not shared with others: this transaction may see what it has not committed yet.
        let newer = catalogue::load(tx, known.zone, Some(&known.catalogue))?;
        Ok(newer.map_or_else(|| known.clone(), |newer| Generation::new(known.zone, newer, &known.calendar).snapshot()))
    }

    /// Builds the search index of every zone that has none yet, so that nobody waits for it.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn warm(&self) -> Result<(), SearchError> {
        self.zones().iter().try_for_each(|zone| zone.index().map(drop))
    }

    /// Reloads the zones whose generation moved; replicas call it several times a second.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn poll(&self, db: &Db) -> Result<(), DbError> {
        let snapshots = self.clone();
        db.read(move |tx| {
            let generations = catalogue::generations(tx)?;
            let known: BTreeMap<i32, Arc<Catalogue>> = snapshots.zones().into_iter().map(|s| (s.zone, s.catalogue)).collect();
            let moved = |zone: &i32, generation: &i64| known.get(zone).is_none_or(|k| k.generation != *generation);
            if generations.get(&zone::PLATFORM).is_some_and(|g| *g != snapshots.calendar_generation()) {
                return snapshots.load(tx);
            }
            for (zone, _) in generations.iter().filter(|(z, g)| **z != zone::PLATFORM && moved(z, g)) {
                if let Some(newer) = catalogue::load(tx, *zone, known.get(zone).map(AsRef::as_ref))? {
                    snapshots.put(*zone, newer);
                }
            }
            Ok(())
        })
        .await
    }

    fn calendar_generation(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).calendar_generation
    }

    /// Shares a newer generation; an older one that was read slowly never takes its place.
    fn put(&self, zone: i32, catalogue: Catalogue) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let slug = catalogue.zone.slug.clone();
        if state.zones.get(&slug).is_none_or(|known| known.catalogue.generation < catalogue.generation) {
            let generation = Generation::new(zone, catalogue, &state.calendar);
            state.zones.insert(slug, generation);
        }
    }
}
