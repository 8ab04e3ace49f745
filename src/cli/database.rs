//! Opening the database for a command, and closing it again.

use serde::Serialize;

use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::config::{ConfigError, Database};
use crate::domain::counted;
use crate::store::Store;
use crate::store::pool::Limits;

/// Runs the body on a database that is up to date, and closes it afterwards.
pub(super) fn on_database<T>(
    options: &Options,
    body: impl FnOnce(&Store) -> Result<T, CommandFailure>,
) -> Result<T, CommandFailure> {
    on_open_database(options, |database| body(&database.store(Limits::default())))
}

/// Does the same where there may be no database yet: then it makes one.
pub(super) fn on_new_database<T>(
    options: &Options,
    body: impl FnOnce(&Store) -> Result<T, CommandFailure>,
) -> Result<T, CommandFailure> {
    let database = Database::open(&options.location()?)?;
    on_current(database, |database| body(&database.store(Limits::default())))
}

/// Runs a body that needs the rights of the owner.
pub(super) fn on_open_database<T>(
    options: &Options,
    body: impl FnOnce(&Database) -> Result<T, CommandFailure>,
) -> Result<T, CommandFailure> {
    on_current(Database::open_existing(&options.location()?)?, body)
}

fn on_current<T>(
    database: Database,
    body: impl FnOnce(&Database) -> Result<T, CommandFailure>,
) -> Result<T, CommandFailure> {
    let outcome = require_current(&database).and_then(|()| body(&database));
    close_after(database, outcome)
}

/// Migrates a private database that is not up to date. The operator of another one
/// decides when it is migrated. One that is up to date is left as it is.
fn require_current(database: &Database) -> Result<(), CommandFailure> {
    match database.is_current()? {
        true => Ok(()),
        false if database.is_private() => {
            database.migrate()?;
            Ok(())
        }
        false => Err(CommandFailure::Other(
            "The database is not up to date: run `imprimatur migrate` first.".into(),
        )),
    }
}

pub(super) fn close_after<T>(
    database: Database,
    outcome: Result<T, CommandFailure>,
) -> Result<T, CommandFailure> {
    // The outcome is committed: a server that does not stop is only a warning.
    if let Err(error) = database.close() {
        tracing::warn!(%error, "the private database was not stopped");
    }
    outcome
}

/// How many migrations were applied.
#[derive(Serialize)]
struct MigrateDocument {
    applied: usize,
}

pub(super) fn migrate(options: &Options) -> Result<(), CommandFailure> {
    let database = Database::open(&options.location()?)?;
    let applied =
        database.migrate().and_then(|applied| warn_if_unprotected(&database).map(|()| applied));
    let applied = close_after(database, applied.map_err(CommandFailure::from))?;
    let text = match applied {
        0 => "Nothing to migrate.".to_owned(),
        many => format!("Applied {}.", counted(many, "migration")),
    };
    options.format().print(text, &MigrateDocument { applied })
}

/// Says what is lost where the program works as a role that could change the
/// guards themselves.
pub(super) fn warn_if_unprotected(database: &Database) -> Result<(), ConfigError> {
    if database.runtime_may_alter_guards()? {
        tracing::warn!(
            role = database.runtime_role(),
            "DATABASE_URL uses the owner of the tables, so the database cannot protect its rules \
             and history from this program: use a second role in DATABASE_URL and the owner in \
             DATABASE_OWNER_URL"
        );
    }
    Ok(())
}
