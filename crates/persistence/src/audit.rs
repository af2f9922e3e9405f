//! Proof that nothing recorded was changed, removed or reordered.

use crate::engine::{Code, DbError, Id, Tx};
use crate::event::EventRow;
use crate::schema::{applications, events, feed, feed_pending};
use diesel::prelude::*;
use domain::code::TextCode;
use domain::event::StreamKind;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What `audit verify` found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// Events read.
    pub events: u64,
    /// Streams read.
    pub streams: u64,
    /// Everything wrong, in Chinese, the first hundred.
    pub findings: Vec<String>,
}

const BATCH: i64 = 1000;
const MOST_FINDINGS: usize = 100;

impl AuditReport {
    fn note(&mut self, text: String) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(text);
        }
    }
}

/// Where one stream stands while it is read.
struct Link {
    kind: StreamKind,
    id: Uuid,
    seq: i64,
    hash: Vec<u8>,
}

/// Reads every chain of `zone` and its feed. Each event must hash to what it says and link to the one
/// before; the head kept with an application must be its last event; the feed must hold every event once,
/// without a gap.
///
/// # Errors
/// [`DbError`].
pub fn verify(tx: &mut Tx<'_>, zone: i32) -> Result<AuditReport, DbError> {
    let mut report = AuditReport::default();
    let mut heads: BTreeMap<Uuid, (i64, Vec<u8>)> = applications::table
        .filter(applications::zone_id.eq(zone))
        .select((applications::id, applications::event_seq, applications::event_hash))
        .load::<(Id, i64, Vec<u8>)>(tx.connection)?
        .into_iter()
        .map(|(id, seq, hash)| (id.0, (seq, hash)))
        .collect();
    let mut link: Option<Link> = None;
    let mut after: Option<(Code<StreamKind>, Id, i64)> = None;
    loop {
        let mut query = events::table
            .filter(events::zone_id.eq(zone))
            .order((events::stream_kind, events::stream_id, events::seq))
            .limit(BATCH)
            .into_boxed();
        if let Some((kind, id, seq)) = after {
            query = query.filter(
                events::stream_kind
                    .gt(kind)
                    .or(events::stream_kind.eq(kind).and(events::stream_id.gt(id)))
                    .or(events::stream_kind.eq(kind).and(events::stream_id.eq(id)).and(events::seq.gt(seq))),
            );
        }
        let rows: Vec<EventRow> = query.select(EventRow::as_select()).load(tx.connection)?;
        let Some(last) = rows.last() else { break };
        after = Some((last.stream_kind, last.stream_id, last.seq));
        for row in rows {
            follow(&mut report, &mut link, &mut heads, &row);
        }
    }
    close(&mut report, link.as_ref(), &mut heads);
    for id in heads.keys() {
        report.note(format!("申报 {id} 的全部事件已被删除"));
    }
    verify_feed(tx, zone, &mut report)?;
    Ok(report)
}

fn follow(report: &mut AuditReport, link: &mut Option<Link>, heads: &mut BTreeMap<Uuid, (i64, Vec<u8>)>, row: &EventRow) {
    report.events += 1;
    let same = link.as_ref().is_some_and(|l| l.kind == row.stream_kind.0 && l.id == row.stream_id.0);
    if !same {
        close(report, link.as_ref(), heads);
        report.streams += 1;
    }
    let (seq, prev) = link.as_ref().filter(|_| same).map_or((0, &[][..]), |l| (l.seq, l.hash.as_slice()));
    let name = format!("{} {} 第{}条", row.stream_kind.0.as_str(), row.stream_id.0, row.seq);
    if row.seq != seq + 1 {
        report.note(format!("{name}：前一条事件缺失或次序被改动"));
    } else if row.prev_hash != prev {
        report.note(format!("{name}：与前一条事件不相连"));
    }
    if row.hash != row.expected_hash() {
        report.note(format!("{name}：内容被改动"));
    }
    *link = Some(Link { kind: row.stream_kind.0, id: row.stream_id.0, seq: row.seq, hash: row.hash.clone() });
}

/// The end of a stream must be the head its application keeps.
fn close(report: &mut AuditReport, link: Option<&Link>, heads: &mut BTreeMap<Uuid, (i64, Vec<u8>)>) {
    let Some(link) = link.filter(|l| l.kind == StreamKind::Application) else { return };
    match heads.remove(&link.id) {
        Some((seq, hash)) if seq == link.seq && hash == link.hash => {}
        Some(_) => report.note(format!("申报 {} 末尾的事件缺失或被改动", link.id)),
        None => report.note(format!("申报 {} 已被删除", link.id)),
    }
}

fn verify_feed(tx: &mut Tx<'_>, zone: i32, report: &mut AuditReport) -> Result<(), DbError> {
    let matching = || {
        events::zone_id
            .eq(feed::zone_id)
            .and(events::stream_kind.eq(feed::stream_kind))
            .and(events::stream_id.eq(feed::stream_id))
            .and(events::seq.eq(feed::seq))
    };
    let dangling: i64 = feed::table
        .left_join(events::table.on(matching()))
        .filter(feed::zone_id.eq(zone))
        .filter(events::seq.nullable().is_null())
        .count()
        .get_result(tx.connection)?;
    if dangling > 0 {
        report.note(format!("事件流水中有{dangling}条事件已被删除"));
    }
    let positions: i64 = feed::table.filter(feed::zone_id.eq(zone)).count().get_result(tx.connection)?;
    let last = crate::event::last_position(tx, zone)?;
    if positions != last {
        report.note(format!("事件流水编号不连续：共{positions}条，最末编号{last}"));
    }
    let pending: i64 = feed_pending::table.filter(feed_pending::zone_id.eq(zone)).count().get_result(tx.connection)?;
    let recorded = i64::try_from(report.events).unwrap_or(i64::MAX);
    if positions + pending != recorded {
        report.note(format!("事件{recorded}条，流水{positions}条，待入流水{pending}条，数目不符"));
    }
    Ok(())
}
