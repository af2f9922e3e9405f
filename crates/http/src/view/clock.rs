//! The clock of a case, day by day.

use super::Moment;
use chrono::NaiveDate;
use domain::flow::{ClockEntry, ClockKind, CountedDay, SpecialProcedure};
use serde::Serialize;
use utoipa::ToSchema;

/// The clock of a case, day by day.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockView {
    /// The promise in words, extensions included.
    #[schema(example = "7日")]
    pub limit: String,
    /// Last day of the promise; absent while the clock stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// The minute, for promises in half working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Moment>,
    /// The date may still move.
    pub provisional: bool,
    /// Last day of the statutory limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statutory_due_on: Option<NaiveDate>,
    /// The ledger.
    pub entries: Vec<ClockEntryView>,
    /// Every day and how it counted.
    pub days: Vec<CountedDay>,
}

/// One entry of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockEntryView {
    /// What it did.
    pub kind: ClockKind,
    /// In Chinese.
    pub kind_name: &'static str,
    /// From when.
    pub at: Moment,
    /// Legal basis.
    #[schema(example = "行政许可法 45")]
    pub basis: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The special procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<SpecialProcedure>,
    /// How long it was said to take, working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_days: Option<u32>,
    /// When the applicant was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_applicant_at: Option<Moment>,
}

impl From<ClockEntry> for ClockEntryView {
    fn from(e: ClockEntry) -> Self {
        Self {
            kind: e.kind,
            kind_name: e.kind.label(),
            at: e.at.into(),
            basis: e.basis,
            reason: e.reason,
            procedure: e.procedure,
            expected_days: e.expected_days,
            told_applicant_at: e.told_at.map(Moment::from),
        }
    }
}
