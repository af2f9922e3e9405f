//! Events: insert-only, one hash chain (SM3) per stream.

use crate::engine::query::insert_many;
use crate::engine::sql_type::IdT;
use crate::engine::{At, Backend, Code, DbError, Id, Tx};
use crate::schema::{events, feed, feed_pending};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use domain::code::TextCode;
use domain::codes;
use domain::event::{EventKind, StreamKind};
use domain::local_time::Instant;
use serde_json::Value;
use sm3::{Digest, Sm3};
use uuid::Uuid;

codes! {
    /// Who acted.
    pub enum ActorKind {
        /// A person with an account.
        Account = "account", "用户";
        /// Somebody without login.
        Anonymous = "anonymous", "访客";
        /// The system itself, applying the law or running a job.
        System = "system", "系统";
        /// An outside system that showed its signature; the event says which.
        Outside = "outside", "外部系统";
    }
}

/// Who acted, for whom, in which request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Kind.
    pub kind: ActorKind,
    /// Account.
    pub id: Option<Uuid>,
    /// The account acted for.
    pub on_behalf_of: Option<Uuid>,
    /// Request id of the caller.
    pub request_id: Option<String>,
}

impl Actor {
    /// The system itself.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: None, on_behalf_of: None, request_id: None }
    }

    /// An outside system in a request.
    #[must_use]
    pub fn outside(request_id: Option<String>) -> Self {
        Self { kind: ActorKind::Outside, id: None, on_behalf_of: None, request_id }
    }

    /// An account in a request.
    #[must_use]
    pub fn account(id: Uuid, request_id: Option<String>) -> Self {
        Self { kind: ActorKind::Account, id: Some(id), on_behalf_of: None, request_id }
    }
}

/// A chain of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stream {
    /// Zone; 0 for the platform.
    pub zone: i32,
    /// What it is about.
    pub kind: StreamKind,
    /// Which one.
    pub id: Uuid,
}

/// The last link of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last event; 0 before the first.
    pub seq: i64,
    /// Its hash; empty before the first.
    pub hash: Vec<u8>,
}

impl Head {
    /// Before the first event.
    #[must_use]
    pub const fn start() -> Self {
        Self { seq: 0, hash: Vec::new() }
    }
}

/// Something that happened, not yet recorded. The payload holds no personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Kind.
    pub kind: EventKind,
    /// Legal moment.
    pub occurred_at: Instant,
    /// Facts.
    pub payload: Value,
}

/// A recorded event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Number in its stream.
    pub seq: i64,
    /// Kind.
    pub kind: EventKind,
    /// Legal moment.
    pub occurred_at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Facts as recorded.
    pub payload: String,
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    pub(crate) zone_id: i32,
    pub(crate) stream_kind: Code<StreamKind>,
    pub(crate) stream_id: Id,
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) schema_version: i32,
    pub(crate) occurred_at: At,
    pub(crate) recorded_at: At,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: Option<Id>,
    pub(crate) on_behalf_of: Option<Id>,
    pub(crate) request_id: Option<String>,
    pub(crate) payload: String,
    pub(crate) prev_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl EventRow {
    /// The hash of this event as it should be: SM3 over every field, each led by its length.
    pub(crate) fn expected_hash(&self) -> Vec<u8> {
        let mut digest = Sm3::new();
        let mut field = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        field(&self.zone_id.to_be_bytes());
        field(self.stream_kind.0.as_str().as_bytes());
        field(self.stream_id.0.as_bytes());
        field(&self.seq.to_be_bytes());
        field(self.kind.as_bytes());
        field(&self.schema_version.to_be_bytes());
        field(&self.occurred_at.0.timestamp_micros().to_be_bytes());
        field(&self.recorded_at.0.timestamp_micros().to_be_bytes());
        field(self.actor_kind.as_bytes());
        field(self.actor_id.map(|i| *i.0.as_bytes()).as_ref().map_or(&[], |b| b.as_slice()));
        field(self.on_behalf_of.map(|i| *i.0.as_bytes()).as_ref().map_or(&[], |b| b.as_slice()));
        field(self.request_id.as_deref().unwrap_or_default().as_bytes());
        field(self.payload.as_bytes());
        field(&self.prev_hash);
        digest.finalize().to_vec()
    }
}

