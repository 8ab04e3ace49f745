//! The schema as the migrations make it, on the same server.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::MigrationHarness;

use super::guards::{self, Guards};
use super::questions;
use super::truth::Truth;
use crate::store::migrations::MIGRATIONS;
use crate::store::row::{row, select};
use crate::store::statement::statement;

/// What is made of a schema that was made afresh.
pub(super) struct Expected {
    /// The checks that its constraints make.
    pub(super) truths: Vec<Truth>,
    /// Its guards.
    pub(super) guards: Guards,
}

row! {
    /// What is to be known before a schema is made.
    struct SchemaFacts {
        name: String = "'imprimatur_expected_' || pg_backend_pid()",
        owner: Option<String> = "owner.name",
        may_become_owner: bool = "coalesce(pg_has_role(owner.name, 'MEMBER'), false)",
        may_create: bool =
            "coalesce(has_database_privilege(owner.name, current_database(), 'CREATE'), false)
                 AND NOT pg_is_in_recovery()",
    }
}

/// Makes the schema beside the real one and reads it, or says why it could not.
/// The caller's transaction has to be rolled back.
pub(super) fn build(
    conn: &mut PgConnection,
    runtime_role: &str,
) -> QueryResult<Result<Expected, String>> {
    let facts = select::<SchemaFacts>(
        "SELECT {columns}
         FROM (SELECT (SELECT pg_get_userbyid(relowner) FROM pg_class
                       WHERE oid = to_regclass('public.__diesel_schema_migrations'))::text AS name
              ) AS owner",
    )
    .get_result::<SchemaFacts>(conn)?;
    let (Some(owner), true) = (facts.owner, facts.may_become_owner) else {
        return Ok(Err(
            "the guards were not compared: set DATABASE_OWNER_URL to the URL of the owner"
                .to_owned(),
        ));
    };
    if !facts.may_create {
        return Ok(Err(format!(
            "the guards were not compared: the role {owner} may not create a schema here"
        )));
    }
    let made = conn.transaction(|conn| make(conn, &facts.name, &owner, runtime_role));
    Ok(made.map_err(|error| {
        format!("the guards were not compared: the schema cannot be made beside this one: {error}")
    }))
}

fn make(
    conn: &mut PgConnection,
    schema: &str,
    owner: &str,
    runtime_role: &str,
) -> QueryResult<Expected> {
    conn.batch_execute(&format!(
        "SET LOCAL ROLE {}; CREATE SCHEMA {schema}; SET LOCAL search_path = {schema}, pg_temp",
        quoted(owner)
    ))?;
    conn.run_pending_migrations(MIGRATIONS)
        .map_err(|error| diesel::result::Error::QueryBuilderError(error.to_string().into()))?;
    statement::<Bool>("SELECT set_privileges($1::name) IS NULL")
        .bind::<Text, _>(runtime_role)
        .execute(conn)?;
    let truths = questions::of_constraints(conn)?;
    let guards = guards::list(conn, schema, runtime_role)?;
    conn.batch_execute("SET LOCAL search_path = public, pg_temp")?;
    Ok(Expected { truths, guards })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
