//! The shape is a claim, too, and these tests are what keeps it true: imports
//! run one way, one module writes, nobody forges a proof, one place knows HTTP,
//! and every guard in the database says in a sentence what it is for.
//!
//! They read the source as text. That is crude, and enough: whoever breaks the
//! shape by accident is told so, and whoever does it on purpose changes a line
//! here that a reviewer sees.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;
use imprimatur::audit::catalogue;
use imprimatur::domain::{AccountEvent, BulkProblem, Layer, Role};
use imprimatur::postgres::RUNTIME_ROLE;
use imprimatur::store::migrations::{migrate, revert_all};
use imprimatur::store::statement::statement;

use super::imports::leaves;
use super::sources::{every_text, sources};
use crate::support::Database;

/// What an edge may take from a layer: names and advice, and nothing that
/// decides, proves or writes.
const WORDS: [&str; 11] = [
    "permissions::check",
    "permissions::grant",
    "permissions::holds",
    "permissions::may",
    "permissions::required",
    "policies::Rule",
    "policies::rules",
    "policies::accounts::Account",
    "policies::accounts::AccountChange",
    "policies::accounts::Rule",
    "policies::incidents::Rule",
];

const EDGES: [&str; 7] = ["http", "site", "desk", "account", "admin", "api", "cli"];

const LAYERS: [&str; 3] = ["permissions", "policies", "invariants"];

#[test]
fn an_edge_takes_words_from_the_layers_and_never_a_decision() {
    let others = ["demo", "server"];
    let is_edge = |module: &str| EDGES.contains(&module) || others.contains(&module);
    let mut taken = BTreeSet::new();
    for source in sources().iter().filter(|source| is_edge(&source.module)) {
        for layer in LAYERS {
            for path in named(&source.code, layer) {
                let is_it = |word: &&&str| path == **word || path.starts_with(&format!("{word}::"));
                let word = WORDS.iter().find(is_it);
                taken.insert(*word.unwrap_or_else(|| panic!("{} takes {path}", source.path)));
            }
        }
    }
    assert_eq!(taken, BTreeSet::from(WORDS), "no edge takes the others");
}

/// What a role may do, permissions say; what is possible in a state, policies say and
/// `domain`. An edge that compared either would have a rule of its own.
#[test]
fn an_edge_asks_no_role_and_compares_no_state() {
    // The table of the permissions page has a person of each role.
    let excepted = "src/admin/access/table.rs";
    for source in sources().iter().filter(|source| EDGES.contains(&source.module.as_str())) {
        let words = source.code.split_whitespace().collect::<Vec<_>>().join(" ");
        for role in Role::ALL {
            let named = names_of(&words, &format!("Role::{role:?}")).next();
            assert!(named.is_none() || source.path == excepted, "{} asks {role:?}", source.path);
        }
        for at in names_of(&words, "State::") {
            let before = words[..at].trim_end_matches("Some(").trim_end();
            let compares =
                ["==", "!=", " <", " >", "<=", ">="].iter().any(|sign| before.ends_with(sign));
            assert!(!compares, "{} compares a state", source.path);
        }
        for (_, asked) in words.match_indices("matches!(").map(|(at, _)| words[at..].split_at(9)) {
            let end = asked.find([';', '{']).unwrap_or(asked.len());
            for status in ["State::", "Status::"] {
                let named = names_of(&asked[..end], status).next();
                assert_eq!(named, None, "{} matches a state: {}", source.path, &asked[..end]);
            }
        }
    }
}

/// A name of an enum is parsed, and matched as a variant: the compiler then asks every
/// place about a new one.
#[test]
fn an_edge_matches_no_name_of_an_enum_as_text() {
    let names: BTreeSet<&str> = catalogue::codes()
        .into_iter()
        .chain(catalogue::actions())
        .chain(AccountEvent::ALL.map(AccountEvent::as_str))
        .chain(BulkProblem::ALL.map(BulkProblem::as_str))
        .chain(Layer::ALL.map(Layer::as_str))
        .collect();
    for source in sources().iter().filter(|source| EDGES.contains(&source.module.as_str())) {
        for name in &names {
            for shape in
                [format!("\"{name}\" =>"), format!("\"{name}\" |"), format!("== \"{name}\"")]
            {
                assert!(!source.code.contains(&shape), "{}: {shape}", source.path);
            }
        }
    }
}

/// Returns where a text has a name that is not the end of a longer one.
fn names_of<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_whole = |at: &usize| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    text.match_indices(name).map(|(at, _)| at).filter(is_whole)
}

