//! The clock of a case (办理时限): a ledger of start, pauses and extensions, and what follows from it.

use crate::application::{Case, CaseState, Deadline, Hold, HoldCause, Light, Pause, law_ends, light, yellow_from};
use crate::calendar::{Due, HallHours, Limit, LimitUnit, WorkCalendar, due as plain_due, minutes_between, minutes_per_day};
use crate::calendar::{add_minutes, rolled};
use crate::local_time::{Instant, date_of, end_of};
use crate::reason::Reason;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

mod change;

pub(super) use change::stand_between;
pub use change::{extend, hold, recompute, release, resume, suspend, waive};

codes! {
    /// What an entry of the ledger does.
    pub enum ClockKind {
        /// 起算.
        Start = "start", "起算";
        /// 暂停: nothing counts from the day after.
        Pause = "pause", "暂停";
        /// 恢复: counting goes on from the first working day after.
        Resume = "resume", "恢复";
        /// 延长.
        Extend = "extend", "延长";
        /// 容缺逾期: working days the applicant was late do not count against the promise (R4.13).
        Waive = "waive", "容缺逾期不计入承诺";
        /// 承诺时限停止计算: publicity or rectification; the statutory limit goes on.
        Hold = "hold", "承诺时限停止计算";
        /// 承诺时限继续计算.
        Release = "release", "承诺时限继续计算";
    }
}

codes! {
    /// A special procedure whose time is not counted (行政许可法 45).
    pub enum SpecialProcedure {
        /// 听证.
        Hearing = "hearing", "听证";
        /// 招标.
        Tender = "tender", "招标";
        /// 拍卖.
        Auction = "auction", "拍卖";
        /// 检验.
        Inspection = "inspection", "检验";
        /// 检测.
        Testing = "testing", "检测";
        /// 检疫.
        Quarantine = "quarantine", "检疫";
        /// 鉴定.
        Appraisal = "appraisal", "鉴定";
        /// 专家评审.
        ExpertReview = "expert_review", "专家评审";
    }
}

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockEntry {
    /// What it does.
    pub kind: ClockKind,
    /// From when.
    pub at: Instant,
    /// Why.
    pub reason: Option<String>,
    /// Legal basis.
    pub basis: String,
    /// The special procedure, of a pause.
    pub procedure: Option<SpecialProcedure>,
    /// How long it was said to take, working days.
    pub expected_days: Option<u32>,
    /// When the applicant was told in writing (行政许可法 45).
    pub told_at: Option<Instant>,
    /// What an extension adds.
    pub added: Option<Limit>,
    /// Who entered it; nobody when the law did.
    pub by: Option<Uuid>,
}

impl ClockEntry {
    /// The start of a clock.
    #[must_use]
    pub fn start(at: Instant, basis: &str, by: Option<Uuid>) -> Self {
        Self::new(ClockKind::Start, at, basis, by)
    }

    /// A pause for a special procedure; which one and why is added by whoever knows.
    #[must_use]
    pub fn pause(at: Instant, by: Option<Uuid>) -> Self {
        Self::new(ClockKind::Pause, at, "行政许可法 45", by)
    }

    fn new(kind: ClockKind, at: Instant, basis: &str, by: Option<Uuid>) -> Self {
        Self { kind, at, reason: None, basis: basis.to_owned(), procedure: None, expected_days: None, told_at: None, added: None, by }
    }
}

codes! {
    /// How a day counted.
    pub enum DayCount {
        /// 起算日, day 0 (民法典 201).
        Start = "start", "起算日";
        /// 计入.
        Counted = "counted", "计入";
        /// 非工作日.
        Free = "free", "非工作日";
        /// 特别程序, not counted.
        Paused = "paused", "特别程序不计";
        /// 容缺逾期, not counted against the promise.
        Waived = "waived", "申请人逾期不计";
        /// 公示、整改, not counted in the promise.
        Held = "held", "公示、整改不计入承诺";
    }
}

/// One day of a clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountedDay {
    /// The day.
    pub day: NaiveDate,
    /// How it counted.
    pub count: DayCount,
    /// Its number, when it counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
}

/// A ledger read on a calendar.
pub struct Clock<'a> {
    /// The entries, in order.
    pub entries: &'a [ClockEntry],
    /// The calendar.
    pub calendar: &'a WorkCalendar,
    /// Hall hours.
    pub hours: &'a [HallHours],
}

/// A pause of the ledger; open while its end is missing.
type Span = (Instant, Option<Instant>);

