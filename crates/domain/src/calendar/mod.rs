//! Working days (工作日) of mainland China: the calendar, limits and due dates.

mod due;
mod hours;
mod limit;
mod statutory;
mod work_calendar;

pub(crate) use due::rolled;
pub use due::{Due, due};
pub use hours::{HallHours, Session, receipt_day};
pub(crate) use hours::{add_minutes, minutes_between, minutes_per_day};
pub use limit::{Limit, LimitUnit};
pub use work_calendar::{CalendarError, DayKind, WARNING_SHARE_PERCENT, WorkCalendar};
