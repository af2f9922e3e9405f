//! Joint looks of several departments.

use crate::engine::query::LockDsl;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::joint_reviews;
use crate::seal::{Keys, Place};
use chrono::NaiveDate;
use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use domain::flow::{JointKind, JointReview, JointState, Participant, Round};
use domain::local_time::{Instant, date_of};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What of a review is said in words.
#[derive(Serialize, Deserialize)]
struct Words {
    place: String,
    participants: Vec<Participant>,
    rounds: Vec<Round>,
    concluded_at: Option<Instant>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = joint_reviews, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    application_id: Id,
    kind: Code<JointKind>,
    state: Code<JointState>,
    rounds: i32,
    opened_at: At,
    scheduled_at: At,
    concluded_on: Option<NaiveDate>,
    working_days: Option<i32>,
    promised_days: Option<i32>,
    sealed: Vec<u8>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "joint_reviews", column: "sealed", row }
}

/// How long a concluded review took, and how long it was promised to take, working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Took {
    /// Working days.
    pub days: u32,
    /// Promised.
    pub promised: u32,
}

impl Row {
    fn new(keys: &Keys, zone: i32, application: Uuid, review: &JointReview, took: Option<Took>) -> Result<Self, DbError> {
        let words = Words {
            place: review.place.clone(),
            participants: review.participants.clone(),
            rounds: review.rounds.clone(),
            concluded_at: review.concluded_at,
        };
        let plain = serde_json::to_vec(&words).map_err(|e| DbError::Damaged(e.to_string()))?;
        let row = format!("{application}/{}", domain::code::TextCode::as_str(review.kind));
        let number = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(Self {
            zone_id: zone,
            application_id: Id(application),
            kind: Code(review.kind),
            state: Code(review.state),
            rounds: i32::try_from(review.rounds.len()).unwrap_or(i32::MAX),
            opened_at: At(review.opened_at),
            scheduled_at: At(review.rounds.last().map_or(review.opened_at, |r| r.at)),
            concluded_on: review.concluded_at.map(date_of),
            working_days: took.map(|t| number(t.days)),
            promised_days: took.map(|t| number(t.promised)),
            sealed: keys.seal(place(&row, zone), &plain),
        })
    }

    fn open(self, keys: &Keys) -> Result<JointReview, DbError> {
        let row = format!("{}/{}", self.application_id.0, domain::code::TextCode::as_str(self.kind.0));
        let plain = keys.open(place(&row, self.zone_id), &self.sealed)?;
        let words: Words = serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))?;
        Ok(JointReview {
            kind: self.kind.0,
            state: self.state.0,
            opened_at: self.opened_at.0,
            concluded_at: words.concluded_at,
            place: words.place,
            participants: words.participants,
            rounds: words.rounds,
        })
    }
}

/// Enters the review of a locked application that has none of this kind.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, application: Uuid, review: &JointReview) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, application, review, None)?;
    diesel::insert_into(joint_reviews::table).values(&row).execute(tx.connection)?;
    Ok(())
}

/// Saves a review of a locked application.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, application: Uuid, review: &JointReview, took: Option<Took>) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, application, review, took)?;
    diesel::update(joint_reviews::table.find((zone, Id(application), Code(review.kind)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// Locks a review.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, application: Uuid, kind: JointKind) -> Result<Option<JointReview>, DbError> {
    let row: Option<Row> = joint_reviews::table
        .find((zone, Id(application), Code(kind)))
        .select(Row::as_select())
        .locked()
        .get_result(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The joint looks of an application.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<JointReview>, DbError> {
    let rows: Vec<Row> = joint_reviews::table
        .filter(joint_reviews::zone_id.eq(zone).and(joint_reviews::application_id.eq(Id(application))))
        .order(joint_reviews::opened_at)
        .select(Row::as_select())
        .load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}

/// Sums over concluded reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JointFigures {
    /// Concluded.
    pub concluded: i64,
    /// Of them in the first round.
    pub at_first: i64,
    /// Working days taken.
    pub days: i64,
    /// Working days promised.
    pub promised: i64,
}

/// Sums over the reviews of a kind concluded from one day to another.
///
/// # Errors
/// [`DbError`].
pub fn figures(tx: &mut Tx<'_>, zone: i32, kind: JointKind, (from, to): (NaiveDate, NaiveDate)) -> Result<JointFigures, DbError> {
    let within = joint_reviews::zone_id.eq(zone).and(joint_reviews::kind.eq(Code(kind)));
    let within = within.and(joint_reviews::concluded_on.between(from, to));
    let (concluded, days, promised): (i64, Option<i64>, Option<i64>) = joint_reviews::table
        .filter(within)
        .select((count_star(), sum(joint_reviews::working_days), sum(joint_reviews::promised_days)))
        .first(tx.connection)?;
    let at_first = joint_reviews::table.filter(within.and(joint_reviews::rounds.eq(1))).count().get_result(tx.connection)?;
    Ok(JointFigures { concluded, at_first, days: days.unwrap_or(0), promised: promised.unwrap_or(0) })
}
