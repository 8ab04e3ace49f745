//! Brings a database up to date, and gives the runtime role what it needs.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::domain::search;
use crate::store::connect;
use crate::store::row::{row, select};
use crate::store::settings;
use crate::store::statement::statement;
use crate::store::word_rules;

/// The migrations, embedded in the program.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// An arbitrary number: it names the lock that keeps two processes from
/// migrating at once.
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
    /// The program cannot work with this database.
    #[error(transparent)]
    Refused(#[from] Unusable),
}

/// Why the program cannot work with a database. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each message says why, and what to do")]
pub enum Unusable {
    #[error(
        "its encoding is {0}: use a database with UTF-8 (createdb --encoding=UTF8 --template=template0)"
    )]
    Encoding(String),
    #[error("it has no schema named public: create one that is owned by the role that migrates")]
    NoSchema,
    /// It was made by a version from before the first release, or by another program
    /// that keeps its migrations in the same table.
    #[error(
        "it has the schema of a development version or of another program, which this version cannot migrate: use a new database or a new data directory"
    )]
    Development,
    #[error("its schema public belongs to another program ({0}): use a database of its own")]
    Occupied(String),
    #[error("a later version of imprimatur has migrated it: use that version, or a newer one")]
    Newer,
    #[error(
        "the role {0} may not use it: run `imprimatur migrate` with the URL of its owner in DATABASE_OWNER_URL"
    )]
    NotGranted(String),
    #[error(
        "the role {0} may not change its schema: put the URL of its owner in DATABASE_OWNER_URL"
    )]
    NotOwner(String),
}

/// Applies pending migrations as the owner, and grants the runtime role its rights.
/// Stored words of older rules are made again. Returns how many migrations were applied.
/// Processes that start together take turns. Where there is nothing to do it only reads.
///
/// # Errors
///
/// [`MigrationError`], with the database as it was before.
pub fn migrate(owner_url: &str, runtime_role: &str) -> Result<usize, MigrationError> {
    let mut conn = connect(owner_url)?;
    if is_current(&mut conn)? && is_granted(&mut conn, runtime_role)? {
        return Ok(0);
    }
    conn.transaction(|conn| {
        conn.batch_execute(&format!(
            "SET LOCAL lock_timeout = '60s';
             SELECT pg_advisory_xact_lock({MIGRATION_LOCK});
             SET LOCAL lock_timeout = '10s'"
        ))?;
        if !is_current(conn)? {
            require_owner(conn)?;
            require_room(conn)?;
        }
        let applied = conn
            .run_pending_migrations(MIGRATIONS)
            .map_err(|error| MigrationError::Migration(error.to_string()))?
            .len();
        word_rules::apply(conn)?;
        statement::<Bool>("SELECT set_privileges($1::name) IS NULL")
            .bind::<Text, _>(runtime_role)
            .execute(conn)?;
        statement::<Bool>("SELECT revoke_temporary($1::name) IS NULL")
            .bind::<Text, _>(runtime_role)
            .execute(conn)?;
        Ok(applied)
    })
}

/// Takes every migration back, newest first. For tests of the way down.
///
/// # Errors
///
/// [`MigrationError`], with the database as it was before the failing migration.
pub fn revert_all(owner_url: &str) -> Result<usize, MigrationError> {
    connect(owner_url)?
        .revert_all_migrations(MIGRATIONS)
        .map(|reverted| reverted.len())
        .map_err(|error| MigrationError::Migration(error.to_string()))
}

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// How long a statement of a migration may take: an index of a large table takes minutes.
const ANSWER_LIMIT: Duration = Duration::from_secs(3600);

fn connect(owner_url: &str) -> Result<PgConnection, MigrationError> {
    let connected = connect::connect_within(owner_url, CONNECT_LIMIT, ANSWER_LIMIT);
    let mut conn = connected.map_err(MigrationError::Connect)?;
    settings::pin(&mut conn)?;
    Ok(conn)
}

