//! Finds ways around the guards: each guard is in place, but something takes away its
//! effect.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use crate::postgres::OWNER_ROLE;
use crate::store::statement::statement;

/// Returns the ways round the guards that are open, as sentences.
pub(super) fn list(conn: &mut PgConnection, runtime_role: &str) -> QueryResult<Vec<String>> {
    let mut ways = statement::<Text>(include_str!("circumventions.sql"))
        .bind::<Text, _>(runtime_role)
        .bind::<Text, _>(OWNER_ROLE)
        .load::<String>(conn)?;
    let version = statement::<Integer>("SELECT current_setting('server_version_num')::integer");
    // PostgreSQL 14 knows no rights on parameters.
    if version.get_result::<i32>(conn)? >= 150_000 {
        let parameters = statement::<Text>(
            "SELECT format('role %s may switch triggers off', r.rolname)
             FROM pg_roles r JOIN pg_class c ON c.oid = to_regclass('public.posts') AND c.relowner <> r.oid
             WHERE r.rolname = $1
               AND (has_parameter_privilege(r.oid, 'session_replication_role', 'SET')
                    OR has_parameter_privilege(r.oid, 'session_replication_role', 'ALTER SYSTEM'))",
        );
        ways.extend(parameters.bind::<Text, _>(runtime_role).load::<String>(conn)?);
    }
    Ok(ways)
}
