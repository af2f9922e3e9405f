//! Do what is due: claim, act, close.

use crate::application::{
    CourierSaid, enter_parcel, finish_recompute, put_off, received_count, recompute_portion, settle_application, settle_now,
};
use crate::{Error, Snapshots, ZoneSnapshot};
use chrono::{NaiveDate, TimeDelta};
use domain::application::FilingChannel;
use domain::local_time::{Instant, date_of, end_of};
use domain::number::Series;
use persistence::application::{count_filed, first_filed};
use persistence::clock::real_now;
use persistence::file_store::{FileError, FileStore};
use persistence::job::{self, Job, JobKind};
use persistence::number::{Numbers, Stock};
use persistence::parcel::Parcel;
use persistence::tally::{self, Tally};
use persistence::{Backend, Db, Tx, event, instrument, material, parcel};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// Signs the digest of an instrument with a zone's seal, outside of any transaction; `None` where no seal is set
/// up.
pub type Sealer = Arc<dyn Fn(i32, Vec<u8>) -> Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, String>> + Send>> + Send + Sync>;

/// Orders a parcel, or asks where it is once it has a number; outside of any transaction.
pub type Couriers = Arc<dyn Fn(Parcel) -> Pin<Box<dyn Future<Output = Result<CourierSaid, String>> + Send>> + Send + Sync>;

/// What a job needs.
#[derive(Clone)]
pub struct Worker {
    /// The database.
    pub db: Db,
    /// The catalogues.
    pub snapshots: Snapshots,
    /// The numbers.
    pub numbers: Numbers,
    /// The seal.
    pub sealer: Sealer,
    /// The courier.
    pub couriers: Couriers,
    /// Sealed files.
    pub files: FileStore,
}

/// For how long a stored file that no row names may be on its way in.
const UPLOAD_TAKES_AT_MOST: TimeDelta = TimeDelta::hours(24);
/// How often a zone's files are swept.
const SWEPT_EVERY: TimeDelta = TimeDelta::hours(24);
/// How far back a sweep looks: what a replica missed while it was down.
const SWEPT_BACK: TimeDelta = TimeDelta::days(8);
/// Files looked up together.
const SWEPT_AT_ONCE: usize = 500;

/// The first six digits of identities made from one moment to another: the shelves files stand on, each of some hours.
fn shelves(from: Instant, to: Instant) -> Vec<String> {
    let shelf = |at: Instant| at.timestamp_millis().max(0) >> 24;
    (shelf(from)..=shelf(to)).map(|n| format!("{n:06x}")).collect()
}

/// Opens the daily work of every zone, where it is not open yet: the sweep of its files, and what was filed on a day.
///
/// # Errors
/// [`Error::Database`].
pub fn schedule_sweeps(tx: &mut Tx<'_>, snapshots: &Snapshots) -> Result<(), Error> {
    let due = tx.now() + SWEPT_EVERY;
    for snapshot in snapshots.zones() {
        job::keep_open(tx, snapshot.zone, JobKind::SweepFiles, Uuid::nil(), due)?;
        job::keep_open(tx, snapshot.zone, JobKind::CloseDay, Uuid::nil(), tx.now())?;
    }
    Ok(())
}

/// How long after its end a day is counted: a filing that took its number just before may still be on its way.
const COUNTED_AFTER: TimeDelta = TimeDelta::hours(1);
/// Days counted in one transaction.
const COUNTED_AT_ONCE: usize = 400;

