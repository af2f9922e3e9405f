//! How long a bundle takes in working days (关键路径), told without a calendar: the longest chain, the serial time
//! beside it, and why.

use super::Stretch;
use crate::catalogue::{Edge, EdgeKind, order};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// When one matter begins and ends, counted in working days from the common start.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Leg {
    /// Code of the matter.
    #[schema(example = "works-planning-permit")]
    pub matter: String,
    /// Working days after which it begins.
    pub begins_after: f64,
    /// Working days after which it ends.
    pub ends_after: f64,
    /// The matter that decides when it begins, or, joined softly, when it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Its days count toward the promise.
    pub counts: bool,
    /// It lies on the longest chain.
    pub critical: bool,
}

/// The whole in working days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Schedule {
    /// Working days along the longest chain. Natural days are taken as working days, a month as 22 of them: never
    /// shorter than the promise of any matter.
    #[schema(example = 7.0)]
    pub working_days: f64,
    /// Working days if one matter began only when the one before it was done.
    #[schema(example = 17.0)]
    pub serial_working_days: f64,
    /// The longest chain.
    pub critical_path: Vec<String>,
    /// Every matter, in order.
    pub legs: Vec<Leg>,
    /// The same in a sentence.
    #[schema(example = "各部门并联办理共7个工作日；逐个办理需17个工作日。决定时长的是：建筑工程施工许可证核发（7个工作日）")]
    pub explanation: String,
}

fn days(halves: u32) -> f64 {
    f64::from(halves) / 2.0
}

/// The schedule of `stretches`; `name` says what people call a matter. `None` when the matters wait for one another.
#[must_use]
pub fn schedule(stretches: &[Stretch<'_>], edges: &[Edge], name: impl Fn(&str) -> String) -> Option<Schedule> {
    let nodes: Vec<&str> = stretches.iter().map(|s| s.code).collect();
    let pairs: Vec<(&str, &str)> = edges.iter().map(|e| (e.before.as_str(), e.after.as_str())).collect();
    let mut ends: BTreeMap<&str, (u32, u32, Option<&str>)> = BTreeMap::new();
    let ordered = order(&nodes, &pairs).ok()?;
    for code in &ordered {
        let stretch = stretches.iter().find(|s| s.code == *code)?;
        let length = if stretch.counts { stretch.limit.half_days() } else { 0 };
        let before = |kind: EdgeKind| {
            let ended = edges.iter().filter(move |e| e.kind == kind && e.after == *code);
            ended.filter_map(|e| Some((ends.get(e.before.as_str())?.1, e.before.as_str()))).max_by_key(|(at, _)| *at)
        };
        let (begins, mut decides) = before(EdgeKind::Hard).map_or((0, None), |(at, by)| (at, Some(by)));
        let mut ended = begins + length;
        if let Some((at, by)) = before(EdgeKind::Soft).filter(|(at, _)| *at > ended) {
            (ended, decides) = (at, Some(by));
        }
        ends.insert(code, (begins, ended, decides));
    }
    // Of those that count: a matter outside of the promise passes the moment on but never is the last.
    let counting = stretches.iter().filter(|s| s.counts);
    let last = counting.filter_map(|s| Some((ends.get(s.code)?.1, s.code))).max_by_key(|(at, _)| *at);
    let mut critical_path = Vec::new();
    let mut walk = last.map(|(_, code)| code);
    while let Some(code) = walk {
        critical_path.push(code.to_owned());
        walk = ends.get(code)?.2;
    }
    critical_path.reverse();
    let serial: u32 = stretches.iter().filter(|s| s.counts).map(|s| s.limit.half_days()).sum();
    let legs = ordered.iter().filter_map(|code| {
        let (begins, ended, decides) = ends.get(code)?;
        let counts = stretches.iter().any(|s| s.code == *code && s.counts);
        let critical = critical_path.iter().any(|c| c == code);
        let waits_for = decides.map(str::to_owned);
        Some(Leg { matter: (*code).to_owned(), begins_after: days(*begins), ends_after: days(*ended), waits_for, counts, critical })
    });
    let whole = last.map_or(0, |(at, _)| at);
    let told = |code: &String| {
        let limit = stretches.iter().find(|s| s.code == code).map(|s| s.limit.text()).unwrap_or_default();
        format!("{}（{limit}）", name(code))
    };
    let chain: Vec<String> = critical_path.iter().map(told).collect();
    let explanation =
        format!("各部门并联办理共{}个工作日；逐个办理需{}个工作日。决定时长的是：{}", days(whole), days(serial), chain.join("→"));
    Some(Schedule { working_days: days(whole), serial_working_days: days(serial), legs: legs.collect(), critical_path, explanation })
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "halves are exact")]
mod tests {
    use super::*;
    use crate::calendar::Limit;
    use proptest::prelude::*;

