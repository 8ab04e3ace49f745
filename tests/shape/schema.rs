//! `docs/schema.md` is what the catalogue says. `UPDATE_SCHEMA=1` writes it.

use std::fmt::Write as _;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::store::statement::statement;

use crate::support::Database;

/// The tables in reading order.
const TABLES: [&str; 18] = [
    "posts",
    "revisions",
    "reviews",
    "history",
    "users",
    "account_events",
    "staff_roster",
    "sessions",
    "password_links",
    "tokens",
    "sign_in_throttle",
    "cookie_key",
    "refusals",
    "incidents",
    "readings",
    "unsaved_edits",
    "post_documents",
    "bulk_archives",
];

const OPENING: &str = "# The schema

What the database keeps alone, against any SQL, for a program that connects as a role which owns nothing.
Each constraint and each trigger is named after the proposition that it keeps, and says it in a sentence.
The last column names the lessons under [`tests/lessons`](../tests/lessons) in which somebody tries to break it.
`imprimatur verify` asks for all of them.

";

#[test]
fn the_document_is_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.md");
    let document = document();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &document).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == document, "docs/schema.md is not what the catalogue says: UPDATE_SCHEMA=1");
}

fn document() -> String {
    let database = Database::new();
    let conn = &mut database.as_owner();
    let tables = statement::<(Text, Text)>(
        "SELECT relname::text, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
           AND relname <> '__diesel_schema_migrations' ORDER BY 1",
    )
    .load::<(String, String)>(conn)
    .unwrap();
    let guards = statement::<(Text, Text, Text, Text)>(
        "SELECT conrelid::regclass::text, conname::text,
             CASE contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion'
                 ELSE 'unique key' END,
             coalesce(obj_description(oid, 'pg_constraint'), '')
         FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
           AND conrelid <> 0
         UNION ALL
         SELECT contypid::regtype::text, conname, 'domain', obj_description(oid, 'pg_constraint')
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contypid <> 0
         UNION ALL
         SELECT tgrelid::regclass::text, tgname, 'trigger', obj_description(oid, 'pg_trigger')
         FROM pg_trigger WHERE NOT tgisinternal
         ORDER BY 3, 2",
    )
    .load::<(String, String, String, String)>(conn)
    .unwrap();
    let lessons = lessons();
    let mut text = OPENING.to_owned();
    let rest = tables.iter().map(|(name, _)| name.as_str()).filter(|name| !TABLES.contains(name));
    let order: Vec<&str> = TABLES.iter().copied().chain(rest).collect();
    for name in order {
        let (_, sentence) = tables.iter().find(|(table, _)| table == name).unwrap();
        write!(text, "## {name}\n\n{sentence}\n\n").unwrap();
        list(&mut text, &guards, name, &lessons);
    }
    text += "## Domains\n\n";
    for domain in ["moment", "interface"] {
        list(&mut text, &guards, domain, &lessons);
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn list(
    text: &mut String,
    guards: &[(String, String, String, String)],
    relation: &str,
    lessons: &[(String, String)],
) {
    let ours: Vec<_> = guards.iter().filter(|(on, ..)| on == relation).collect();
    if ours.is_empty() {
        return;
    }
    *text += "| proposition | sentence | kept by | tried in |\n|---|---|---|---|\n";
    for (_, name, kind, sentence) in ours {
        let tried: Vec<&str> = lessons
            .iter()
            .filter(|(_, source)| source.contains(name.as_str()))
            .map(|(lesson, _)| lesson.as_str())
            .collect();
        writeln!(text, "| `{name}` | {sentence} | {kind} | {} |", tried.join(", ")).unwrap();
    }
    *text += "\n";
}

/// The lessons by number, each with its sources.
fn lessons() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lessons");
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let files: Vec<_> = match path.is_dir() {
            true => std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()).collect(),
            false => vec![path.clone()],
        };
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some(number) = name.strip_prefix("lesson_").and_then(|rest| rest.get(..1)) else {
            continue;
        };
        let text: String =
            files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        sources.push((format!("lesson {number}"), text));
    }
    sources.sort();
    let mut lessons: Vec<(String, String)> = Vec::new();
    for (name, text) in sources {
        match lessons.last_mut() {
            Some((last, all)) if *last == name => *all += &text,
            _ => lessons.push((name, text)),
        }
    }
    lessons
}