row! {
    /// What can be told of a database before anything is written.
    struct DatabaseFacts {
        role: String = "current_user::text",
        encoding: String = "current_setting('server_encoding')",
        has_schema: bool = "to_regnamespace('public') IS NOT NULL",
        has_begun: bool = "to_regclass('public.__diesel_schema_migrations') IS NOT NULL",
        may_read: bool =
            "coalesce(has_table_privilege(to_regclass('public.__diesel_schema_migrations'), 'SELECT'),
                      false)",
    }
}

/// Returns whether the database has every migration that the program knows, and its
/// words are of the rules of the program. It only reads.
///
/// # Errors
///
/// [`MigrationError`] when the program cannot work with this database, or it
/// cannot be asked.
pub fn is_current(conn: &mut PgConnection) -> Result<bool, MigrationError> {
    let facts = select::<DatabaseFacts>("SELECT {columns}").get_result::<DatabaseFacts>(conn)?;
    if facts.encoding != "UTF8" {
        return Err(Unusable::Encoding(facts.encoding).into());
    }
    if !facts.has_schema {
        return Err(Unusable::NoSchema.into());
    }
    if !facts.has_begun {
        return Ok(false);
    }
    if !facts.may_read {
        return Err(Unusable::NotGranted(facts.role).into());
    }
    let applied = statement::<Text>("SELECT version::text FROM public.__diesel_schema_migrations")
        .load::<String>(conn)?;
    let known: Vec<String> =
        migrations()?.iter().map(|migration| migration.name().version().to_string()).collect();
    match applied.iter().filter(|version| !known.contains(version)).min() {
        None if !known.iter().all(|version| applied.contains(version)) => Ok(false),
        None => match word_rules::version(conn)? {
            version if version > search::RULES => Err(Unusable::Newer.into()),
            version => Ok(version == search::RULES),
        },
        Some(unknown) if known.iter().all(|version| unknown < version) => {
            Err(Unusable::Development.into())
        }
        Some(_) => Err(Unusable::Newer.into()),
    }
}

/// Returns the migrations that the program knows, oldest first.
pub(super) fn migrations() -> Result<Vec<Box<dyn Migration<Pg>>>, MigrationError> {
    let mut migrations = MigrationSource::<Pg>::migrations(&MIGRATIONS)
        .map_err(|error| MigrationError::Migration(error.to_string()))?;
    migrations.sort_by_key(|migration| migration.name().version().as_owned());
    Ok(migrations)
}

fn is_granted(conn: &mut PgConnection, runtime_role: &str) -> QueryResult<bool> {
    statement::<Bool>("SELECT runtime_is_granted($1::name)")
        .bind::<Text, _>(runtime_role)
        .get_result(conn)
}

/// Refuses a role that could not make or change the tables, with a sentence
/// that names the variable to set.
fn require_owner(conn: &mut PgConnection) -> Result<(), MigrationError> {
    let stranger = statement::<Nullable<Text>>(
        "SELECT CASE WHEN NOT has_schema_privilege('public', 'CREATE')
                  OR NOT coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class
                                   WHERE oid = to_regclass('public.__diesel_schema_migrations')), true)
             THEN current_user::text END",
    )
    .get_result::<Option<String>>(conn)?;
    match stranger {
        Some(role) => Err(Unusable::NotOwner(role).into()),
        None => Ok(()),
    }
}

/// Refuses a schema in which no migration has run and others keep tables, views,
/// sequences or types, whatever their names are. Those of an extension are no matter.
fn require_room(conn: &mut PgConnection) -> Result<(), MigrationError> {
    let others = statement::<Nullable<Text>>(
        "SELECT string_agg(relname, ', ' ORDER BY relname)
         FROM (SELECT relname::text FROM pg_class
               WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'I', 't')
                 AND to_regclass('public.__diesel_schema_migrations') IS NULL
                 AND NOT EXISTS (SELECT FROM pg_depend
                                 WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid
                                   AND deptype = 'e')
               ORDER BY relname LIMIT 5) AS other",
    )
    .get_result::<Option<String>>(conn)?;
    match others {
        Some(names) => Err(Unusable::Occupied(names).into()),
        None => Ok(()),
    }
}
