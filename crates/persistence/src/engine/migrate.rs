//! Migrations: one portable tree, and a small one for PostgreSQL alone.

use super::connection::{AnyConnection, MultiBackend};
use super::database::{Db, DbError};
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const PORTABLE: EmbeddedMigrations = embed_migrations!("../../migrations/portable");
const POSTGRES_ONLY: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Why a migration failed.
#[derive(Debug, thiserror::Error)]
pub enum MigrationFailed {
    /// No connection.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A script failed.
    #[error("{0}")]
    Script(String),
}

/// Both trees as one source, ordered by version.
struct Trees {
    postgres: bool,
}

impl MigrationSource<MultiBackend> for Trees {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<MultiBackend>>>> {
        let mut all = MigrationSource::<MultiBackend>::migrations(&PORTABLE)?;
        if self.postgres {
            all.extend(MigrationSource::<MultiBackend>::migrations(&POSTGRES_ONLY)?);
        }
        all.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
        Ok(all)
    }
}

fn trees(connection: &AnyConnection) -> Trees {
    Trees { postgres: matches!(connection, AnyConnection::Pg(_)) }
}

/// Applies what is pending; returns how many.
///
/// # Errors
/// [`MigrationFailed`]; what was applied before it stays.
pub fn migrate(db: &Db) -> Result<usize, MigrationFailed> {
    db.with_connection(|c| c.run_pending_migrations(trees(c)).map(|v| v.len()).map_err(|e| MigrationFailed::Script(e.to_string())))?
}

/// How many migrations are still to be applied.
///
/// # Errors
/// [`MigrationFailed`].
pub fn pending(db: &Db) -> Result<usize, MigrationFailed> {
    db.with_connection(|c| c.pending_migrations(trees(c)).map(|v| v.len()).map_err(|e| MigrationFailed::Script(e.to_string())))?
}

/// Reverts everything; for the test that a migration can be taken back.
///
/// # Errors
/// [`MigrationFailed`].
pub fn revert_all(db: &Db) -> Result<usize, MigrationFailed> {
    db.with_connection(|c| c.revert_all_migrations(trees(c)).map(|v| v.len()).map_err(|e| MigrationFailed::Script(e.to_string())))?
}
