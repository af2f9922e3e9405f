//! What an operator should know before the hall opens.

use chrono::{NaiveDate, TimeDelta};
use domain::catalogue::Catalogue;
use persistence::clock::real_now;
use persistence::{Db, job, pending};
use workflow::{Error, Snapshots};

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What keeps the hall from working.
    pub problems: Vec<String>,
    /// What will, or may be meant so.
    pub warnings: Vec<String>,
}

/// How long a timer may be late before something is wrong.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// Looks at the database of an installation: its schema, its catalogue, its calendar, its timers.
///
/// # Errors
/// [`Error::Database`] when it can't be read.
pub fn examine(db: &Db, today: NaiveDate) -> Result<Report, Error> {
    let mut report = Report::default();
    let waiting = pending(db).map_err(|e| Error::Port(e.to_string()))?;
    if waiting > 0 {
        report.problems.push(format!("{waiting} migrations are pending: yiciban migrate"));
        return Ok(report);
    }
    let snapshots = Snapshots::default();
    db.write_blocking(|tx| snapshots.load(tx))?;
    if snapshots.zones().is_empty() {
        report.problems.push("no zone is there: yiciban import".to_owned());
    }
    for snapshot in snapshots.zones() {
        if let Some(year) = snapshot.calendar.missing_soon(today, longest(&snapshot.catalogue)) {
            let slug = &snapshot.catalogue.zone.slug;
            report
                .warnings
                .push(format!("{slug}: the calendar of {year} is needed within 30 days and not loaded; due dates in it are provisional"));
        }
    }
    let timers = db.write_blocking(job::health)?;
    if timers.dead > 0 {
        report.warnings.push(format!("{} jobs were given up after too many attempts (jobs.last_error says why)", timers.dead));
    }
    if timers.oldest_due.is_some_and(|due| due + LATE < db.clock().now().max(real_now())) {
        report.warnings.push("timers are late: is a process with the job loop running?".to_owned());
    }
    Ok(report)
}

/// The longest term of a catalogue, natural days.
fn longest(catalogue: &Catalogue) -> u32 {
    let versions = catalogue.matters.values().flatten().map(|v| &v.document);
    let limits = versions.flat_map(|m| std::iter::once(&m.limits).chain(m.limit_variants.iter().map(|v| &v.limits)));
    limits.flat_map(|l| [Some(l.promised), l.statutory]).flatten().map(domain::calendar::Limit::natural_days).max().unwrap_or(0)
}
