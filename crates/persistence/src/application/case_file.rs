//! What is said about a case in words: sealed as one.

use crate::engine::query::insert_many;
use crate::engine::{DbError, Id, Tx};
use crate::schema::case_files;
use crate::seal::Place;
use diesel::prelude::*;
use domain::flow::{DeliveryWay, Examination, Proceeding, Refusal};
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How a result was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// How.
    pub way: DeliveryWay,
    /// To whom.
    pub recipient: Option<String>,
    /// Where to.
    pub address: Option<String>,
    /// Number of the parcel.
    pub tracking_no: Option<String>,
    /// What the applicant paid, fen.
    pub fee_fen: i64,
    /// When.
    pub at: Instant,
}

/// Examinations, decision, proceedings and delivery of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CaseFile {
    /// Examinations, oldest first.
    pub examinations: Vec<Examination>,
    /// Opinion of the decision.
    pub opinion: Option<String>,
    /// Reasons of a refusal.
    pub refusals: Vec<Refusal>,
    /// Why the promise was missed.
    pub delay: Option<String>,
    /// Proceedings, oldest first; only the last may be open.
    pub proceedings: Vec<Proceeding>,
    /// How the result was handed over.
    pub delivery: Option<Delivery>,
    /// Why it was withdrawn.
    pub withdrawal_reason: Option<String>,
    /// Why the clock was stopped, extended and so on, by number of the ledger's entry.
    pub clock_reasons: BTreeMap<usize, String>,
    /// Those whose interests a grant touches, and what they said (行政许可法 36).
    pub interested: Vec<InterestedParty>,
    /// The hearing in words.
    pub hearing: Option<HearingFile>,
    /// What else was noted: post-checks, hand-overs, repairs.
    pub notes: Vec<CaseNote>,
}

/// Somebody whose interests a grant touches (利害关系人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterestedParty {
    /// Name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// What it is to him.
    pub interest: String,
    /// When he was told.
    pub told_at: Instant,
    /// What he said.
    pub statement: Option<String>,
}

/// A hearing in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HearingFile {
    /// What is to be decided, as those concerned were told.
    pub subject: String,
    /// Who asked for it; nobody when the law demands it.
    pub requested_by: Vec<String>,
    /// Where.
    pub place: Option<String>,
    /// When.
    pub at: Option<Instant>,
    /// Who leads it.
    pub chair: Option<Uuid>,
    /// Who came.
    pub participants: Vec<String>,
    /// 听证笔录: checked and signed by those who took part (48 ¶1(5)).
    pub record: Option<String>,
}

/// Something noted in a case's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseNote {
    /// What it is about.
    pub about: String,
    /// In words.
    pub text: String,
    /// Who noted it.
    pub by: Uuid,
    /// When.
    pub at: Instant,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = case_files, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    case_id: Id,
    sealed: Vec<u8>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "case_files", column: "sealed", row }
}

/// The file of a case; empty while nothing was written.
///
/// # Errors
/// [`DbError`].
pub fn find_case_file(tx: &mut Tx<'_>, zone: i32, case: Uuid) -> Result<CaseFile, DbError> {
    let sealed: Option<Vec<u8>> = case_files::table.find((zone, Id(case))).select(case_files::sealed).first(tx.connection).optional()?;
    let Some(sealed) = sealed else { return Ok(CaseFile::default()) };
    let plain = tx.keys().open(place(&case.to_string(), zone), &sealed)?;
    serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))
}

/// Writes the file of a case whose application is locked.
///
/// # Errors
/// [`DbError`].
pub fn save_case_file(tx: &mut Tx<'_>, zone: i32, case: Uuid, file: &CaseFile) -> Result<(), DbError> {
    let plain = serde_json::to_vec(file).map_err(|e| DbError::Damaged(e.to_string()))?;
    let row = Row { zone_id: zone, case_id: Id(case), sealed: tx.keys().seal(place(&case.to_string(), zone), &plain) };
    if diesel::update(case_files::table.find((zone, Id(case)))).set(&row).execute(tx.connection)? == 0 {
        insert_many(case_files::table, [row]).execute(tx.connection)?;
    }
    Ok(())
}
