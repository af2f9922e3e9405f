//! Internal records of broken commitments, and bars from applying again.

use crate::local_time::Instant;
use crate::local_time::date_of;
use chrono::{Months, NaiveDate};

codes! {
    /// What is recorded against an applicant.
    pub enum CreditKind {
        /// 违诺记录: internal; bars commitments and deferrals until repaired.
        Breach = "breach", "违诺记录";
        /// 限制申请: no application of the kind until a day (行政许可法 78, 79).
        Bar = "bar", "限制申请";
    }
}

codes! {
    /// Why somebody may not apply again for a while.
    pub enum BarGround {
        /// 提供虚假材料 before the decision: one year (行政许可法 78).
        FalseMaterials = "false_materials", "隐瞒有关情况或者提供虚假材料";
        /// 以欺骗、贿赂取得: three years (行政许可法 79).
        FraudOrBribery = "fraud_or_bribery", "以欺骗、贿赂等不正当手段取得许可";
    }
}

/// First day on which the barred applicant may apply again.
#[must_use]
pub fn bar_until(ground: BarGround, now: Instant) -> NaiveDate {
    let months = match ground {
        BarGround::FalseMaterials => 12,
        BarGround::FraudOrBribery => 36,
    };
    date_of(now).checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}
