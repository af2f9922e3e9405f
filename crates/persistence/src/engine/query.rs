//! Query nodes that diesel's `MultiConnection` leaves out.

use super::connection::{AnyConnection, MultiBackend};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId, ValuesClause};
use diesel::sqlite::Sqlite;

/// `INSERT INTO t (…) VALUES (…), (…)` in one statement.
pub(crate) struct InsertMany<T: QuerySource, V> {
    into: T::FromClause,
    rows: Vec<ValuesClause<V, T>>,
    ignore_conflicts: bool,
}

/// Inserts `rows`, at least one, in one statement. Rows derive `Insertable` with
/// `treat_none_as_default_value = false`.
pub(crate) fn insert_many<T, I, V>(table: T, rows: I) -> InsertMany<T, V>
where
    T: Table,
    I: IntoIterator,
    I::Item: Insertable<T, Values = ValuesClause<V, T>>,
{
    InsertMany { into: table.from_clause(), rows: rows.into_iter().map(Insertable::values).collect(), ignore_conflicts: false }
}

impl<T: QuerySource, V> InsertMany<T, V> {
    /// Leaves out rows that are there already. The statement waits for a concurrent insert of the same row.
    pub(crate) fn or_ignore(mut self) -> Self {
        self.ignore_conflicts = true;
        self
    }
}

impl<T, V> QueryFragment<MultiBackend> for InsertMany<T, V>
where
    T: Table,
    T::FromClause: QueryFragment<MultiBackend>,
    V: diesel::insertable::InsertValues<MultiBackend, T>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        let Some(first) = self.rows.first() else {
            return Err(diesel::result::Error::QueryBuilderError("insert of no rows".into()));
        };
        out.push_sql("INSERT INTO ");
        self.into.walk_ast(out.reborrow())?;
        out.push_sql(" (");
        first.values.column_names(out.reborrow())?;
        for (i, row) in self.rows.iter().enumerate() {
            out.push_sql(if i == 0 { ") VALUES (" } else { "), (" });
            row.values.walk_ast(out.reborrow())?;
        }
        out.push_sql(if self.ignore_conflicts { ") ON CONFLICT DO NOTHING" } else { ")" });
        Ok(())
    }
}

impl<T: QuerySource, V> QueryId for InsertMany<T, V> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T: QuerySource, V> RunQueryDsl<AnyConnection> for InsertMany<T, V> {}

/// A select that locks its rows: `FOR UPDATE` on PostgreSQL, nothing on SQLite, whose writer holds the
/// only write lock.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct Locked<Q> {
    query: Q,
    clause: ForUpdate,
}

#[derive(Debug, Clone, Copy, QueryId)]
struct ForUpdate;

/// Adds the lock to a select.
pub(crate) trait LockDsl: Sized {
    /// Locks the selected rows until the transaction ends.
    fn locked(self) -> Locked<Self> {
        Locked { query: self, clause: ForUpdate }
    }
}

impl<Q: Query> LockDsl for Q {}

impl QueryFragment<Pg> for ForUpdate {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" FOR UPDATE");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for ForUpdate {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        Ok(())
    }
}

impl QueryFragment<MultiBackend> for ForUpdate {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, out)
    }
}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        self.clause.walk_ast(out)
    }
}

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<AnyConnection> for Locked<Q> {}

/// At most `size` rows a statement: both databases limit the number of binds.
pub(crate) fn in_chunks<T>(mut rows: Vec<T>, size: usize) -> Vec<Vec<T>> {
    let mut chunks = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(size));
        chunks.push(std::mem::replace(&mut rows, rest));
    }
    chunks
}
