//! Holidays fixed by law before any yearly notice (全国年节及纪念日放假办法 2, as amended 2024).

use chrono::{Datelike, NaiveDate};
use icu_calendar::cal::ChineseTraditional;
use icu_calendar::{Date, Iso};

/// Whether the law itself makes `date` a holiday: 元旦, 春节 (除夕 to 初三), 清明, 劳动节 (2 days), 端午, 中秋,
/// 国庆 (3 days).
pub(super) fn is_statutory_holiday(date: NaiveDate) -> bool {
    match (date.month(), date.day()) {
        (1, 1) | (5, 1 | 2) | (10, 1..=3) => true,
        (4, day) => day == qingming_day(date.year()),
        _ => is_lunar_holiday(date),
    }
}

/// Day of April on which 清明 falls, by the usual interpolation; holds for 2000–2099.
fn qingming_day(year: i32) -> u32 {
    let in_century = f64::from(year.rem_euclid(100));
    let day = (in_century * 0.2422 + 4.81).floor() - (in_century / 4.0).floor();
    if day < 5.0 { 4 } else { 5 }
}

fn is_lunar_holiday(date: NaiveDate) -> bool {
    let Some((month, day)) = lunar(date) else { return false };
    let tomorrow_is_new_year = || date.succ_opt().and_then(lunar) == Some((1, 1));
    matches!((month, day), (1, 1..=3) | (5, 5) | (8, 15)) || tomorrow_is_new_year()
}

/// Month and day of the traditional calendar; `None` in a leap month, which holds no holiday.
fn lunar(date: NaiveDate) -> Option<(u8, u8)> {
    let iso = Date::<Iso>::try_new_iso(date.year(), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?).ok()?;
    let chinese = iso.to_calendar(ChineseTraditional::new());
    let month = chinese.month();
    (!month.to_input().is_leap()).then(|| (month.number(), chinese.day_of_month().0))
}

#[cfg(test)]
mod tests {
    use super::is_statutory_holiday;
    use chrono::NaiveDate;

    #[test]
    fn the_law_names_these_days_without_a_notice() {
        for day in
            ["2027-01-01", "2027-02-05", "2027-02-06", "2027-02-08", "2027-04-05", "2027-05-02", "2027-06-09", "2027-09-15", "2027-10-03"]
        {
            assert!(is_statutory_holiday(day.parse().unwrap()), "{day}");
        }
        for day in ["2027-02-04", "2027-02-09", "2027-04-06", "2027-05-03", "2027-10-04"] {
            assert!(!is_statutory_holiday(day.parse().unwrap()), "{day}");
        }
        assert!(!is_statutory_holiday(NaiveDate::from_ymd_opt(2027, 7, 1).unwrap()));
    }
}
