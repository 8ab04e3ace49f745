//! Brings a database up to date, and gives the runtime role what it needs.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::store::statement::statement;

/// The migrations, embedded in the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Any number, as long as it is always the same: it names the lock that keeps
/// two processes from migrating at once.
const MIGRATION_LOCK: &str = "7461733530";

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// It could not be reached.
    #[error("cannot connect to the database as its owner")]
    Connect(#[source] ConnectionError),
    /// A statement failed.
    #[error("cannot migrate the database")]
    Query(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// Applies what is pending as the owner, then grants the runtime role its
/// rights, and returns how many migrations were applied. Processes that start
/// together take turns.
///
/// # Errors
///
/// [`MigrationError`], with the database as it was before the failing migration.
pub fn migrate(owner_url: &str, runtime_role: &str) -> Result<usize, MigrationError> {
    let mut conn = PgConnection::establish(owner_url).map_err(MigrationError::Connect)?;
    conn.batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))?;
    let applied = conn
        .run_pending_migrations(MIGRATIONS)
        .map_err(|error| MigrationError::Migration(error.to_string()))?
        .len();
    let is_the_owner = statement::<Bool>("SELECT current_user = $1")
        .bind::<Text, _>(runtime_role)
        .get_result::<bool>(&mut conn)?;
    if !is_the_owner {
        statement::<Bool>("SELECT grant_runtime($1::name) IS NULL")
            .bind::<Text, _>(runtime_role)
            .get_result::<bool>(&mut conn)?;
    }
    Ok(applied)
}

/// Takes every migration back, newest first. For tests of the way down.
///
/// # Errors
///
/// [`MigrationError`], with the database as it was before the failing migration.
pub fn revert_all(owner_url: &str) -> Result<usize, MigrationError> {
    let mut conn = PgConnection::establish(owner_url).map_err(MigrationError::Connect)?;
    conn.revert_all_migrations(MIGRATIONS)
        .map(|reverted| reverted.len())
        .map_err(|error| MigrationError::Migration(error.to_string()))
}

/// Returns whether the database knows every migration that the program does.
///
/// It only reads. Diesel's own answer begins with a `CREATE TABLE IF NOT
/// EXISTS`, which the runtime role is refused even where the table exists.
///
/// # Errors
///
/// [`MigrationError`] when the database cannot be asked.
pub fn is_current(conn: &mut PgConnection) -> Result<bool, MigrationError> {
    let has_begun =
        statement::<Bool>("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL")
            .get_result::<bool>(conn)?;
    if !has_begun {
        return Ok(false);
    }
    let applied = statement::<Text>("SELECT version::text FROM __diesel_schema_migrations")
        .load::<String>(conn)?;
    let known = MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .map_err(|error| MigrationError::Migration(error.to_string()))?;
    Ok(known.iter().all(|migration| applied.contains(&migration.name().version().to_string())))
}
