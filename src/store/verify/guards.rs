//! The guards, compared by definition with those of a schema made afresh.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};

use super::truth::{Scope, Truth};
use crate::store::statement::statement;

pub(super) fn truth() -> Truth {
    Truth {
        name: "guards_are_in_place".to_owned(),
        sentence: "Every table, constraint, trigger, function, index and grant is as the \
                   migrations create it."
            .to_owned(),
        scope: Scope::Whole,
        broken: String::new(),
    }
}

/// The definitions by table, kind and name.
pub(super) type Guards = BTreeMap<(String, String, String), String>;

#[derive(QueryableByName)]
struct GuardRow {
    #[diesel(sql_type = Text)]
    relation: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    definition: Option<String>,
}

/// Returns the guards of a schema, which the search path has to name. Where
/// PostgreSQL writes the name of the schema, it is left out.
pub(super) fn list(
    conn: &mut PgConnection,
    schema: &str,
    runtime_role: &str,
) -> QueryResult<Guards> {
    let rows: Vec<GuardRow> =
        diesel::sql_query(include_str!("guards.sql")).bind::<Text, _>(runtime_role).load(conn)?;
    let qualifier = format!("{schema}.");
    let plain = |text: &str| text.replace(&qualifier, "").replace("public.", "");
    Ok(rows
        .into_iter()
        .map(|row| {
            let name = plain(&row.name);
            let definition = plain(&row.definition.unwrap_or_default());
            ((row.relation, row.kind, name), definition)
        })
        .collect())
}

/// Returns what differs, as sentences. Objects that are not ours are no matter,
/// unless they are attached to a table of the application or have the owner's rights.
pub(super) fn differences(expected: &Guards, found: &Guards) -> Vec<String> {
    let ours: BTreeSet<&String> = expected.keys().map(|(relation, ..)| relation).collect();
    let mut differences = Vec::new();
    for (key, definition) in expected {
        match found.get(key) {
            None => differences.push(format!("{} is missing", named(key))),
            Some(other) if other != definition => {
                differences.push(format!("{} is not what the migrations make", named(key)));
            }
            Some(_) => {}
        }
    }
    for key in found.keys().filter(|key| !expected.contains_key(*key)) {
        let (relation, kind, name) = key;
        let is_harmless = ["index", "function", "domain"].contains(&kind.as_str());
        if ours.contains(relation) && !is_harmless && !is_of_another(name, key, expected) {
            differences.push(format!("{} is none of the migrations'", named(key)));
        }
    }
    differences
}

/// Returns whether it is a right on a function of another owner.
fn is_of_another(name: &str, key: &(String, String, String), expected: &Guards) -> bool {
    let (relation, kind, _) = key;
    let Some((function, _)) = name.rsplit_once(" to ") else { return false };
    relation.is_empty()
        && kind == "grant"
        && !expected.keys().any(|(_, kind, name)| kind.starts_with("function") && name == function)
}

fn named((relation, kind, name): &(String, String, String)) -> String {
    match relation.is_empty() || relation == name {
        true => format!("{kind} {name}"),
        false => format!("{kind} {name} on {relation}"),
    }
}

/// Returns what the roles and their settings take away from the guards, as
/// sentences.
pub(super) fn circumventions(
    conn: &mut PgConnection,
    runtime_role: &str,
) -> QueryResult<Vec<String>> {
    let version = statement::<Integer>("SELECT current_setting('server_version_num')::integer");
    // PostgreSQL 14 knows no rights on parameters.
    let parameters = match version.get_result::<i32>(conn)? {
        150_000.. => {
            " UNION ALL
         SELECT format('role %s may switch triggers off', rolname) FROM runtime
         WHERE has_parameter_privilege(oid, 'session_replication_role', 'SET')
            OR has_parameter_privilege(oid, 'session_replication_role', 'ALTER SYSTEM')"
        }
        _ => "",
    };
    let ways_round = "WITH owner AS (SELECT relowner AS oid FROM pg_class WHERE oid = to_regclass('posts')),
         runtime AS (SELECT r.* FROM pg_roles r, owner
                     WHERE r.rolname = $1 AND r.oid <> owner.oid)
         SELECT format('role %s may make temporary tables', rolname) FROM runtime
         WHERE has_database_privilege(oid, current_database(), 'TEMPORARY')
         UNION ALL
         SELECT format('role %s may make objects in the schema or schemas', rolname) FROM runtime
         WHERE has_database_privilege(oid, current_database(), 'CREATE')
            OR has_schema_privilege(oid, 'public', 'CREATE')
         UNION ALL
         SELECT format('role %s has the rights of the owner', rolname) FROM runtime, owner
         WHERE rolsuper OR rolbypassrls OR pg_has_role(runtime.oid, owner.oid, 'MEMBER')
         UNION ALL
         SELECT format('role %s may act as %s', runtime.rolname, other.rolname)
         FROM runtime, pg_roles other
         WHERE pg_has_role(runtime.oid, other.oid, 'MEMBER')
           AND (other.rolcreaterole OR other.rolreplication
                OR other.rolname IN ('pg_write_all_data', 'pg_write_server_files',
                                     'pg_execute_server_program', 'pg_maintain'))
         UNION ALL
         SELECT format('triggers are off for %s: %s',
                    coalesce(nullif(setrole, 0)::regrole::text, 'everybody'), setting)
         FROM pg_db_role_setting, unnest(setconfig) AS setting
         WHERE setting LIKE 'session_replication_role=%' AND setting <> 'session_replication_role=origin'
           AND setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
         UNION
         SELECT 'triggers are off for everybody: session_replication_role=' || reset_val
         FROM pg_settings WHERE name = 'session_replication_role' AND reset_val <> 'origin'
         UNION ALL
         SELECT format('sequence %s does not count upwards', seqrelid::regclass)
         FROM pg_sequence, owner WHERE (seqincrement < 1 OR seqcycle) AND EXISTS (
             SELECT FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid
             WHERE d.classid = 'pg_class'::regclass AND d.objid = seqrelid
               AND d.deptype IN ('a', 'i') AND c.relowner = owner.oid
               AND c.relnamespace = 'public'::regnamespace)";
    statement::<Text>([ways_round, parameters].concat()).bind::<Text, _>(runtime_role).load(conn)
}