/// Returns the paths into a layer that a text names, each whole.
fn named(code: &str, layer: &str) -> Vec<String> {
    let prefix = format!("{layer}::");
    let paths = names_of(code, &prefix).flat_map(|at| {
        let in_use = code[..at].rfind('\n').is_some_and(|line| code[line..].starts_with("\nuse "));
        let ends = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'));
        let end = if in_use { code[at..].find(';') } else { code[at..].find(ends) };
        leaves(&code[at..at + end.unwrap_or(code.len() - at)])
    });
    // A layer that is imported by its name says nothing yet.
    paths.filter(|path| *path != layer).collect()
}

#[test]
fn only_the_workflow_asks_the_layers() {
    let questions = [
        "permissions::verify",
        "policies::evaluate(",
        "invariants::enforce(",
        "invariants::enforce_creation(",
        "accounts::enforce(",
        "accounts::enforce_creation(",
        "accounts::enforce_first_account(",
        "own_account::enforce(",
        "incidents::enforce(",
        "bulk_archives::enforce(",
        "posts::lock(",
    ];
    let callers = [
        "src/workflow/mod.rs",
        "src/workflow/accounts.rs",
        "src/workflow/own_account.rs",
        "src/workflow/incidents.rs",
        "src/workflow/bulk_archives.rs",
    ];
    let mut asked = BTreeSet::new();
    for source in sources() {
        if LAYERS.contains(&source.module.as_str()) {
            continue;
        }
        for question in questions {
            if source.code.contains(question) {
                assert!(callers.contains(&source.path.as_str()), "{} asks {question}", source.path);
                asked.insert(question);
            }
        }
    }
    assert_eq!(asked, BTreeSet::from(questions), "somebody asks each of them");
}

/// Posts and their history are written by hand-written SQL, in one module. The
/// query builder does not even know these tables, and no trigger writes them.
#[test]
fn one_module_writes_posts_and_their_history() {
    let tables =
        ["posts", "history", "revisions", "reviews", "bulk_archives", "bulk_archive_items"];
    let writes = ["insert into", "update", "update only", "delete from", "truncate", "merge into"];
    let mut written = BTreeSet::new();
    for (path, text) in every_text() {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        for table in tables {
            let declares = [format!("table! {{ {table} "), format!("insert_into({table}")];
            for declaration in declares {
                assert!(!words.contains(&declaration), "{path}: {declaration}");
            }
            for write in writes {
                let pattern = format!("{write} {table}");
                let is_there = words.match_indices(&pattern).any(|(at, _)| {
                    let after = words[at + pattern.len()..].chars().next();
                    !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
                });
                if is_there {
                    assert!(path.starts_with("src/invariants/"), "{path}: {pattern}");
                    written.insert(table);
                }
            }
        }
    }
    assert_eq!(written, BTreeSet::from(tables), "the scan sees what it looks for");
}

#[test]
fn facts_about_a_transaction_are_made_in_one_place_each() {
    for (maker, places) in [
        ("Actor::pinned(", ["src/accounts/identity.rs", "src/workflow/own_account.rs"].as_slice()),
        ("LockedPost::for_update(", &["src/store/posts/lock.rs"]),
    ] {
        let made: BTreeSet<String> = sources()
            .into_iter()
            .filter(|source| source.code.contains(maker))
            .map(|source| source.path)
            .collect();
        assert_eq!(made, places.iter().map(|place| place.to_string()).collect(), "{maker}");
    }
}

/// A proof that can be copied, conjured up or read from a request proves
/// nothing. That it cannot be built either stands in compile-fail examples.
#[test]
fn proofs_can_be_neither_copied_nor_conjured_up() {
    // What carries the transaction it belongs to; the brand itself is no proof.
    let proofs: BTreeSet<String> = sources()
        .iter()
        .flat_map(|source| source.code.split("pub struct ").skip(1))
        .filter_map(|rest| rest.split_once("<'tx"))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.chars().all(char::is_alphanumeric) && name != "Within")
        .collect();
    let known = "Actor Capability LockedPost Transaction Validity";
    assert_eq!(proofs, known.split(' ').map(str::to_owned).collect());
    let forgeries = ["Clone", "Copy", "Default", "Deserialize", "From", "FromStr", "Queryable"];
    let sources = sources();
    for proof in proofs {
        let declaration = format!("pub struct {proof}<");
        let declared: Vec<&str> = sources
            .iter()
            .filter_map(|source| source.code.split_once(&declaration))
            .map(|(before, _)| before)
            .collect();
        let [before] = declared[..] else { panic!("{proof}: {} of them", declared.len()) };
        let attributes: Vec<&str> = before
            .lines()
            .rev()
            .skip_while(|line| line.is_empty())
            .take_while(|line| line.starts_with("#["))
            .filter(|line| line.contains("derive"))
            .collect();
        let derives = attributes.join(" ");
        assert!(["", "#[derive(Debug)]"].contains(&derives.as_str()), "{proof}: {derives}");
        for line in sources.iter().flat_map(|source| source.code.lines()) {
            let is_about_it = line.starts_with("impl")
                && (line.contains(&format!(" for {proof}<"))
                    || line.contains(&format!(" for {proof} ")));
            let is_forgery = forgeries.iter().any(|forgery| {
                line.contains(&format!("{forgery} for ")) || line.contains(&format!("{forgery}<"))
            });
            assert!(!(is_about_it && is_forgery), "{line}");
        }
    }
}

