//! Tasks of a reform (改革任务).

use chrono::NaiveDate;

crate::codes! {
    /// How far a reform task is.
    pub enum TaskProgress {
        /// Not begun.
        Planned = "planned", "未启动";
        /// Under way.
        Running = "running", "推进中";
        /// Done.
        Done = "done", "已完成";
    }
}

impl TaskProgress {
    /// Its last day is over and it is not done.
    #[must_use]
    pub fn overdue(self, due_on: NaiveDate, today: NaiveDate) -> bool {
        self != Self::Done && due_on < today
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_still_in_time() {
        let day = |d| NaiveDate::from_ymd_opt(2024, 12, d).unwrap();
        for (progress, due, today, overdue) in [
            (TaskProgress::Running, 30, 30, false),
            (TaskProgress::Running, 30, 31, true),
            (TaskProgress::Planned, 30, 31, true),
            (TaskProgress::Done, 30, 31, false),
        ] {
            assert_eq!(progress.overdue(day(due), day(today)), overdue, "{progress} {due} {today}");
        }
    }
}
