//! Pages of lists.

use persistence::application::COUNTED;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The lines.
    pub items: Vec<T>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many lines the whole list has, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

/// A count that stops counting: never more work than a thousand lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Count {
    /// How many; at least so many when not exact.
    #[schema(example = 42)]
    pub value: usize,
    /// Whether that is all.
    pub exact: bool,
}

impl Count {
    /// The count of lines that were looked at, of which there is one too many when there are more.
    #[must_use]
    pub fn bounded(seen: usize) -> Self {
        let most = usize::try_from(COUNTED).unwrap_or(usize::MAX);
        Self { value: seen.min(most), exact: seen <= most }
    }
}

/// Which count a list shall carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountMode {
    /// Exact up to a thousand.
    Bounded,
}

/// Takes one line more than `limit` as the sign of a further page.
pub(crate) fn page<T>(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Page<T> {
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(cursor);
    Page { items, next, count: None }
}
