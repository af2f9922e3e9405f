//! Projects whose approval is followed to the end (闭环审批“1+N”, F42): the plan of the reform, and the mechanisms it works
//! by.

use chrono::{Datelike, Months, NaiveDate};

codes! {
    /// A mechanism of closed-loop approval (“N”).
    pub enum Mechanism {
        /// 容缺审批.
        Deferral = "deferral", "容缺审批";
        /// 限时办结.
        TimeLimit = "time_limit", "限时办结";
        /// 联席会议.
        JointMeeting = "joint_meeting", "联席会议";
        /// 并联办理.
        Parallel = "parallel", "并联办理";
    }
}

/// By how many hundredths of a month a project began earlier than planned; less than nought where it began later. Whole
/// months are counted by the calendar, the days left as thirtieths.
#[must_use]
pub fn months_gained(planned: NaiveDate, actual: NaiveDate) -> i64 {
    if planned < actual {
        return -months_gained(actual, planned);
    }
    let by_months = (planned.year() - actual.year()) * 12 + planned.month().cast_signed() - actual.month().cast_signed();
    let after = |months: i32| actual.checked_add_months(Months::new(months.max(0).cast_unsigned())).unwrap_or(planned);
    let whole = if after(by_months) > planned { by_months - 1 } else { by_months };
    let days = (planned - after(whole)).num_days();
    i64::from(whole) * 100 + ((days * 200 + 30) / 60).min(99)
}

/// The average of hundredths, with two decimals, rounded half up; `None` of nothing.
#[must_use]
pub fn average_months(hundredths: &[i64]) -> Option<String> {
    let count = i64::try_from(hundredths.len()).ok().filter(|n| *n > 0)?;
    let total: i64 = hundredths.iter().sum();
    let rounded = (total.abs() * 2 + count) / (count * 2);
    let sign = if total < 0 && rounded > 0 { "-" } else { "" };
    Some(format!("{sign}{}.{:02}", rounded / 100, rounded % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_by_the_calendar() {
        for (planned, actual, expected) in [
            ("2023-12-28", "2023-09-28", 300),
            ("2024-03-15", "2023-09-15", 600),
            ("2024-03-30", "2024-02-29", 103),
            ("2024-03-15", "2024-03-01", 47),
            ("2024-03-01", "2024-03-01", 0),
            ("2023-09-28", "2023-12-28", -300),
        ] {
            assert_eq!(months_gained(planned.parse().unwrap(), actual.parse().unwrap()), expected, "{planned} {actual}");
        }
    }

    #[test]
    fn fifty_projects_gained_six_months_each() {
        assert_eq!(average_months(&[600; 50]).as_deref(), Some("6.00"));
        assert_eq!(average_months(&[100, 50, 50]).as_deref(), Some("0.67"));
        assert_eq!(average_months(&[-100, 50]).as_deref(), Some("-0.25"));
        assert_eq!(average_months(&[]), None);
    }
}
