//! Do what is due: claim, act, close.

use crate::application::{received_count, settle_application};
use crate::{Error, Snapshots, ZoneSnapshot};
use domain::local_time::date_of;
use domain::number::Series;
use persistence::job::{self, Job, JobKind};
use persistence::number::Numbers;
use persistence::{Backend, Db, event};

/// What a job needs.
#[derive(Clone)]
pub struct Worker {
    /// The database.
    pub db: Db,
    /// The catalogues.
    pub snapshots: Snapshots,
    /// The numbers.
    pub numbers: Numbers,
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
                let count = self.db.read(move |tx| Ok::<_, Error>(received_count(tx, job.zone, job.subject)?)).await?;
                let day = date_of(self.db.clock().now());
                let mut numbers = Vec::with_capacity(count);
                for _ in 0..count {
                    numbers.push(self.numbers.next(&self.db, job.zone, &snapshot.catalogue.zone.area_code, Series::Case, day).await?);
                }
                numbers.reverse();
                let snapshot = snapshot.clone();
                self.db.write(move |tx| settle_application(tx, &snapshot, &job, numbers)).await
            }
        }
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