impl Clock<'_> {
    /// The entries since the clock was last started: annulling a refusal starts it anew.
    fn running(&self) -> &[ClockEntry] {
        let last = self.entries.iter().rposition(|e| e.kind == ClockKind::Start).unwrap_or(0);
        self.entries.get(last..).unwrap_or_default()
    }

    fn start(&self) -> Option<Instant> {
        self.running().first().filter(|e| e.kind == ClockKind::Start).map(|e| e.at)
    }

    fn spans(&self) -> Vec<Span> {
        self.between(ClockKind::Pause, ClockKind::Resume)
    }

    /// Spans in which the promise stood.
    fn held(&self) -> Vec<Span> {
        self.between(ClockKind::Hold, ClockKind::Release)
    }

    fn between(&self, begin: ClockKind, end: ClockKind) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for entry in self.running() {
            if entry.kind == begin {
                spans.push((entry.at, None));
            } else if entry.kind == end
                && let Some(open) = spans.iter_mut().rev().find(|s| s.1.is_none())
            {
                // One may lie within another: an end closes the last that is open.
                open.1 = Some(entry.at);
            }
        }
        spans
    }

    /// Nothing counts on a day after the pause began, up to and with the day it ended.
    fn is_paused(spans: &[Span], day: NaiveDate) -> bool {
        spans.iter().any(|(from, to)| date_of(*from) < day && to.is_none_or(|to| day <= date_of(to)))
    }

    /// The limit with what extensions added to it.
    #[must_use]
    pub fn extended(&self, limit: Limit) -> Limit {
        let extensions = self.running().iter().filter(|e| e.kind == ClockKind::Extend);
        let added: u32 = extensions.filter_map(|e| e.added).filter(|a| a.unit == limit.unit).map(|a| a.n).sum();
        Limit { n: limit.n + added, ..limit }
    }

    /// When `limit` ends; `None` while the clock stands.
    #[must_use]
    pub fn due(&self, limit: Limit) -> Option<Due> {
        self.due_without(limit, self.spans())
    }

    /// When `limit` ends if nothing counts within `spans`.
    fn due_without(&self, limit: Limit, spans: Vec<Span>) -> Option<Due> {
        let (start, spans, limit) = (self.start()?, union(spans), self.extended(limit));
        if spans.iter().any(|(_, to)| to.is_none()) {
            return None;
        }
        if spans.is_empty() {
            return Some(plain_due(self.calendar, self.hours, start, limit));
        }
        let first = date_of(start);
        let on = match limit.unit {
            LimitUnit::HalfWorkingDay => return Some(self.half_days(start, &spans, limit.n)),
            LimitUnit::WorkingDay => Self::walk(first, &spans, limit.n, |day| self.calendar.counts(day)),
            LimitUnit::NaturalDay => rolled(self.calendar, Self::walk(first, &spans, limit.n, |_| true)),
            LimitUnit::Month => {
                let plain = first.checked_add_months(Months::new(limit.n)).unwrap_or(NaiveDate::MAX);
                let days: i64 = spans.iter().filter_map(|(from, to)| Some((date_of((*to)?) - date_of(*from)).num_days())).sum();
                rolled(self.calendar, plain.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(NaiveDate::MAX))
            }
        };
        Some(Due { on, at: end_of(on), provisional: !(first.year()..=on.year()).all(|y| self.calendar.covers(y)) })
    }

    fn walk(start: NaiveDate, spans: &[Span], n: u32, counts: impl Fn(NaiveDate) -> bool) -> NaiveDate {
        let (mut day, mut left) = (start, n);
        while left > 0 && day < NaiveDate::MAX {
            day = day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
            if counts(day) && !Self::is_paused(spans, day) {
                left -= 1;
            }
        }
        day
    }

    fn half_days(&self, start: Instant, spans: &[Span], halves: u32) -> Due {
        let mut left = minutes_per_day(self.hours, date_of(start)) * i64::from(halves) / 2;
        let mut from = start;
        for (begin, end) in spans {
            let used = minutes_between(self.calendar, self.hours, from, *begin);
            if used >= left {
                break;
            }
            left -= used;
            from = end.unwrap_or(*begin);
        }
        let at = add_minutes(self.calendar, self.hours, from, left);
        let covered = (date_of(start).year()..=date_of(at).year()).all(|y| self.calendar.covers(y));
        Due { on: date_of(at), at, provisional: !covered }
    }

    /// When a promise ends: the limit, the working days on which it stood (公示、整改) and those the applicant was late
    /// with what he had deferred. The statutory limit knows no such days (行政许可法 45). `None` while it stands.
    #[must_use]
    pub fn promise(&self, limit: Limit) -> Option<Due> {
        let mut spans = self.spans();
        spans.extend(self.held());
        let due = self.due_without(limit, spans)?;
        let waived: u32 = self.running().iter().filter(|e| e.kind == ClockKind::Waive).filter_map(|e| e.added).map(|l| l.n).sum();
        if waived == 0 {
            return Some(due);
        }
        let on = (0..waived).fold(due.on, |day, _| self.calendar.next_working_day(day));
        Some(Due { on, at: end_of(on), provisional: due.provisional || !self.calendar.covers(on.year()) })
    }

    /// What of a promise was used by `until`, in its unit: neither special procedures nor what stood or was waived
    /// counts. Half days are rounded up.
    #[must_use]
    pub fn used(&self, limit: Limit, until: Instant) -> Option<u32> {
        let (start, paused, held) = (self.start()?, self.spans(), self.held());
        if limit.unit == LimitUnit::HalfWorkingDay {
            let half = (minutes_per_day(self.hours, date_of(start)) / 2).max(1);
            let out: i64 = paused.iter().map(|(a, b)| minutes_between(self.calendar, self.hours, *a, b.unwrap_or(until).min(until))).sum();
            let minutes = (minutes_between(self.calendar, self.hours, start, until) - out).max(0);
            return u32::try_from((minutes + half - 1) / half).ok();
        }
        let every_day = matches!(limit.unit, LimitUnit::NaturalDay | LimitUnit::Month);
        let counts =
            |day: &NaiveDate| (every_day || self.calendar.counts(*day)) && !Self::is_paused(&paused, *day) && !Self::is_paused(&held, *day);
        let span = date_of(start).iter_days().skip(1).take_while(|d| *d <= date_of(until));
        let waived: u32 = self.running().iter().filter(|e| e.kind == ClockKind::Waive).filter_map(|e| e.added).map(|l| l.n).sum();
        Some(u32::try_from(span.filter(counts).count()).unwrap_or(u32::MAX).saturating_sub(waived))
    }

    /// Deadline of a promise with its warning; `None` while the clock stands.
    #[must_use]
    pub fn deadline(&self, limit: Limit) -> Option<Deadline> {
        let due = self.promise(limit)?;
        let start = date_of(self.start()?);
        Some(Deadline::new(due, yellow_from(self.calendar, start, &due, 1)))
    }

    /// Every day from the start to the end of `limit` (at most to `today` while the clock stands), and how it
    /// counted.
    #[must_use]
    pub fn days(&self, limit: Limit, today: NaiveDate) -> Vec<CountedDay> {
        let Some(start) = self.start() else { return Vec::new() };
        let (first, spans, held) = (date_of(start), self.spans(), self.held());
        let (whole, plain) = (self.extended(limit), self.due(limit).map(|d| d.on));
        let last = self.promise(limit).map_or(today, |d| d.on);
        let mut n = 0;
        let mut days = vec![CountedDay { day: first, count: DayCount::Start, n: None }];
        for day in first.iter_days().skip(1).take_while(|d| *d <= last).take(MOST_DAYS) {
            let works = limit.unit == LimitUnit::NaturalDay || limit.unit == LimitUnit::Month || self.calendar.counts(day);
            let count = match (Self::is_paused(&spans, day), works) {
                (true, _) => DayCount::Paused,
                (false, true) if Self::is_paused(&held, day) => DayCount::Held,
                (false, true) if limit.unit == LimitUnit::WorkingDay && n >= whole.n => DayCount::Waived,
                (false, true) if limit.unit != LimitUnit::WorkingDay && held.is_empty() && plain.is_some_and(|d| day > d) => {
                    DayCount::Waived
                }
                (false, true) => DayCount::Counted,
                (false, false) => DayCount::Free,
            };
            n += u32::from(count == DayCount::Counted);
            days.push(CountedDay { day, count, n: (count == DayCount::Counted).then_some(n) });
        }
        days
    }
}

/// Spans in order, those that overlap made one; one that is open makes the last open.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|(from, _)| *from);
    let mut merged: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if last.1.is_none_or(|end| from <= end) => last.1 = last.1.zip(to).map(|(a, b)| a.max(b)),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// Days an explanation shows at most.
const MOST_DAYS: usize = 1000;
