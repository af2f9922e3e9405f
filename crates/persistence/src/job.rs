//! Work to do later: one engine, claimed row by row.

use crate::clock::real_now;
use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::jobs;
use chrono::TimeDelta;
use diesel::prelude::*;
use domain::codes;
use domain::local_time::Instant;
use uuid::Uuid;

codes! {
    /// What there is to do.
    pub enum JobKind {
        /// Apply what the law does by silence.
        SettleApplication = "settle_application", "到期处理";
        /// Have the seal port sign an instrument.
        SealInstrument = "seal_instrument", "加盖电子印章";
        /// Remove stored files that no row names.
        SweepFiles = "sweep_files", "清理无主文件";
        /// Order a parcel, or ask the courier where it is.
        FollowParcel = "follow_parcel", "跟踪邮件";
        /// Count what was filed on the days that are over.
        CloseDay = "close_day", "每日汇总";
        /// Count due dates anew after a calendar was loaded.
        RecomputeDeadlines = "recompute_deadlines", "重新计算期限";
    }
}

codes! {
    /// Where a job stands.
    pub enum JobState {
        /// To be done when due.
        Open = "open", "待执行";
        /// Given up after too many attempts; an operator may open it again.
        Dead = "dead", "已放弃";
    }
}

/// A claimed job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// Zone.
    pub zone: i32,
    /// Identity.
    pub id: Uuid,
    /// What to do.
    pub kind: JobKind,
    /// To what.
    pub subject: Uuid,
    /// When it was due.
    pub due_at: Instant,
}

/// How long a claim lasts before another loop may take the job over.
const LEASE_SECONDS: i64 = 60;
/// Attempts before a job is given up.
const MOST_ATTEMPTS: i32 = 12;

#[derive(Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    kind: Code<JobKind>,
    subject_id: Id,
    state: Code<JobState>,
    due_at: At,
    attempts: i32,
    claimed_until: Option<At>,
    last_error: Option<String>,
}

/// Opens a job; one per kind and subject, an open one stays as it is.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, kind: JobKind, subject: Uuid, due_at: Instant) -> Result<(), DbError> {
    let row = Row {
        zone_id: zone,
        id: Id(crate::ids::new_id()),
        kind: Code(kind),
        subject_id: Id(subject),
        state: Code(JobState::Open),
        due_at: At(due_at),
        attempts: 0,
        claimed_until: None,
        last_error: None,
    };
    insert_many(jobs::table, [row]).or_ignore().execute(tx.connection)?;
    Ok(())
}

/// Opens a job, or moves the open one of the same kind and subject to `due_at`.
///
/// # Errors
/// [`DbError`].
pub fn schedule(tx: &mut Tx<'_>, zone: i32, kind: JobKind, subject: Uuid, due_at: Instant) -> Result<(), DbError> {
    let same = jobs::table.filter(jobs::zone_id.eq(zone).and(jobs::kind.eq(Code(kind))).and(jobs::subject_id.eq(Id(subject))));
    let reopened = (jobs::due_at.eq(At(due_at)), jobs::state.eq(Code(JobState::Open)), jobs::attempts.eq(0));
    if diesel::update(same).set(reopened).execute(tx.connection)? == 0 {
        insert(tx, zone, kind, subject, due_at)?;
    }
    Ok(())
}

/// Puts an application's own timer where time acts next; one that is due already, or was woken, stays so.
///
/// # Errors
/// [`DbError`].
pub fn reschedule(tx: &mut Tx<'_>, zone: i32, kind: JobKind, subject: Uuid, due_at: Instant) -> Result<(), DbError> {
    let now = tx.now();
    let same = jobs::table.filter(jobs::zone_id.eq(zone).and(jobs::kind.eq(Code(kind))).and(jobs::subject_id.eq(Id(subject))));
    let waits = jobs::due_at.gt(At(now)).or(jobs::state.ne(Code(JobState::Open)));
    let reopened = (jobs::due_at.eq(At(due_at)), jobs::state.eq(Code(JobState::Open)), jobs::attempts.eq(0));
    if diesel::update(same.filter(waits)).set(reopened).execute(tx.connection)? == 0 {
        insert(tx, zone, kind, subject, due_at)?;
    }
    Ok(())
}

/// Opens a job that is to be open always: one that was given up begins again, an open one stays as it is.
///
/// # Errors
/// [`DbError`].
pub fn keep_open(tx: &mut Tx<'_>, zone: i32, kind: JobKind, subject: Uuid, due_at: Instant) -> Result<(), DbError> {
    let same = jobs::table.filter(jobs::zone_id.eq(zone).and(jobs::kind.eq(Code(kind))).and(jobs::subject_id.eq(Id(subject))));
    let given_up = same.filter(jobs::state.eq(Code(JobState::Dead)));
    let reopened = (jobs::due_at.eq(At(due_at)), jobs::state.eq(Code(JobState::Open)), jobs::attempts.eq(0));
    diesel::update(given_up).set(reopened).execute(tx.connection)?;
    insert(tx, zone, kind, subject, due_at)
}

