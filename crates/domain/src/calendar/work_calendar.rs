//! Which days are worked: Monday to Friday, corrected by the State Council's yearly notice.

use super::statutory;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

crate::codes! {
    /// How the notice changes a day.
    pub enum DayKind {
        /// Not worked (法定节假日).
        Holiday = "holiday", "节假日";
        /// A weekend day worked in exchange (调休).
        Workday = "workday", "调休上班";
    }
}

/// Why a calendar could not answer or load.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The year's notice is not loaded, so the answer would be a guess.
    #[error("calendar of {0} is not loaded")]
    Missing(i32),
    /// A row of the file is wrong.
    #[error("line {line}: {reason}")]
    Unreadable {
        /// Line of the file, from 1.
        line: u64,
        /// What is wrong, in Chinese.
        reason: String,
    },
}

/// The share of a limit with which left people are warned, where a zone says nothing else, per cent.
pub const WARNING_SHARE_PERCENT: u32 = 20;

/// The working-day calendar with the years that are loaded, and when it warns that a limit ends.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    years: BTreeSet<i32>,
    days: BTreeMap<NaiveDate, (DayKind, String)>,
    warning_share_percent: u32,
}

impl Default for WorkCalendar {
    fn default() -> Self {
        Self { years: BTreeSet::new(), days: BTreeMap::new(), warning_share_percent: WARNING_SHARE_PERCENT }
    }
}

impl WorkCalendar {
    /// Builds a calendar from exception days; a year with at least one exception counts as loaded.
    pub fn new(days: impl IntoIterator<Item = (NaiveDate, DayKind, String)>) -> Self {
        let mut calendar = Self::default();
        for (date, kind, name) in days {
            calendar.years.insert(date.year());
            calendar.days.insert(date, (kind, name));
        }
        calendar
    }

    /// Reads `date,kind,name` rows.
    ///
    /// # Errors
    /// [`CalendarError::Unreadable`] names the first bad line.
    pub fn parse_csv(text: &str) -> Result<Vec<(NaiveDate, DayKind, String)>, CalendarError> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut days = Vec::new();
        for (index, row) in reader.deserialize::<(NaiveDate, DayKind, String)>().enumerate() {
            let line = index as u64 + 2;
            days.push(row.map_err(|e| CalendarError::Unreadable { line, reason: format!("日历行无法识别：{e}") })?);
        }
        Ok(days)
    }

    /// The same, warning with another share of a limit left.
    #[must_use]
    pub fn warning_with(&self, percent: u32) -> Self {
        Self { warning_share_percent: percent, ..self.clone() }
    }

    /// The share of a limit with which left people are warned, per cent.
    #[must_use]
    pub const fn warning_share_percent(&self) -> u32 {
        self.warning_share_percent
    }

    /// Whether the notice for `year` is loaded.
    #[must_use]
    pub fn covers(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// The year whose notice is missing and will be needed soon: within 30 days a term of `longest` natural days may end in it
    /// (rules: the notice of the next year usually appears between October and December).
    #[must_use]
    pub fn missing_soon(&self, today: NaiveDate, longest: u32) -> Option<i32> {
        let reach = today.checked_add_days(Days::new(u64::from(longest) + 30)).unwrap_or(NaiveDate::MAX);
        (today.year()..=reach.year()).find(|year| !self.covers(*year))
    }

    /// Every exception day, in order.
    pub fn exceptions(&self) -> impl Iterator<Item = (NaiveDate, DayKind, &str)> {
        self.days.iter().map(|(date, (kind, name))| (*date, *kind, name.as_str()))
    }

    /// Whether `date` is worked.
    ///
    /// # Errors
    /// [`CalendarError::Missing`] when the year is not loaded.
    pub fn is_working_day(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        if self.covers(date.year()) { Ok(self.counts(date)) } else { Err(CalendarError::Missing(date.year())) }
    }

    /// Whether `date` is worked as far as known: beyond the loaded years weekends and the statutory
    /// holidays count as free. Acting must never fail for a missing notice (refusing acceptance for it
    /// would be unlawful), so the engine uses this and marks its dates provisional.
    #[must_use]
    pub fn counts(&self, date: NaiveDate) -> bool {
        match self.days.get(&date) {
            Some((kind, _)) => *kind == DayKind::Workday,
            None if is_weekend(date) => false,
            None => self.covers(date.year()) || !statutory::is_statutory_holiday(date),
        }
    }

    /// The first working day after `date`, as far as known.
    #[must_use]
    pub fn next_working_day(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        loop {
            day = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
            if self.counts(day) || day == NaiveDate::MAX {
                return day;
            }
        }
    }

    /// Working days in the half-open span (`from`, `to`], as far as known.
    #[must_use]
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let mut count = 0;
        let mut day = self.next_working_day(from);
        while day <= to {
            count += 1;
            day = self.next_working_day(day);
        }
        count
    }
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}
