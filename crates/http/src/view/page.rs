//! Pages of lists.

use crate::AppState;
use crate::cursor;
use crate::problem::Problem;
use persistence::application::COUNTED;
use persistence::seal::Keys;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

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

/// Which page of a list without filters.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// 每页条数，1至100
    #[validate(range(min = 1, max = 100, message = "应为1至100"))]
    pub(crate) limit: Option<u8>,
    /// 上一页返回的游标
    pub(crate) cursor: Option<String>,
}

/// How many lines a page has unless the caller says.
const LINES: usize = 20;

/// A page that is asked for; `P` is the place in the list where it begins.
pub(crate) struct Paging<'a, P> {
    /// How many lines it has at most.
    pub(crate) limit: usize,
    after: Option<P>,
    name: String,
    keys: &'a Keys,
}

impl<'a, P: Serialize + DeserializeOwned + Clone> Paging<'a, P> {
    /// `name` names the list with its filters.
    ///
    /// # Errors
    /// `bad_cursor` for a cursor that is broken or of another list.
    pub(crate) fn new(state: &'a AppState, name: String, limit: Option<impl Into<usize>>, cursor: Option<String>) -> Result<Self, Problem> {
        let keys = state.db.keys();
        let after = cursor.map(|c| cursor::read(keys, &name, &c)).transpose()?;
        Ok(Self { after, limit: limit.map_or(LINES, Into::into), name, keys })
    }

    /// Where to begin and how many lines to fetch: one more than the page has, as the sign of a further one.
    pub(crate) fn wanted(&self) -> (Option<P>, i64) {
        (self.after.clone(), i64::try_from(self.limit).map_or(i64::MAX, |limit| limit.saturating_add(1)))
    }

    /// The page of the lines that were found.
    pub(crate) fn page<T, V>(&self, mut found: Vec<T>, place: impl Fn(&T) -> P, view: impl FnMut(T) -> V) -> Page<V> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let next = found.last().filter(|_| more).map(|last| cursor::write(self.keys, &self.name, &place(last)));
        Page { items: found.into_iter().map(view).collect(), next, count: None }
    }
}