/// Counts what was filed on every day that is over and not counted yet (F25); the job goes on to the next day. Numbers begin
/// with the area code of their time.
fn close_days(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, job: &Job) -> Result<(), Error> {
    let (zone, open) = (snapshot.zone, date_of(tx.now() - COUNTED_AFTER));
    let profiles = snapshot.catalogue.profiles.iter().map(|p| p.document.area_code.as_str());
    let areas: BTreeSet<&str> = profiles.chain([snapshot.catalogue.zone.area_code.as_str()]).collect();
    let mut first = tally::last_closed(tx, zone, Tally::FiledOnline)?.and_then(|day| day.succ_opt());
    if first.is_none() {
        for area in &areas {
            first = first.into_iter().chain(first_filed(tx, zone, area)?).min();
        }
    }
    let days: Vec<NaiveDate> =
        first.into_iter().flat_map(|day| day.iter_days()).take_while(|day| *day < open).take(COUNTED_AT_ONCE).collect();
    for day in &days {
        let mut filed: BTreeMap<FilingChannel, u32> = BTreeMap::new();
        for area in &areas {
            for (channel, n) in count_filed(tx, zone, area, *day)? {
                *filed.entry(channel).or_default() += n;
            }
        }
        for (channel, counted) in [(FilingChannel::Online, Tally::FiledOnline), (FilingChannel::Window, Tally::FiledAtWindow)] {
            tally::close_day(tx, zone, *day, counted, filed.get(&channel).copied().unwrap_or(0))?;
        }
    }
    let next = if days.len() == COUNTED_AT_ONCE { tx.now() } else { end_of(open) + COUNTED_AFTER };
    Ok(job::postpone(tx, job, next)?)
}

impl Worker {
    /// Does everything that is due, in order of its due time in each zone; returns how much. Safe to be
    /// killed at any moment: a claim that is not closed is taken over when its lease ends.
    ///
    /// # Errors
    /// [`Error::Database`] when not even claiming works; a failing job is noted and put off.
    pub async fn run_due(&self) -> Result<usize, Error> {
        let due = self.db.read(|tx| Ok::<_, Error>(job::due_zones(tx)?)).await?;
        let mut done = 0;
        for snapshot in self.snapshots.zones().into_iter().filter(|s| due.contains(&s.zone)) {
            let zone = snapshot.zone;
            while let Some(job) = self.db.write(move |tx| Ok::<_, Error>(job::claim(tx, zone)?)).await? {
                done += 1;
                if let Err(error) = self.perform(&snapshot, job).await {
                    tracing::warn!(job = %job.id, kind = %job.kind, error = %error, "job failed");
                    let text = error.to_string();
                    self.db.write(move |tx| Ok::<_, Error>(job::fail(tx, &job, &text)?)).await?;
                }
            }
        }
        Ok(done)
    }

    async fn perform(&self, snapshot: &ZoneSnapshot, job: Job) -> Result<(), Error> {
        match job.kind {
            JobKind::SettleApplication => {
                let settling = snapshot.clone();
                self.with_numbers(snapshot, job.subject, move |tx, stock| settle_application(tx, &settling, &job, stock)).await
            }
            JobKind::SealInstrument => self.seal(job).await,
            JobKind::SweepFiles => {
                self.sweep_files(job.zone, real_now() - UPLOAD_TAKES_AT_MOST).await?;
                self.db
                    .write(move |tx| {
                        let next = tx.now() + SWEPT_EVERY;
                        Ok::<_, Error>(job::postpone(tx, &job, next)?)
                    })
                    .await
            }
            JobKind::CloseDay => {
                let snapshot = snapshot.clone();
                self.db.write(move |tx| close_days(tx, &snapshot, &job)).await
            }
            JobKind::FollowParcel => {
                let found = self.db.read(move |tx| Ok::<_, Error>(parcel::find(tx, job.zone, job.subject)?)).await?;
                let Some(parcel) = found else { return self.db.write(move |tx| Ok::<_, Error>(job::finish(tx, &job)?)).await };
                match (self.couriers)(parcel).await {
                    Ok(said) => {
                        let snapshot = snapshot.clone();
                        self.db.write(move |tx| enter_parcel(tx, &snapshot, &job, said)).await
                    }
                    // A courier that is down for a day loses nothing: it is asked again.
                    Err(error) => {
                        tracing::warn!(job = %job.id, error, "the courier did not answer");
                        self.db.write(move |tx| put_off(tx, &job)).await
                    }
                }
            }
            JobKind::RecomputeDeadlines => {
                // The calendar that was loaded may not have reached this replica's memory yet.
                self.snapshots.poll(&self.db).await?;
                let zones = self.snapshots.zones();
                let snapshot = zones.iter().find(|s| s.zone == job.zone).unwrap_or(snapshot);
                let mut after = Some(Uuid::nil());
                while let Some(from) = after {
                    let snapshot = snapshot.clone();
                    after = self.db.write(move |tx| recompute_portion(tx, &snapshot, from)).await?;
                }
                self.db.write(move |tx| finish_recompute(tx, &job)).await
            }
        }
    }