#[derive(Insertable)]
#[diesel(table_name = feed_pending, treat_none_as_default_value = false)]
struct PendingRow {
    zone_id: i32,
    stream_kind: Code<StreamKind>,
    stream_id: Id,
    seq: i64,
}

/// Appends `new` to a stream whose `head` the caller holds under lock, and moves the head.
///
/// # Errors
/// [`DbError`]; another writer of the same stream makes it fail on the primary key.
pub fn append(tx: &mut Tx<'_>, stream: Stream, head: &mut Head, actor: &Actor, new: Vec<NewEvent>) -> Result<(), DbError> {
    if new.is_empty() {
        return Ok(());
    }
    let recorded_at = At(tx.now());
    let mut rows = Vec::with_capacity(new.len());
    for event in new {
        let mut row = EventRow {
            zone_id: stream.zone,
            stream_kind: Code(stream.kind),
            stream_id: Id(stream.id),
            seq: head.seq + 1,
            kind: event.kind.as_str().to_owned(),
            schema_version: 1,
            occurred_at: At(event.occurred_at),
            recorded_at,
            actor_kind: actor.kind.as_str().to_owned(),
            actor_id: actor.id.map(Id),
            on_behalf_of: actor.on_behalf_of.map(Id),
            request_id: actor.request_id.clone(),
            payload: event.payload.to_string(),
            prev_hash: head.hash.clone(),
            hash: Vec::new(),
        };
        row.hash = row.expected_hash();
        *head = Head { seq: row.seq, hash: row.hash.clone() };
        rows.push(row);
    }
    let seqs: Vec<i64> = rows.iter().map(|r| r.seq).collect();
    insert_many(events::table, rows).execute(tx.connection)?;
    enter_feed(tx, stream, &seqs)
}

/// Gives the events of a stream from some number on the next places in the feed of their zone.
const STAMP: &str = "INSERT INTO feed (zone_id, position, stream_kind, stream_id, seq) \
    SELECT zone_id, (SELECT COALESCE(MAX(position), 0) FROM feed WHERE zone_id = ?1) + seq - ?4 + 1, stream_kind, stream_id, seq \
    FROM events WHERE zone_id = ?1 AND stream_kind = ?2 AND stream_id = ?3 AND seq >= ?4";

/// On SQLite the one writer stamps the position; on PostgreSQL a pending row is left for the relay, so that
/// writers share no row and a reader's cursor never passes a late commit.
fn enter_feed(tx: &mut Tx<'_>, stream: Stream, seqs: &[i64]) -> Result<(), DbError> {
    let (stream_kind, stream_id, zone_id) = (Code(stream.kind), Id(stream.id), stream.zone);
    match tx.connection.backend() {
        Backend::Postgres => {
            let rows = seqs.iter().map(|seq| PendingRow { zone_id, stream_kind, stream_id, seq: *seq });
            insert_many(feed_pending::table, rows.collect::<Vec<_>>()).execute(tx.connection)?;
        }
        Backend::Sqlite => {
            let first = seqs.first().copied().unwrap_or_default();
            diesel::sql_query(STAMP)
                .bind::<Integer, _>(zone_id)
                .bind::<Text, _>(stream_kind)
                .bind::<IdT, _>(stream_id)
                .bind::<BigInt, _>(first)
                .execute(tx.connection)?;
        }
    }
    Ok(())
}

