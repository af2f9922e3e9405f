//! Parcels with results.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::parcels;
use crate::seal::{Keys, Place};
use diesel::prelude::*;
use domain::hall::ParcelState;
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where a parcel goes and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consignment {
    /// To whom.
    pub recipient: String,
    /// Where to.
    pub address: String,
    /// How to reach him.
    pub phone: String,
    /// The cases whose results are in it.
    pub cases: Vec<Uuid>,
}

/// One parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// Identity.
    pub id: Uuid,
    /// The application.
    pub application: Uuid,
    /// Where it is.
    pub state: ParcelState,
    /// Number of the courier.
    pub tracking_no: Option<String>,
    /// When it was ordered.
    pub ordered_at: Instant,
    /// Since when it is there.
    pub state_at: Instant,
    /// Where it goes and what is in it.
    pub consignment: Consignment,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = parcels, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    state: Code<ParcelState>,
    tracking_no: Option<String>,
    ordered_at: At,
    state_at: At,
    sealed: Vec<u8>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "parcels", column: "sealed", row }
}

impl Row {
    fn new(keys: &Keys, zone: i32, p: &Parcel) -> Result<Self, DbError> {
        let plain = serde_json::to_vec(&p.consignment).map_err(|e| DbError::Damaged(e.to_string()))?;
        Ok(Self {
            zone_id: zone,
            id: Id(p.id),
            application_id: Id(p.application),
            state: Code(p.state),
            tracking_no: p.tracking_no.clone(),
            ordered_at: At(p.ordered_at),
            state_at: At(p.state_at),
            sealed: keys.seal(place(&p.id.to_string(), zone), &plain),
        })
    }

    fn open(self, keys: &Keys) -> Result<Parcel, DbError> {
        let plain = keys.open(place(&self.id.0.to_string(), self.zone_id), &self.sealed)?;
        Ok(Parcel {
            id: self.id.0,
            application: self.application_id.0,
            state: self.state.0,
            tracking_no: self.tracking_no,
            ordered_at: self.ordered_at.0,
            state_at: self.state_at.0,
            consignment: serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))?,
        })
    }
}

/// Enters a parcel.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, parcel: &Parcel) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, parcel)?;
    insert_many(parcels::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// Saves a parcel that was locked.
///
/// # Errors
/// [`DbError`].
pub fn save(tx: &mut Tx<'_>, zone: i32, parcel: &Parcel) -> Result<(), DbError> {
    let row = Row::new(tx.keys(), zone, parcel)?;
    diesel::update(parcels::table.find((zone, Id(parcel.id)))).set(&row).execute(tx.connection)?;
    Ok(())
}

/// One parcel.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Parcel>, DbError> {
    let row: Option<Row> = parcels::table.find((zone, Id(id))).select(Row::as_select()).first(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// Locks a parcel.
///
/// # Errors
/// [`DbError`].
pub fn lock(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Parcel>, DbError> {
    let row: Option<Row> = parcels::table.find((zone, Id(id))).select(Row::as_select()).locked().get_result(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The parcels of an application, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Parcel>, DbError> {
    let rows: Vec<Row> = parcels::table
        .filter(parcels::zone_id.eq(zone).and(parcels::application_id.eq(Id(application))))
        .order(parcels::id)
        .select(Row::as_select())
        .load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}
