//! The catalogues and the calendar in memory, swapped when a newer generation is published.

use domain::calendar::WorkCalendar;
use domain::catalogue::Catalogue;
use persistence::{Db, DbError, Tx, calendar, catalogue, zone};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A zone's number and its catalogue.
#[derive(Clone)]
pub struct ZoneSnapshot {
    /// Number of the zone.
    pub zone: i32,
    /// Its catalogue.
    pub catalogue: Arc<Catalogue>,
    /// The calendar.
    pub calendar: Arc<WorkCalendar>,
}

#[derive(Default)]
struct State {
    zones: BTreeMap<String, (i32, Arc<Catalogue>)>,
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
                zones.insert(slug, (number, Arc::new(catalogue)));
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
        let (zone, catalogue) = state.zones.get(slug)?;
        Some(ZoneSnapshot { zone: *zone, catalogue: catalogue.clone(), calendar: state.calendar.clone() })
    }

    /// Every zone, by slug.
    #[must_use]
    pub fn zones(&self) -> Vec<ZoneSnapshot> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let snapshot = |(zone, catalogue): &(i32, Arc<Catalogue>)| ZoneSnapshot {
            zone: *zone,
            catalogue: catalogue.clone(),
            calendar: state.calendar.clone(),
        };
        state.zones.values().map(snapshot).collect()
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
        Ok(ZoneSnapshot { catalogue: self.put(known.zone, newer), ..known })
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

    fn put(&self, zone: i32, catalogue: Catalogue) -> Arc<Catalogue> {
        let catalogue = Arc::new(catalogue);
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.zones.insert(catalogue.zone.slug.clone(), (zone, catalogue.clone()));
        catalogue
    }
}
