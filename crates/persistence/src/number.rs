//! Blocks of numbers, reserved in a transaction of their own: no duplicates, no hot row, gaps allowed.

use crate::engine::{Code, Db, DbError, Tx};
use crate::schema::number_blocks as blocks;
use chrono::NaiveDate;
use diesel::prelude::*;
use domain::number::{MAX_SERIAL, Series, write_number};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Serials reserved at a time.
const BLOCK: i32 = 100;

/// What is left of a day's block, and numbers that were taken and not used.
struct Block {
    day: NaiveDate,
    left: Range<u32>,
    unused: Vec<String>,
}

type Blocks = HashMap<(i32, Series), Block>;

/// The numbers this process has reserved.
#[derive(Clone, Default)]
pub struct Numbers(Arc<Mutex<Blocks>>);

#[derive(Insertable)]
#[diesel(table_name = blocks, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    series: Code<Series>,
    day: NaiveDate,
    next_serial: i32,
}

impl Numbers {
    /// The next number of a series on `day`; reserves a block when none is left. Call it before the
    /// transaction that uses the number.
    ///
    /// # Errors
    /// [`DbError`]; [`DbError::Damaged`] when a day's serials are used up.
    pub async fn next(&self, db: &Db, zone: i32, area_code: &str, series: Series, day: NaiveDate) -> Result<String, DbError> {
        let serial = match self.take(zone, series, day) {
            Some(Taken::Unused(number)) => return Ok(number),
            Some(Taken::Serial(serial)) => serial,
            None => {
                let left = db.write(move |tx| reserve(tx, zone, series, day)).await?;
                let (first, left) = (left.start, left.start + 1..left.end);
                let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                blocks.insert((zone, series), Block { day, left, unused: Vec::new() });
                first
            }
        };
        if serial > MAX_SERIAL {
            return Err(DbError::Damaged(format!("{series} numbers of {day} are used up")));
        }
        Ok(write_number(area_code, day, series, serial))
    }

    /// Reserves `n` numbers of a series for one command.
    ///
    /// # Errors
    /// Like [`Self::next`].
    pub async fn stock(&self, db: &Db, zone: i32, area_code: &str, series: Series, day: NaiveDate, n: usize) -> Result<Stock, DbError> {
        let mut numbers = Vec::with_capacity(n);
        for _ in 0..n {
            numbers.push(self.next(db, zone, area_code, series, day).await?);
        }
        numbers.reverse();
        Ok(Stock { numbers })
    }

    /// Gives back a number of `day` that certainly nothing was written under: refusals and repeats use none up.
    pub fn give_back(&self, zone: i32, series: Series, day: NaiveDate, number: String) {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = blocks.get_mut(&(zone, series)).filter(|block| block.day == day) {
            block.unused.push(number);
        }
    }

    fn take(&self, zone: i32, series: Series, day: NaiveDate) -> Option<Taken> {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let block = blocks.get_mut(&(zone, series)).filter(|block| block.day == day)?;
        block.unused.pop().map(Taken::Unused).or_else(|| block.left.next().map(Taken::Serial))
    }
}

/// Numbers reserved for one command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stock {
    numbers: Vec<String>,
}

impl Stock {
    /// The next of them.
    pub fn take(&mut self) -> Option<String> {
        self.numbers.pop()
    }

    /// What was not taken, or all when nothing was written.
    #[must_use]
    pub fn into_numbers(self) -> Vec<String> {
        self.numbers
    }
}

enum Taken {
    Unused(String),
    Serial(u32),
}

fn reserve(tx: &mut Tx<'_>, zone: i32, series: Series, day: NaiveDate) -> Result<Range<u32>, DbError> {
    let row = Row { zone_id: zone, series: Code(series), day, next_serial: 1 };
    crate::engine::query::insert_many(blocks::table, [row]).or_ignore().execute(tx.connection)?;
    let this = blocks::table.find((zone, Code(series), day));
    diesel::update(this).set(blocks::next_serial.eq(blocks::next_serial + BLOCK)).execute(tx.connection)?;
    let end: i32 = this.select(blocks::next_serial).first(tx.connection)?;
    let start = u32::try_from(end - BLOCK).unwrap_or(MAX_SERIAL);
    Ok(start..start + BLOCK.unsigned_abs())
}
