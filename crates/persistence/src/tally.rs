//! Counters behind the figures a zone publishes: kept in the transaction of what they count, so that reading them costs
//! days, not cases.

use crate::engine::query::insert_many;
use crate::engine::{Code, DbError, Tx};
use crate::schema::{tallies, tally_marks};
use chrono::NaiveDate;
use diesel::dsl::{max, sum};
use diesel::prelude::*;
use domain::codes;
use domain::local_time::date_of;
use std::collections::BTreeMap;

codes! {
    /// What is counted.
    pub enum Tally {
        /// Cases decided under a commitment (告知承诺办结).
        CommitmentCases = "commitment_cases", "告知承诺办结件";
        /// Cases accepted with a deferred material (容缺受理).
        DeferralCases = "deferral_cases", "容缺受理件";
        /// Projects with at least one deferred approval (容缺审批项目).
        DeferralProjects = "deferral_projects", "容缺审批项目";
        /// Results sent by courier (免费邮寄).
        CourierDeliveries = "courier_deliveries", "邮寄送达";
        /// Times the free printer was used (免费文印).
        PrintUses = "print_uses", "文印使用次数";
        /// Pages printed.
        PrintPages = "print_pages", "文印页数";
        /// Appointments kept.
        AppointmentsKept = "appointments_kept", "预约履约";
        /// Appointments nobody came to.
        AppointmentsMissed = "appointments_missed", "预约未到";
        /// Materials brought by data sharing.
        MaterialsShared = "materials_shared", "数据共享材料";
        /// Materials brought by e-licence.
        LicencesUsed = "licences_used", "电子证照免提交";
        /// Times applicants came to the hall for an application.
        Visits = "visits", "到现场次数";
        /// Applications filed over the network, counted when their day is over.
        FiledOnline = "filed_online", "网上申报";
        /// Applications filed at the window, counted when their day is over.
        FiledAtWindow = "filed_at_window", "窗口申报";
        /// Cases decided here, by an official's own account and under an electronic seal.
        DecidedHere = "decided_here", "电子审批办结";
        /// Cases decided in an outside system.
        DecidedElsewhere = "decided_elsewhere", "外部系统办结";
        /// Further services: certificates printed, scans, copies and the like.
        FurtherServices = "further_services", "帮办其他事项";
    }
}

/// Rows a counter is spread over.
const SHARDS: u8 = 8;

#[derive(Insertable)]
#[diesel(table_name = tallies, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    day: NaiveDate,
    name: Code<Tally>,
    shard: i32,
    n: i32,
}

#[derive(Insertable)]
#[diesel(table_name = tally_marks, treat_none_as_default_value = false)]
struct MarkRow {
    zone_id: i32,
    name: Code<Tally>,
    subject: String,
}

/// Counts `n` more today.
///
/// # Errors
/// [`DbError`].
pub fn add(tx: &mut Tx<'_>, zone: i32, tally: Tally, n: u32) -> Result<(), DbError> {
    let (day, n) = (date_of(tx.now()), i32::try_from(n).unwrap_or(i32::MAX));
    let shard = i32::from(crate::seal::random::<1>()[0] % SHARDS);
    let this = tallies::table.find((zone, day, Code(tally), shard));
    if diesel::update(this).set(tallies::n.eq(tallies::n + n)).execute(tx.connection)? == 0 {
        let row = Row { zone_id: zone, day, name: Code(tally), shard, n: 0 };
        insert_many(tallies::table, [row]).or_ignore().execute(tx.connection)?;
        diesel::update(this).set(tallies::n.eq(tallies::n + n)).execute(tx.connection)?;
    }
    Ok(())
}

/// Enters what was counted of a day that is over.
///
/// # Errors
/// [`DbError`].
pub fn close_day(tx: &mut Tx<'_>, zone: i32, day: NaiveDate, tally: Tally, n: u32) -> Result<(), DbError> {
    let row = Row { zone_id: zone, day, name: Code(tally), shard: 0, n: i32::try_from(n).unwrap_or(i32::MAX) };
    insert_many(tallies::table, [row]).or_ignore().execute(tx.connection)?;
    Ok(())
}

/// The last day that was closed for a tally.
///
/// # Errors
/// [`DbError`].
pub fn last_closed(tx: &mut Tx<'_>, zone: i32, tally: Tally) -> Result<Option<NaiveDate>, DbError> {
    let own = tallies::table.filter(tallies::zone_id.eq(zone).and(tallies::name.eq(Code(tally))));
    Ok(own.select(max(tallies::day)).first(tx.connection)?)
}

/// Counts a subject once, however often it is named.
///
/// # Errors
/// [`DbError`].
pub fn add_once(tx: &mut Tx<'_>, zone: i32, tally: Tally, subject: &str) -> Result<(), DbError> {
    let row = MarkRow { zone_id: zone, name: Code(tally), subject: subject.to_owned() };
    if insert_many(tally_marks::table, [row]).or_ignore().execute(tx.connection)? == 1 {
        add(tx, zone, tally, 1)?;
    }
    Ok(())
}

/// What was counted from one day to another.
///
/// # Errors
/// [`DbError`].
pub fn read(tx: &mut Tx<'_>, zone: i32, (from, to): (NaiveDate, NaiveDate)) -> Result<BTreeMap<Tally, u64>, DbError> {
    let rows: Vec<(Code<Tally>, Option<i64>)> = tallies::table
        .filter(tallies::zone_id.eq(zone).and(tallies::day.between(from, to)))
        .group_by(tallies::name)
        .select((tallies::name, sum(tallies::n)))
        .load(tx.connection)?;
    Ok(rows.into_iter().map(|(name, n)| (name.0, n.unwrap_or(0).unsigned_abs())).collect())
}