    fn edge(before: &str, after: &str, kind: EdgeKind) -> Edge {
        Edge { before: before.to_owned(), after: after.to_owned(), kind }
    }

    fn stretch(code: &'static str, n: u32) -> Stretch<'static> {
        Stretch { code, limit: Limit::working_days(n), counts: true }
    }

    #[test]
    fn two_parallel_matters_and_one_after_them() {
        let found = schedule(
            &[stretch("x", 5), stretch("y", 7), stretch("z", 3)],
            &[edge("x", "z", EdgeKind::Hard), edge("y", "z", EdgeKind::Hard)],
            str::to_owned,
        )
        .unwrap();
        assert_eq!((found.working_days, found.serial_working_days), (10.0, 15.0), "F19");
        assert_eq!(found.critical_path, ["y", "z"]);
        assert!(found.explanation.ends_with("y（7个工作日）→z（3个工作日）"), "{}", found.explanation);
    }

    #[test]
    fn what_is_joined_softly_runs_beside_and_ends_after() {
        let permit = [stretch("quality", 5), stretch("safety", 5), stretch("permit", 7)];
        let soft = [edge("quality", "permit", EdgeKind::Soft), edge("safety", "permit", EdgeKind::Soft)];
        assert_eq!(schedule(&permit, &soft, str::to_owned).unwrap().working_days, 7.0, "stage 3: max(5, 5, 7)");
        let slow = [stretch("quality", 9), stretch("permit", 7)];
        let found = schedule(&slow, &soft[..1], str::to_owned).unwrap();
        assert_eq!((found.working_days, found.critical_path), (9.0, vec!["quality".to_owned(), "permit".to_owned()]));
    }

    #[test]
    fn what_does_not_count_passes_the_moment_on() {
        let review = Stretch { counts: false, ..stretch("review", 10) };
        let found = schedule(&[review, stretch("permit", 7)], &[edge("review", "permit", EdgeKind::Hard)], str::to_owned).unwrap();
        assert_eq!((found.working_days, found.serial_working_days), (7.0, 7.0));
    }

    /// The longest of all chains, found by trying every one.
    fn brute_force(lengths: &[u32], edges: &[(usize, usize)], at: usize) -> u32 {
        let before = edges.iter().filter(|(_, after)| *after == at).map(|(before, _)| brute_force(lengths, edges, *before));
        lengths[at] + before.max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn the_longest_chain_is_what_trying_all_finds(
            lengths in proptest::collection::vec(0_u32..9, 1..8),
            pairs in proptest::collection::vec((0_usize..8, 0_usize..8), 0..12),
        ) {
            const CODES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
            let forward: Vec<(usize, usize)> = pairs.into_iter().filter(|(b, a)| b < a && *a < lengths.len()).collect();
            let stretches: Vec<Stretch<'_>> = lengths.iter().enumerate().map(|(i, n)| stretch(CODES[i], *n)).collect();
            let edges: Vec<Edge> = forward.iter().map(|(b, a)| edge(CODES[*b], CODES[*a], EdgeKind::Hard)).collect();
            let found = schedule(&stretches, &edges, str::to_owned).unwrap();
            let longest = (0..lengths.len()).map(|i| brute_force(&lengths, &forward, i)).max().unwrap();
            prop_assert_eq!(found.working_days, f64::from(longest));
            prop_assert!(found.working_days <= found.serial_working_days);
        }
    }
}
