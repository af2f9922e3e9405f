use super::super::{DayKind, Session, receipt_day};
use super::*;
use crate::local_time::{instant_of, rfc3339, start_of};
use chrono::{NaiveDateTime, NaiveTime};
use proptest::prelude::*;

fn calendar() -> WorkCalendar {
    WorkCalendar::new(WorkCalendar::parse_csv(include_str!("../../../../../data/calendars/workdays.csv")).unwrap())
}

fn hours() -> Vec<HallHours> {
    let session = |a, b| Session { opens: NaiveTime::from_hms_opt(a, 0, 0).unwrap(), closes: NaiveTime::from_hms_opt(b, 0, 0).unwrap() };
    vec![HallHours { effective_from: "2019-01-01".parse().unwrap(), sessions: vec![session(9, 12), session(13, 17)] }]
}

fn at(text: &str) -> Instant {
    instant_of(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap())
}

#[test]
fn working_days_end_where_the_official_calendar_says() {
    for (from, n, expected) in [
        ("2024-09-02", 20, "2024-09-30"),
        ("2024-09-27", 5, "2024-10-10"),
        ("2024-09-30", 5, "2024-10-12"),
        ("2025-01-20", 20, "2025-02-21"),
        ("2025-01-20", 30, "2025-03-07"),
        ("2025-09-24", 5, "2025-09-30"),
        ("2024-02-08", 5, "2024-02-21"),
        ("2024-03-01", 45, "2024-05-08"),
        ("2024-03-01", 60, "2024-05-28"),
        ("2023-04-03", 13, "2023-04-21"),
        ("2023-11-01", 27, "2023-12-08"),
        ("2023-11-01", 29, "2023-12-12"),
        ("2024-06-03", 20, "2024-07-02"),
        ("2024-06-03", 10, "2024-06-18"),
        ("2025-04-28", 3, "2025-05-06"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-09-18", 7, "2026-09-29"),
        ("2024-12-23", 20, "2025-01-21"),
    ] {
        let due = due(&calendar(), &hours(), start_of(from.parse().unwrap()), Limit::working_days(n));
        assert_eq!((due.on.to_string().as_str(), due.provisional), (expected, false), "{from} + {n}");
        assert_eq!(due.at, end_of(due.on));
    }
}

#[test]
fn half_a_working_day_is_half_of_the_business_minutes() {
    for (from, expected) in [
        ("2024-09-30 10:00", "2024-09-30T14:30:00+08:00"),
        ("2024-09-30 16:00", "2024-10-08T11:30:00+08:00"),
        ("2024-09-28 10:00", "2024-09-29T13:30:00+08:00"),
        ("2024-09-27 16:30", "2024-09-29T12:00:00+08:00"),
    ] {
        let due = due(&calendar(), &hours(), at(from), Limit { n: 1, unit: LimitUnit::HalfWorkingDay });
        assert_eq!(rfc3339(due.at), expected, "{from}");
    }
}

#[test]
fn days_and_months_roll_past_a_free_last_day() {
    let end = |from: &str, n, unit| due(&calendar(), &hours(), start_of(from.parse().unwrap()), Limit { n, unit }).on.to_string();
    assert_eq!(end("2024-09-24", 7, LimitUnit::NaturalDay), "2024-10-08", "1 October is a holiday");
    assert_eq!(end("2024-06-03", 7, LimitUnit::NaturalDay), "2024-06-11", "端午");
    assert_eq!(end("2023-12-31", 2, LimitUnit::Month), "2024-02-29", "no 31 February");
    assert_eq!(end("2024-08-05", 2, LimitUnit::Month), "2024-10-08", "5 October is a holiday");
}

#[test]
fn the_calendar_knows_single_days() {
    for (day, worked) in [
        ("2024-02-04", true),
        ("2024-02-10", false),
        ("2025-01-26", true),
        ("2025-10-06", false),
        ("2026-02-14", true),
        ("2026-02-23", false),
        ("2026-09-20", true),
        ("2026-10-08", true),
        ("2026-10-10", true),
    ] {
        assert_eq!(calendar().is_working_day(day.parse().unwrap()), Ok(worked), "{day}");
    }
    assert_eq!(calendar().is_working_day("2027-01-04".parse().unwrap()), Err(CalendarError::Missing(2027)));
}

#[test]
fn each_year_has_the_official_number_of_working_days() {
    for (year, days) in [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)] {
        let eve = NaiveDate::from_ymd_opt(year - 1, 12, 31).unwrap();
        assert_eq!(calendar().working_days_between(eve, NaiveDate::from_ymd_opt(year, 12, 31).unwrap()), days, "{year}");
    }
}