/// Position of the last event in the feed of `zone`; 0 when it is empty.
///
/// # Errors
/// [`DbError`].
pub fn last_position(tx: &mut Tx<'_>, zone: i32) -> Result<i64, DbError> {
    let last = feed::table
        .filter(feed::zone_id.eq(zone))
        .order(feed::position.desc())
        .select(feed::position)
        .first::<i64>(tx.connection)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// The zones in which events wait for their place in the feed.
///
/// # Errors
/// [`DbError`].
pub fn pending_zones(tx: &mut Tx<'_>) -> Result<Vec<i32>, DbError> {
    Ok(feed_pending::table.select(feed_pending::zone_id).distinct().load(tx.connection)?)
}

/// Gives waiting events their place. A stream's events are taken in order and never split around a later one.
const RELAY: &str = "WITH waiting AS ( \
        SELECT zone_id, stream_kind, stream_id, seq FROM feed_pending WHERE zone_id = $1 ORDER BY stream_kind, stream_id, seq LIMIT 2000), \
    taken AS ( \
        DELETE FROM feed_pending p USING waiting w \
        WHERE p.zone_id = w.zone_id AND p.stream_kind = w.stream_kind AND p.stream_id = w.stream_id AND p.seq = w.seq \
        RETURNING p.zone_id, p.stream_kind, p.stream_id, p.seq) \
    INSERT INTO feed (zone_id, position, stream_kind, stream_id, seq) \
    SELECT zone_id, (SELECT COALESCE(MAX(position), 0) FROM feed WHERE zone_id = $1) \
        + ROW_NUMBER() OVER (ORDER BY stream_kind, stream_id, seq), stream_kind, stream_id, seq FROM taken";

/// Moves pending rows of `zone` into the feed; one relay at a time. Returns how many.
///
/// # Errors
/// [`DbError`].
pub fn relay_feed(tx: &mut Tx<'_>, zone: i32) -> Result<usize, DbError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(7210, $1)").bind::<Integer, _>(zone).execute(tx.connection)?;
    Ok(diesel::sql_query(RELAY).bind::<Integer, _>(zone).execute(tx.connection)?)
}

/// The newest `limit` events of one stream, oldest first, without those of the kind `except`.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, stream: Stream, except: Option<EventKind>, limit: i64) -> Result<Vec<Event>, DbError> {
    let mut query = events::table
        .filter(events::zone_id.eq(stream.zone).and(events::stream_kind.eq(Code(stream.kind))).and(events::stream_id.eq(Id(stream.id))))
        .order(events::seq.desc())
        .limit(limit)
        .select((events::seq, events::kind, events::occurred_at, events::recorded_at, events::payload))
        .into_boxed();
    if let Some(kind) = except {
        query = query.filter(events::kind.ne(Code(kind)));
    }
    let rows: Vec<(i64, Code<EventKind>, At, At, String)> = query.load(tx.connection)?;
    Ok(rows
        .into_iter()
        .rev()
        .map(|(seq, kind, occurred_at, recorded_at, payload)| Event {
            seq,
            kind: kind.0,
            occurred_at: occurred_at.0,
            recorded_at: recorded_at.0,
            payload,
        })
        .collect())
}

/// The events of these kinds in one stream, oldest first; at most `limit`.
///
/// # Errors
/// [`DbError`].
pub fn list_of(tx: &mut Tx<'_>, stream: Stream, kinds: impl Iterator<Item = EventKind>, limit: i64) -> Result<Vec<Event>, DbError> {
    let rows: Vec<(i64, Code<EventKind>, At, At, String)> = events::table
        .filter(events::zone_id.eq(stream.zone).and(events::stream_kind.eq(Code(stream.kind))).and(events::stream_id.eq(Id(stream.id))))
        .filter(events::kind.eq_any(kinds.map(Code).collect::<Vec<_>>()))
        .order(events::seq)
        .limit(limit)
        .select((events::seq, events::kind, events::occurred_at, events::recorded_at, events::payload))
        .load(tx.connection)?;
    let event = |(seq, kind, occurred_at, recorded_at, payload): (i64, Code<EventKind>, At, At, String)| Event {
        seq,
        kind: kind.0,
        occurred_at: occurred_at.0,
        recorded_at: recorded_at.0,
        payload,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// The last link of a stream that keeps no head of its own (accounts, catalogues).
///
/// # Errors
/// [`DbError`].
pub fn head(tx: &mut Tx<'_>, stream: Stream) -> Result<Head, DbError> {
    let last: Option<(i64, Vec<u8>)> = events::table
        .filter(events::zone_id.eq(stream.zone).and(events::stream_kind.eq(Code(stream.kind))).and(events::stream_id.eq(Id(stream.id))))
        .order(events::seq.desc())
        .select((events::seq, events::hash))
        .first(tx.connection)
        .optional()?;
    Ok(last.map_or_else(Head::start, |(seq, hash)| Head { seq, hash }))
}
