//! The guards, compared by definition with those of a schema made afresh.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use super::truth::{Scope, Truth};

pub(super) fn truth() -> Truth {
    let sentence = "Every table, constraint, trigger, function, index and grant is as the migrations create it.";
    Truth::new("guards_are_in_place", sentence, Scope::Whole, "")
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