#[test]
fn beyond_the_loaded_years_a_date_is_provisional_and_skips_holidays_known_by_law() {
    let due = due(&calendar(), &hours(), start_of("2026-12-28".parse().unwrap()), Limit::working_days(5));
    assert_eq!((due.on.to_string().as_str(), due.provisional), ("2027-01-05", true), "1 January is a holiday by law");
    assert_eq!(due.certain(), Err(CalendarError::Missing(2027)));
}

#[test]
fn what_arrives_after_hours_is_received_on_the_next_working_day() {
    for (moment, day) in [
        ("2024-09-27 08:00", "2024-09-27"),
        ("2024-09-27 17:00", "2024-09-27"),
        ("2024-09-27 17:01", "2024-09-29"),
        ("2024-09-28 10:00", "2024-09-29"),
        ("2024-10-03 10:00", "2024-10-08"),
    ] {
        assert_eq!(receipt_day(&calendar(), &hours(), at(moment)).to_string(), day, "{moment}");
    }
}

#[test]
fn a_bad_row_is_named_by_its_line() {
    let error = WorkCalendar::parse_csv("date,kind,name\n2024-01-01,holiday,元旦\n2024-13-01,holiday,x\n").unwrap_err();
    assert!(matches!(error, CalendarError::Unreadable { line: 3, .. }));
}

proptest! {
    /// A longer limit never ends earlier, and the due day of a working-day limit is worked.
    #[test]
    fn due_dates_grow_with_the_limit(offset in 0u64..2800, n in 1u32..60) {
        let (calendar, hours) = (calendar(), hours());
        let from = start_of(NaiveDate::from_ymd_opt(2019, 1, 1).unwrap() + Days::new(offset));
        let shorter = due(&calendar, &hours, from, Limit::working_days(n));
        let longer = due(&calendar, &hours, from, Limit::working_days(n + 1));
        prop_assert!(shorter.on < longer.on && calendar.counts(shorter.on));
        prop_assert_eq!(calendar.working_days_between(date_of(from), shorter.on), n);
    }

    /// Swapping a day's kind moves the day and nothing else.
    #[test]
    fn an_exception_decides_its_own_day(offset in 0u64..3000) {
        let day = NaiveDate::from_ymd_opt(2019, 1, 1).unwrap() + Days::new(offset);
        for (kind, worked) in [(DayKind::Holiday, false), (DayKind::Workday, true)] {
            prop_assert_eq!(WorkCalendar::new([(day, kind, String::new())]).counts(day), worked);
        }
    }
}

#[test]
fn a_calendar_is_missed_thirty_days_before_it_is_needed() {
    let calendar = calendar();
    for (today, longest, missing) in [
        ("2026-10-01", 30, None),
        ("2026-11-01", 30, None),
        ("2026-11-02", 30, Some(2027)),
        ("2026-11-02", 29, None),
        ("2026-06-01", 200, Some(2027)),
        ("2027-01-01", 0, Some(2027)),
    ] {
        assert_eq!(calendar.missing_soon(today.parse().unwrap(), longest), missing, "{today} {longest}");
    }
}