/// The zones in which something is due.
///
/// # Errors
/// [`DbError`].
pub fn due_zones(tx: &mut Tx<'_>) -> Result<Vec<i32>, DbError> {
    let now = At(tx.now());
    Ok(jobs::table
        .filter(jobs::state.eq(Code(JobState::Open)).and(jobs::due_at.le(now)))
        .select(jobs::zone_id)
        .distinct()
        .load(tx.connection)?)
}

/// Claims the job of `zone` that is due first; the claim commits before anything is done. Claims last by
/// real time, what is due is decided by the legal clock.
///
/// # Errors
/// [`DbError`].
pub fn claim(tx: &mut Tx<'_>, zone: i32) -> Result<Option<Job>, DbError> {
    let (now, real) = (tx.now(), real_now());
    let free = jobs::claimed_until.is_null().or(jobs::claimed_until.assume_not_null().lt(At(real)));
    let due: Option<(Id, Code<JobKind>, Id, At)> = jobs::table
        .filter(jobs::zone_id.eq(zone).and(jobs::state.eq(Code(JobState::Open))).and(jobs::due_at.le(At(now))).and(free))
        .order((jobs::due_at, jobs::id))
        .select((jobs::id, jobs::kind, jobs::subject_id, jobs::due_at))
        .limit(1)
        .locked()
        .get_result(tx.connection)
        .optional()?;
    let Some((id, kind, subject, due_at)) = due else { return Ok(None) };
    diesel::update(jobs::table.find((zone, id)))
        .set((jobs::claimed_until.eq(At(real + TimeDelta::seconds(LEASE_SECONDS))), jobs::attempts.eq(jobs::attempts + 1)))
        .execute(tx.connection)?;
    Ok(Some(Job { zone, id: id.0, kind: kind.0, subject: subject.0, due_at: due_at.0 }))
}

/// Closes a job that is done; part of the transaction that did it. One that was woken meanwhile is done again.
///
/// # Errors
/// [`DbError`].
pub fn finish(tx: &mut Tx<'_>, job: &Job) -> Result<(), DbError> {
    let as_claimed = jobs::table.find((job.zone, Id(job.id))).filter(jobs::due_at.eq(At(job.due_at)));
    if diesel::delete(as_claimed).execute(tx.connection)? == 0 { release(tx, job) } else { Ok(()) }
}

/// Lets a job that was woken while it was done be claimed again.
fn release(tx: &mut Tx<'_>, job: &Job) -> Result<(), DbError> {
    let released: Option<At> = None;
    diesel::update(jobs::table.find((job.zone, Id(job.id))))
        .set((jobs::claimed_until.eq(released), jobs::attempts.eq(0)))
        .execute(tx.connection)?;
    Ok(())
}

/// Puts a job off to `due_at`; one that was woken meanwhile is done again first.
///
/// # Errors
/// [`DbError`].
pub fn postpone(tx: &mut Tx<'_>, job: &Job, due_at: Instant) -> Result<(), DbError> {
    let released: Option<At> = None;
    let as_claimed = jobs::table.find((job.zone, Id(job.id))).filter(jobs::due_at.eq(At(job.due_at)));
    let put_off = (jobs::due_at.eq(At(due_at)), jobs::claimed_until.eq(released), jobs::attempts.eq(0));
    if diesel::update(as_claimed).set(put_off).execute(tx.connection)? == 0 { release(tx, job) } else { Ok(()) }
}

/// Notes a failure: the lease becomes the back-off (doubling, with jitter); too many attempts give it up.
///
/// # Errors
/// [`DbError`].
pub fn fail(tx: &mut Tx<'_>, job: &Job, error: &str) -> Result<(), DbError> {
    let attempts: Option<i32> = jobs::table.find((job.zone, Id(job.id))).select(jobs::attempts).first(tx.connection).optional()?;
    // Another loop has taken the job over and closed it.
    let Some(attempts) = attempts else { return Ok(()) };
    let jitter = i64::from(crate::seal::random::<1>()[0]) % 10;
    let wait = TimeDelta::seconds((1_i64 << attempts.clamp(0, 10)) + jitter);
    let state = if attempts >= MOST_ATTEMPTS { JobState::Dead } else { JobState::Open };
    diesel::update(jobs::table.find((job.zone, Id(job.id))))
        .set((jobs::state.eq(Code(state)), jobs::claimed_until.eq(At(real_now() + wait)), jobs::last_error.eq(error)))
        .execute(tx.connection)?;
    Ok(())
}

/// How the timers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Given up, counted up to a thousand.
    pub dead: usize,
    /// When the oldest open one was due.
    pub oldest_due: Option<Instant>,
}

/// Looks at the jobs of all zones.
///
/// # Errors
/// [`DbError`].
pub fn health(tx: &mut Tx<'_>) -> Result<Health, DbError> {
    let dead: Vec<Id> = jobs::table.filter(jobs::state.eq(Code(JobState::Dead))).select(jobs::id).limit(1000).load(tx.connection)?;
    let oldest: Option<At> = jobs::table
        .filter(jobs::state.eq(Code(JobState::Open)))
        .order(jobs::due_at)
        .select(jobs::due_at)
        .first(tx.connection)
        .optional()?;
    Ok(Health { dead: dead.len(), oldest_due: oldest.map(|at| at.0) })
}
