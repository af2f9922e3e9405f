//! The traffic light (红黄灯) of a deadline.

use super::Deadline;
use crate::calendar::{Due, WorkCalendar};
use crate::local_time::{Instant, start_of};
use chrono::NaiveDate;

codes! {
    /// Warning state of a deadline (exchange values 1 正常, 2 预警, 3 逾期).
    pub enum Light {
        /// In time.
        Green = "green", "正常";
        /// Soon due.
        Yellow = "yellow", "预警";
        /// Overdue.
        Red = "red", "逾期";
    }
}

#[expect(clippy::derivable_impls, reason = "the enum is made by a macro")]
impl Default for Light {
    fn default() -> Self {
        Self::Green
    }
}

/// The light at `now`: a provisional deadline never goes red, its date may still move.
#[must_use]
pub fn light(deadline: &Deadline, now: Instant) -> Light {
    if now >= deadline.red_at && !deadline.due.provisional {
        Light::Red
    } else if now >= deadline.yellow_at {
        Light::Yellow
    } else {
        Light::Green
    }
}

/// From when the light is yellow: when the working days left, today counted, are at most `least` or the share of the limit
/// at which the zone warns (F126).
#[must_use]
pub fn yellow_from(calendar: &WorkCalendar, start: NaiveDate, due: &Due, least: u32) -> Instant {
    let days = calendar.working_days_between(start, due.on);
    let share = u64::from(days) * u64::from(calendar.warning_share_percent()) / 100;
    let left = least.max(u32::try_from(share).unwrap_or(days)).min(days);
    let day = (0..days.saturating_sub(left)).fold(start, |day, _| calendar.next_working_day(day));
    start_of(calendar.next_working_day(day).min(due.on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{HallHours, Limit, due};
    use crate::local_time::date_of;

    fn calendar() -> WorkCalendar {
        WorkCalendar::new(WorkCalendar::parse_csv(include_str!("../../../../data/calendars/workdays.csv")).unwrap())
    }

    #[test]
    fn yellow_begins_when_a_fifth_or_the_last_day_is_left() {
        let hours: [HallHours; 0] = [];
        for (n, least, expected) in
            [(20, 1, "2024-06-27"), (5, 1, "2024-06-11"), (5, 2, "2024-06-07"), (1, 1, "2024-06-04"), (0, 1, "2024-06-03")]
        {
            let start: NaiveDate = "2024-06-03".parse().unwrap();
            let due = due(&calendar(), &hours, start_of(start), Limit::working_days(n));
            assert_eq!(date_of(yellow_from(&calendar(), start, &due, least)).to_string(), expected, "{n} days, at least {least}");
        }
    }

    #[test]
    fn a_zone_sets_the_share_at_which_it_warns() {
        let start: NaiveDate = "2024-06-03".parse().unwrap();
        let due = due(&calendar(), &[], start_of(start), Limit::working_days(20));
        for (percent, expected) in [(20, "2024-06-27"), (25, "2024-06-26"), (50, "2024-06-19"), (100, "2024-06-04"), (1, "2024-07-02")] {
            let from = yellow_from(&calendar().warning_with(percent), start, &due, 1);
            assert_eq!(date_of(from).to_string(), expected, "{percent} per cent");
        }
    }

    #[test]
    fn red_begins_when_the_day_is_over_unless_the_date_is_provisional() {
        let due = due(&calendar(), &[], start_of("2024-06-03".parse().unwrap()), Limit::working_days(5));
        let mut deadline = Deadline::new(due, start_of("2024-06-11".parse().unwrap()));
        assert_eq!(light(&deadline, deadline.yellow_at - chrono::TimeDelta::seconds(1)), Light::Green);
        assert_eq!(light(&deadline, due.at - chrono::TimeDelta::seconds(1)), Light::Yellow);
        assert_eq!(light(&deadline, due.at), Light::Red);
        // A promise that was held ends after the law's limit: the law is what goes red.
        let law = Due { on: "2024-06-10".parse().unwrap(), at: start_of("2024-06-11".parse().unwrap()), provisional: false };
        let watched = deadline.under(&law, start_of("2024-06-07".parse().unwrap()));
        assert_eq!((light(&watched, law.at - chrono::TimeDelta::hours(1)), light(&watched, law.at)), (Light::Yellow, Light::Red));
        assert_eq!(deadline.under(&Due { provisional: true, ..law }, watched.yellow_at), deadline, "what may still move never hides it");
        deadline.due.provisional = true;
        assert_eq!(light(&deadline, due.at), Light::Yellow);
    }
}
