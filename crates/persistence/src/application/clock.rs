//! The ledger of a case's clock: insert-only.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::clock_entries;
use diesel::prelude::*;
use domain::calendar::{Limit, LimitUnit};
use domain::flow::{ClockEntry, ClockKind, SpecialProcedure};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clock_entries, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    case_id: Id,
    seq: i32,
    kind: Code<ClockKind>,
    at: At,
    reason: Option<String>,
    basis: String,
    actor_id: Option<Id>,
    recorded_at: At,
    procedure_kind: Option<Code<SpecialProcedure>>,
    expected_days: Option<i32>,
    told_at: Option<At>,
    added_n: Option<i32>,
    added_unit: Option<Code<LimitUnit>>,
}

/// Enters the `seq`-th entry (from 1) of a case's clock.
///
/// # Errors
/// [`DbError`].
pub fn insert_clock_entry(tx: &mut Tx<'_>, zone: i32, case: Uuid, seq: usize, entry: &ClockEntry) -> Result<(), DbError> {
    let row = Row {
        zone_id: zone,
        case_id: Id(case),
        seq: i32::try_from(seq).unwrap_or(i32::MAX),
        kind: Code(entry.kind),
        at: At(entry.at),
        reason: entry.reason.clone(),
        basis: entry.basis.clone(),
        actor_id: entry.by.map(Id),
        recorded_at: At(tx.now()),
        procedure_kind: entry.procedure.map(Code),
        expected_days: entry.expected_days.and_then(|d| i32::try_from(d).ok()),
        told_at: entry.told_at.map(At),
        added_n: entry.added.and_then(|l| i32::try_from(l.n).ok()),
        added_unit: entry.added.map(|l| Code(l.unit)),
    };
    insert_many(clock_entries::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// The ledger of a case, in order.
///
/// # Errors
/// [`DbError`].
pub fn list_clock(tx: &mut Tx<'_>, zone: i32, case: Uuid) -> Result<Vec<ClockEntry>, DbError> {
    let rows: Vec<Row> = clock_entries::table
        .filter(clock_entries::zone_id.eq(zone).and(clock_entries::case_id.eq(Id(case))))
        .order(clock_entries::seq)
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(Row::into_entry).collect())
}

/// The ledgers of several cases, each in order.
///
/// # Errors
/// [`DbError`].
pub fn list_clocks(tx: &mut Tx<'_>, zone: i32, of: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<ClockEntry>>, DbError> {
    let rows: Vec<Row> = clock_entries::table
        .filter(clock_entries::zone_id.eq(zone).and(clock_entries::case_id.eq_any(of.iter().copied().map(Id).collect::<Vec<_>>())))
        .order((clock_entries::case_id, clock_entries::seq))
        .select(Row::as_select())
        .load(tx.connection)?;
    let mut ledgers: BTreeMap<Uuid, Vec<ClockEntry>> = BTreeMap::new();
    for row in rows {
        ledgers.entry(row.case_id.0).or_default().push(row.into_entry());
    }
    Ok(ledgers)
}

impl Row {
    fn into_entry(self) -> ClockEntry {
        let added = self.added_n.zip(self.added_unit).map(|(n, unit)| Limit { n: n.unsigned_abs(), unit: unit.0 });
        ClockEntry {
            kind: self.kind.0,
            at: self.at.0,
            reason: self.reason,
            basis: self.basis,
            procedure: self.procedure_kind.map(|p| p.0),
            expected_days: self.expected_days.map(i32::unsigned_abs),
            told_at: self.told_at.map(|t| t.0),
            added,
            by: self.actor_id.map(|i| i.0),
        }
    }
}
