//! How many applications were filed on a day: counted along their numbers, which begin with area and day.

use crate::engine::{Code, DbError, Tx};
use crate::schema::applications;
use chrono::NaiveDate;
use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use domain::application::FilingChannel;
use std::collections::BTreeMap;

fn prefix(area_code: &str, day: NaiveDate) -> String {
    format!("{area_code}{}", day.format("%Y%m%d"))
}

/// Applications of a day by their channel.
///
/// # Errors
/// [`DbError`].
pub fn count_filed(tx: &mut Tx<'_>, zone: i32, area_code: &str, day: NaiveDate) -> Result<BTreeMap<FilingChannel, u32>, DbError> {
    let (from, to) = (prefix(area_code, day), prefix(area_code, day.succ_opt().unwrap_or(day)));
    let rows: Vec<(Code<FilingChannel>, i64)> = applications::table
        .filter(applications::zone_id.eq(zone).and(applications::submission_no.ge(from)).and(applications::submission_no.lt(to)))
        .group_by(applications::channel)
        .select((applications::channel, count_star()))
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(channel, n)| (channel.0, u32::try_from(n).unwrap_or(u32::MAX))).collect())
}

/// The day of the first filing; `None` before there is one.
///
/// # Errors
/// [`DbError`].
pub fn first_filed(tx: &mut Tx<'_>, zone: i32, area_code: &str) -> Result<Option<NaiveDate>, DbError> {
    let numbered = applications::zone_id.eq(zone).and(applications::submission_no.ge(area_code));
    let first: Option<String> = applications::table.filter(numbered).select(min(applications::submission_no)).first(tx.connection)?;
    let day = first.and_then(|number| number.strip_prefix(area_code)?.get(..8).map(str::to_owned));
    Ok(day.and_then(|text| NaiveDate::parse_from_str(&text, "%Y%m%d").ok()))
}
