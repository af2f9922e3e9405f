//! Ratings of services, and how many there are of each level.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{evaluation_counts as counts, evaluations};
use crate::seal::{Keys, Place};
use diesel::prelude::*;
use domain::flow::{EvaluationChannel, Level, Rating, Rectification, ServicePoint, Verification};
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Identity.
    pub id: Uuid,
    /// Its application.
    pub application: Uuid,
    /// Its case.
    pub case: Uuid,
    /// Number of the service in its case, 1 to 99.
    pub service_no: u8,
    /// What was rated.
    pub service: ServicePoint,
    /// The rating.
    pub rating: Rating,
    /// Where.
    pub channel: EvaluationChannel,
    /// When.
    pub rated_at: Instant,
    /// How often it was changed.
    pub changes: u32,
    /// What came of a bad one.
    pub answer: Option<Rectification>,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// Who answered.
    pub answered_by: Option<Uuid>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    verification: Verification,
    measure: String,
    reply: String,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = evaluations, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    case_id: Id,
    service_no: i32,
    service: Code<ServicePoint>,
    level: Code<Level>,
    bad: bool,
    channel: Code<EvaluationChannel>,
    options: String,
    text_sealed: Option<Vec<u8>>,
    rated_at: At,
    changes: i32,
    answer_sealed: Option<Vec<u8>>,
    answered_at: Option<At>,
    answered_by: Option<Id>,
}

fn place<'a>(row: &'a str, zone: i32, column: &'static str) -> Place<'a> {
    Place { zone, table: "evaluations", column, row }
}

impl Row {
    fn new(keys: &Keys, zone: i32, e: &Evaluation) -> Self {
        let row = e.id.to_string();
        let answer = e.answer.as_ref().map(|a| Answer { verification: a.verification, measure: a.measure.clone(), reply: a.reply.clone() });
        Self {
            zone_id: zone,
            id: Id(e.id),
            application_id: Id(e.application),
            case_id: Id(e.case),
            service_no: i32::from(e.service_no),
            service: Code(e.service),
            level: Code(e.rating.level),
            bad: e.rating.level.is_bad(),
            channel: Code(e.channel),
            options: serde_json::to_string(&e.rating.options).unwrap_or_default(),
            text_sealed: e.rating.text.as_ref().map(|t| keys.seal(place(&row, zone, "text_sealed"), t.as_bytes())),
            rated_at: At(e.rated_at),
            changes: i32::try_from(e.changes).unwrap_or(i32::MAX),
            answer_sealed: answer
                .and_then(|a| serde_json::to_vec(&a).ok())
                .map(|bytes| keys.seal(place(&row, zone, "answer_sealed"), &bytes)),
            answered_at: e.answered_at.map(At),
            answered_by: e.answered_by.map(Id),
        }
    }

    fn open(self, keys: &Keys) -> Result<Evaluation, DbError> {
        let (row, zone) = (self.id.0.to_string(), self.zone_id);
        let damaged = |e: &dyn std::fmt::Display| DbError::Damaged(e.to_string());
        let text = self.text_sealed.map(|sealed| keys.open(place(&row, zone, "text_sealed"), &sealed)).transpose()?;
        let answer = self.answer_sealed.map(|sealed| keys.open(place(&row, zone, "answer_sealed"), &sealed)).transpose()?;
        let answer: Option<Answer> = answer.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(|e| damaged(&e))?;
        Ok(Evaluation {
            id: self.id.0,
            application: self.application_id.0,
            case: self.case_id.0,
            service_no: u8::try_from(self.service_no).unwrap_or(u8::MAX),
            service: self.service.0,
            rating: Rating {
                level: self.level.0,
                options: serde_json::from_str(&self.options).map_err(|e| damaged(&e))?,
                text: text.map(String::from_utf8).transpose().map_err(|e| damaged(&e))?,
            },
            channel: self.channel.0,
            rated_at: self.rated_at.0,
            changes: self.changes.unsigned_abs(),
            answer: answer.map(|a| Rectification { verification: a.verification, measure: a.measure, reply: a.reply }),
            answered_at: self.answered_at.map(|a| a.0),
            answered_by: self.answered_by.map(|i| i.0),
        })
    }
}

/// Enters a rating, and counts it.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: &Evaluation) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, new);
    insert_many(evaluations::table, [row]).execute(tx.connection)?;
    count_one(tx, zone, new.application, new.rating.level, 1)
}

/// Saves a rating of a locked application; `before` is the level it had.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, changed: &Evaluation, before: Level) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, changed);
    diesel::update(evaluations::table.find((zone, Id(changed.id)))).set(&row).execute(tx.connection)?;
    if before != changed.rating.level {
        count_one(tx, zone, changed.application, before, -1)?;
        count_one(tx, zone, changed.application, changed.rating.level, 1)?;
    }
    Ok(())
}

/// Counters are spread, so that raters do not wait for one row.
const SHARDS: u8 = 16;

fn count_one(tx: &mut Tx<'_>, zone: i32, application: Uuid, level: Level, by: i64) -> Result<(), DbError> {
    #[derive(Insertable)]
    #[diesel(table_name = counts, treat_none_as_default_value = false)]
    struct CountRow {
        zone_id: i32,
        shard: i32,
        level: Code<Level>,
        rated: i64,
    }
    let shard = i32::from(application.as_bytes().last().copied().unwrap_or_default() % SHARDS);
    let this = counts::table.find((zone, shard, Code(level)));
    if diesel::update(this).set(counts::rated.eq(counts::rated + by)).execute(tx.connection)? == 0 {
        let row = CountRow { zone_id: zone, shard, level: Code(level), rated: 0 };
        insert_many(counts::table, [row]).or_ignore().execute(tx.connection)?;
        diesel::update(this).set(counts::rated.eq(counts::rated + by)).execute(tx.connection)?;
    }
    Ok(())
}

/// How many ratings of each level there are.
///
/// # Errors
/// [`DbError`].
pub fn count_by_level(tx: &mut Tx<'_>, zone: i32) -> Result<BTreeMap<Level, u64>, DbError> {
    let rows: Vec<(Code<Level>, i64)> =
        counts::table.filter(counts::zone_id.eq(zone)).select((counts::level, counts::rated)).load(tx.connection)?;
    let mut by_level = BTreeMap::new();
    for (level, rated) in rows {
        *by_level.entry(level.0).or_default() += rated.unsigned_abs();
    }
    Ok(by_level)
}

/// The ratings of an application, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Evaluation>, DbError> {
    let rows: Vec<Row> = evaluations::table
        .filter(evaluations::zone_id.eq(zone).and(evaluations::application_id.eq(Id(application))))
        .order(evaluations::id)
        .select(Row::as_select())
        .load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}

/// The application of a rating.
///
/// # Errors
/// [`DbError`].
pub fn find_application_of(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Uuid>, DbError> {
    let found: Option<Id> = evaluations::table.find((zone, Id(id))).select(evaluations::application_id).first(tx.connection).optional()?;
    Ok(found.map(|i| i.0))
}