    /// Removes the files of a zone that were stored before `before` and that no row names: uploads that were cut off
    /// between the store and the database. Keys begin with the time they were made (like their identities), so only the
    /// days since the sweeps before are looked at, however many files there are. Returns how many.
    ///
    /// # Errors
    /// [`Error::Database`], [`Error::Port`] when the store fails.
    pub async fn sweep_files(&self, zone: i32, before: Instant) -> Result<usize, Error> {
        let failed = |e: FileError| Error::Port(e.to_string());
        let mut removed = 0;
        for shelf in shelves(before - SWEPT_BACK, before) {
            let mut found = self.files.list(&format!("{zone}/{shelf}"), before).await.map_err(failed)?;
            while !found.is_empty() {
                let asked = found.split_off(found.len().saturating_sub(SWEPT_AT_ONCE));
                let looked_up = asked.clone();
                let known = self.db.read(move |tx| Ok::<_, Error>(material::known_keys(tx, zone, &looked_up)?)).await?;
                for key in asked.iter().filter(|k| !known.contains(*k)) {
                    self.files.remove(key).await.map_err(failed)?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    /// Settles an application as of now, for what is done to it outside of a command.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn settle(&self, snapshot: &ZoneSnapshot, id: Uuid) -> Result<(), Error> {
        let settling = snapshot.clone();
        self.with_numbers(snapshot, id, move |tx, stock| settle_now(tx, &settling, id, stock)).await
    }

    /// Reserves the case numbers that settling may need, and gives back what was not used.
    async fn with_numbers<F>(&self, snapshot: &ZoneSnapshot, id: Uuid, settle: F) -> Result<(), Error>
    where
        F: FnOnce(&mut Tx<'_>, Stock) -> Result<Stock, Error> + Send + 'static,
    {
        let zone = snapshot.zone;
        let count = self.db.read(move |tx| Ok::<_, Error>(received_count(tx, zone, id)?)).await?;
        let day = date_of(self.db.clock().now());
        let stock = self.numbers.stock(&self.db, zone, &snapshot.catalogue.zone.area_code, Series::Case, day, count).await?;
        let unused = self.db.write(move |tx| settle(tx, stock)).await?;
        for number in unused.into_numbers() {
            self.numbers.give_back(zone, Series::Case, day, number);
        }
        Ok(())
    }

    /// Has the seal port sign an instrument; the port is called outside of any transaction.
    async fn seal(&self, job: Job) -> Result<(), Error> {
        let found = self.db.read(move |tx| Ok::<_, Error>(instrument::find(tx, job.zone, job.subject)?)).await?;
        let signature = match found.filter(|i| i.signature.is_none()) {
            Some(instrument) => (self.sealer)(job.zone, instrument.digest).await.map_err(Error::Port)?,
            None => None,
        };
        self.db
            .write(move |tx| {
                if let Some(signature) = signature {
                    instrument::save_signature(tx, job.zone, job.subject, signature)?;
                }
                Ok(job::finish(tx, &job)?)
            })
            .await
    }

    /// On PostgreSQL, moves committed events into the feed; on SQLite the writer has done it.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn relay_feed(&self) -> Result<(), Error> {
        if self.db.backend() == Backend::Sqlite {
            return Ok(());
        }
        for zone in self.db.read(|tx| Ok::<_, Error>(event::pending_zones(tx)?)).await? {
            while self.db.write(move |tx| Ok::<_, Error>(event::relay_feed(tx, zone)?)).await? > 0 {}
        }
        Ok(())
    }
}
