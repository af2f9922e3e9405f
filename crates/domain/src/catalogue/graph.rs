//! Order among the matters of a bundle.

use std::collections::{BTreeMap, BTreeSet};

/// The codes that wait for one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle(pub Vec<String>);

/// Orders `nodes` so that every edge `(before, after)` points forward; ties keep the given order.
///
/// # Errors
/// [`Cycle`] with the nodes that can't be ordered.
pub fn order<'a>(nodes: &[&'a str], edges: &[(&'a str, &'a str)]) -> Result<Vec<&'a str>, Cycle> {
    let mut waiting: BTreeMap<&str, BTreeSet<&str>> = nodes.iter().map(|n| (*n, BTreeSet::new())).collect();
    for (before, after) in edges {
        if waiting.contains_key(before)
            && let Some(befores) = waiting.get_mut(after)
        {
            befores.insert(before);
        }
    }
    let mut ordered = Vec::with_capacity(nodes.len());
    while ordered.len() < nodes.len() {
        let ready = nodes.iter().find(|n| !ordered.contains(*n) && waiting.get(*n).is_some_and(BTreeSet::is_empty));
        let Some(next) = ready.copied() else {
            return Err(Cycle(nodes.iter().filter(|n| !ordered.contains(*n)).map(|n| (*n).to_owned()).collect()));
        };
        ordered.push(next);
        for befores in waiting.values_mut() {
            befores.remove(next);
        }
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_point_forward_and_cycles_are_named() {
        assert_eq!(order(&["c", "a", "b"], &[("a", "b"), ("b", "c")]), Ok(vec!["a", "b", "c"]));
        assert_eq!(order(&["a", "b", "c"], &[("b", "c"), ("c", "b")]), Err(Cycle(vec!["b".into(), "c".into()])));
    }
}
