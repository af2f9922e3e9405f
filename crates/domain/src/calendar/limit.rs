//! Time limits as laws and promises state them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

crate::codes! {
    /// The unit a limit is counted in.
    pub enum LimitUnit {
        /// Working days (工作日; 行政许可法 82).
        WorkingDay = "working_day", "工作日";
        /// Half working days: half of the hall's daily business minutes each.
        HalfWorkingDay = "half_working_day", "个半工作日";
        /// Natural days (日), rolled past a holiday at the end (民法典 203).
        NaturalDay = "natural_day", "日";
        /// Months to the same day number (民法典 202).
        Month = "month", "个月";
    }
}

/// A limit: so many of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many units; counts halves for `half_working_day`.
    #[schema(minimum = 0, maximum = 3650, example = 20)]
    pub n: u32,
    /// The unit.
    pub unit: LimitUnit,
}

impl Limit {
    /// So many working days.
    #[must_use]
    pub const fn working_days(n: u32) -> Self {
        Self { n, unit: LimitUnit::WorkingDay }
    }

    /// Length in half working days, told without a calendar: natural days are taken as working days, a month as 22.
    #[must_use]
    pub const fn half_days(self) -> u32 {
        match self.unit {
            LimitUnit::HalfWorkingDay => self.n,
            LimitUnit::WorkingDay | LimitUnit::NaturalDay => self.n.saturating_mul(2),
            LimitUnit::Month => self.n.saturating_mul(44),
        }
    }

    /// How many natural days it takes at most, about: with weekends and two long holidays.
    #[must_use]
    pub const fn natural_days(self) -> u32 {
        match self.unit {
            LimitUnit::WorkingDay => self.n.saturating_mul(7) / 5 + 14,
            LimitUnit::HalfWorkingDay => self.n.saturating_mul(7) / 10 + 14,
            LimitUnit::NaturalDay => self.n,
            LimitUnit::Month => self.n.saturating_mul(31),
        }
    }

    /// The limit in Chinese, for instance `20个工作日`.
    #[must_use]
    pub fn text(self) -> String {
        match self.unit {
            LimitUnit::WorkingDay => format!("{}个工作日", self.n),
            LimitUnit::HalfWorkingDay if self.n.is_multiple_of(2) => format!("{}个工作日", self.n / 2),
            LimitUnit::HalfWorkingDay => format!("{}个工作日", f64::from(self.n) / 2.0),
            LimitUnit::NaturalDay => format!("{}日", self.n),
            LimitUnit::Month => format!("{}个月", self.n),
        }
    }
}
