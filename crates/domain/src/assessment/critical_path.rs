//! The longest chain of matters (关键路径): what decides when all is done.

use crate::calendar::{Due, HallHours, Limit, WorkCalendar, due};
use crate::catalogue::{Edge, EdgeKind, order};
use crate::local_time::Instant;
use std::collections::BTreeMap;

/// One matter of the computation.
#[derive(Debug, Clone, Copy)]
pub struct Stretch<'a> {
    /// Code of the matter.
    pub code: &'a str,
    /// How long it may take.
    pub limit: Limit,
    /// Whether its days count toward the whole (others only pass the moment on).
    pub counts: bool,
}

/// The chain that ends last, and its end. Each matter starts when everything before it is done; what it is joined to
/// softly runs beside it and only has to end before it does.
#[must_use]
pub fn critical_path(
    stretches: &[Stretch<'_>],
    edges: &[Edge],
    start: Instant,
    calendar: &WorkCalendar,
    hours: &[HallHours],
) -> Option<(Vec<String>, Due)> {
    let nodes: Vec<&str> = stretches.iter().map(|s| s.code).collect();
    let pairs: Vec<(&str, &str)> = edges.iter().map(|e| (e.before.as_str(), e.after.as_str())).collect();
    let mut finished: BTreeMap<&str, (Due, Option<&str>)> = BTreeMap::new();
    for code in order(&nodes, &pairs).ok()? {
        let stretch = stretches.iter().find(|s| s.code == code)?;
        let last_of = |kind: EdgeKind| {
            let befores = edges.iter().filter(move |e| e.kind == kind && e.after == code).map(|e| e.before.as_str());
            befores.filter_map(|before| Some((before, finished.get(before)?.0))).max_by_key(|(_, d)| d.at)
        };
        let mut last = last_of(EdgeKind::Hard);
        let begins = last.map_or(start, |(_, d)| handover(d));
        let mut end = due(calendar, hours, begins, if stretch.counts { stretch.limit } else { Limit::working_days(0) });
        end.provisional |= last.is_some_and(|(_, d)| d.provisional);
        if let Some((before, beside)) = last_of(EdgeKind::Soft).filter(|(_, d)| d.at > end.at) {
            (end, last) = (beside, Some((before, beside)));
        }
        finished.insert(code, (end, last.map(|(before, _)| before)));
    }
    let counting = stretches.iter().filter(|s| s.counts).filter_map(|s| Some((s.code, finished.get(s.code)?.0)));
    let (mut code, end) = counting.max_by_key(|(_, d)| d.at)?;
    let mut path = vec![code.to_owned()];
    while let Some((_, Some(before))) = finished.get(code) {
        path.push((*before).to_owned());
        code = before;
    }
    path.reverse();
    Some((path, end))
}

/// When the next matter starts: the same minute for half days, else the day on which the former ended.
fn handover(end: Due) -> Instant {
    if end.at == crate::local_time::end_of(end.on) { crate::local_time::start_of(end.on) } else { end.at }
}
