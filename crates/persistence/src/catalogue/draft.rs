//! Drafts of catalogue documents: they float until they are published.

use super::DocumentKind;
use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::catalogue_drafts as drafts;
use diesel::prelude::*;
use domain::catalogue::DraftState;
use domain::local_time::Instant;
use uuid::Uuid;

/// A draft.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Identity.
    pub id: Uuid,
    /// Kind of document.
    pub kind: DocumentKind,
    /// Code of the document.
    pub code: String,
    /// Where it stands.
    pub state: DraftState,
    /// The version it was begun from; 0 for something new.
    pub base_number: u32,
    /// The document so far, JSON.
    pub document: String,
    /// Why it is made.
    pub reason: String,
    /// What the reviewer said.
    pub note: Option<String>,
    /// Everybody who wrote it, the last one last.
    pub editors: Vec<Uuid>,
    /// Who returned or published it.
    pub reviewed_by: Option<Uuid>,
    /// What `If-Match` compares.
    pub version: i64,
    /// When it was begun.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = drafts, treat_none_as_default_value = false, treat_none_as_null = true)]
struct Row {
    zone_id: i32,
    id: Id,
    kind: Code<DocumentKind>,
    code: String,
    state: Code<DraftState>,
    base_number: i32,
    document: String,
    reason: String,
    note: Option<String>,
    editors: String,
    reviewed_by: Option<Id>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl Row {
    fn new(zone: i32, draft: Draft) -> Self {
        Self {
            zone_id: zone,
            id: Id(draft.id),
            kind: Code(draft.kind),
            code: draft.code,
            state: Code(draft.state),
            base_number: i32::try_from(draft.base_number).unwrap_or(i32::MAX),
            document: draft.document,
            reason: draft.reason,
            note: draft.note,
            editors: draft.editors.iter().map(Uuid::to_string).collect::<Vec<_>>().join(" "),
            reviewed_by: draft.reviewed_by.map(Id),
            version: draft.version,
            created_at: At(draft.created_at),
            updated_at: At(draft.updated_at),
        }
    }
}

impl From<Row> for Draft {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.0,
            kind: row.kind.0,
            code: row.code,
            state: row.state.0,
            base_number: u32::try_from(row.base_number).unwrap_or_default(),
            document: row.document,
            reason: row.reason,
            note: row.note,
            editors: row.editors.split(' ').filter_map(|e| e.parse().ok()).collect(),
            reviewed_by: row.reviewed_by.map(|i| i.0),
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Stores a new draft.
///
/// # Errors
/// [`DbError`].
pub fn insert_draft(tx: &mut Tx<'_>, zone: i32, draft: Draft) -> Result<(), DbError> {
    insert_many(drafts::table, [Row::new(zone, draft)]).execute(tx.connection)?;
    Ok(())
}

/// A draft of the zone.
///
/// # Errors
/// [`DbError`].
pub fn find_draft(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Draft>, DbError> {
    let found: Option<Row> = drafts::table.find((zone, Id(id))).select(Row::as_select()).first(tx.connection).optional()?;
    Ok(found.map(Draft::from))
}

/// A draft of the zone, locked in a write.
///
/// # Errors
/// [`DbError`].
pub fn lock_draft(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Draft>, DbError> {
    let found: Option<Row> = drafts::table.find((zone, Id(id))).select(Row::as_select()).locked().get_result(tx.connection).optional()?;
    Ok(found.map(Draft::from))
}

/// Saves a changed draft.
///
/// # Errors
/// [`DbError`].
pub fn save_draft(tx: &mut Tx<'_>, zone: i32, draft: Draft) -> Result<(), DbError> {
    let key = (zone, Id(draft.id));
    diesel::update(drafts::table.find(key)).set(Row::new(zone, draft)).execute(tx.connection)?;
    Ok(())
}

/// Removes a draft that nobody needs.
///
/// # Errors
/// [`DbError`].
pub fn drop_draft(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<(), DbError> {
    diesel::delete(drafts::table.find((zone, Id(id)))).execute(tx.connection)?;
    Ok(())
}

/// A page of drafts in one state, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list_drafts(tx: &mut Tx<'_>, zone: i32, state: DraftState, after: Option<Uuid>, limit: i64) -> Result<Vec<Draft>, DbError> {
    let rows: Vec<Row> = drafts::table
        .filter(drafts::zone_id.eq(zone))
        .filter(drafts::state.eq(Code(state)))
        .filter(drafts::id.gt(Id(after.unwrap_or(Uuid::nil()))))
        .order(drafts::id)
        .limit(limit)
        .select(Row::as_select())
        .load(tx.connection)?;
    Ok(rows.into_iter().map(Draft::from).collect())
}