/// A request that meets what nobody foresaw is answered; it does not panic.
#[test]
fn nothing_on_the_way_of_a_request_gives_up() {
    let ways =
        [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!(", "dbg!("];
    for source in sources() {
        for (number, line) in source.code.lines().enumerate() {
            let gives_up = ways.iter().any(|way| line.contains(way));
            assert!(!gives_up, "{}, code line {number}: {line}", source.path);
        }
    }
}

/// The statuses that no error has.
const OF_NO_ERROR: [&str; 4] = ["OK", "CREATED", "SEE_OTHER", "NOT_MODIFIED"];

fn is_of_a_constant(c: char) -> bool {
    c.is_ascii_uppercase() || c == '_'
}

/// One table has the statuses of errors.
#[test]
fn one_place_turns_a_refusal_into_a_status() {
    let http = ["http", "site", "desk", "account", "admin", "api", "server"];
    for source in sources() {
        let knows_http =
            ["StatusCode", "HttpResponse", "actix"].iter().any(|word| source.code.contains(word));
        assert!(
            !knows_http || http.contains(&source.module.as_str()),
            "{} knows HTTP",
            source.path
        );
        if source.path == "src/http/error_kind.rs" {
            continue;
        }
        let of_responses = source.code.split("HttpResponse::").skip(1);
        for made in of_responses.filter(|made| made.starts_with(char::is_uppercase)) {
            assert!(made.starts_with("Ok"), "{}: HttpResponse::{made:.20}", source.path);
        }
        let named = source.code.split("StatusCode::").skip(1);
        let statuses =
            named.map(|after| after.split(|c: char| !is_of_a_constant(c)).next().unwrap());
        for status in statuses.filter(|status| !status.is_empty()) {
            let is_of_an_error = !OF_NO_ERROR.contains(&status);
            assert!(!is_of_an_error, "{}: StatusCode::{status}", source.path);
        }
    }
}

#[test]
fn every_guard_in_the_database_says_in_a_sentence_what_it_is_for() {
    let database = Database::new();
    let silent: Vec<String> = guards(&database)
        .into_iter()
        .filter(|(_, sentence)| !(sentence.ends_with('.') && sentence.len() > 15))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(silent, [""; 0]);
}

#[test]
fn migrations_go_all_the_way_down_and_up_again() {
    let database = Database::empty();
    let owner = database.owner_url();
    let applied = migrate(&owner, RUNTIME_ROLE).unwrap();
    assert!(applied > 0);
    let guarded = guards(&database);
    assert_eq!(migrate(&owner, RUNTIME_ROLE).unwrap(), 0, "twice is once");

    assert_eq!(revert_all(&owner).unwrap(), applied);
    assert_eq!(everything_in(&database), ["table __diesel_schema_migrations"]);

    assert_eq!(migrate(&owner, RUNTIME_ROLE).unwrap(), applied);
    assert_eq!(guards(&database), guarded);
}

/// Every constraint and trigger of ours, with its comment.
fn guards(database: &Database) -> Vec<(String, String)> {
    statement::<(Text, Text)>(
        "SELECT name, coalesce(sentence, '') FROM (
             SELECT conname::text, conrelid, obj_description(oid, 'pg_constraint')
             FROM pg_constraint
             WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('t', 'n')
             UNION ALL
             SELECT tgname::text, tgrelid, obj_description(oid, 'pg_trigger')
             FROM pg_trigger WHERE NOT tgisinternal
         ) AS guard (name, relation, sentence)
         WHERE relation <> '__diesel_schema_migrations'::regclass
         ORDER BY name COLLATE \"C\"",
    )
    .load(&mut database.as_owner())
    .unwrap()
}

/// Every table, sequence, function and type that stands in the schema.
fn everything_in(database: &Database) -> Vec<String> {
    statement::<Text>(
        "SELECT 'table ' || relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S')
         UNION ALL
         SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
         UNION ALL
         SELECT 'type ' || typname FROM pg_type
         WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
         ORDER BY 1",
    )
    .load(&mut database.as_owner())
    .unwrap()
}
