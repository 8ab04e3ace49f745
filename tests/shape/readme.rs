//! The README is checked against the code: what it shows as generated is, and
//! a link to a line leads to that line.
//!
//! `UPDATE_README=1 cargo test --test proof readme` brings it up to date.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use imprimatur::domain::{Action, Permission, Role};
use imprimatur::permissions::{grant, required};
use imprimatur::policies::rules;
use imprimatur::store::pool::Limits;

use super::imports::FLOORS;

/// One test at a time writes.
static WRITING: Mutex<()> = Mutex::new(());

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn path() -> PathBuf {
    root().join("README.md")
}

/// Compares what stands between two markers of the README with what should.
pub fn check_section(name: &str, expected: &str) {
    let _turn = WRITING.lock();
    let readme = fs::read_to_string(path()).unwrap();
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = readme.split_once(&start).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path(), format!("{before}{start}{expected}{end}{after}")).unwrap();
    } else {
        let mut lines = found.lines().zip(expected.lines());
        let first = lines.find(|(found, expected)| found != expected);
        assert!(
            found == expected,
            "{name}: UPDATE_README=1 cargo test --test proof readme brings it up to date. \
             The first line that differs: {first:#?}"
        );
    }
}

#[test]
fn the_grants_in_the_readme_are_the_grants_of_the_code() {
    let mut table = "| permission | held by | because |\n|---|---|---|\n".to_owned();
    for permission in Permission::ALL {
        for role in Role::ALL {
            if let Some(reason) = grant(role, permission) {
                table += &format!("| `{permission}` | {role} | {reason} |\n");
            }
        }
    }
    check_section("grants", &table);
}

/// What each room holds, in a few words.
fn purpose(room: &str) -> &'static str {
    match room {
        "domain" => "pure values: Post, State, Action, Actor, Revision",
        "metrics" => "what Prometheus can read",
        "postgres" => "the private PostgreSQL",
        "permissions" => "the first question, who may attempt this?, and `Capability`",
        "policies" => "the second, is it valid now?, and `Validity`; one enum of rules per subject",
        "store" => "pool, transaction, migrations, read queries, `verify`",
        "invariants" => "the third, what must never be false?; the only writer of posts",
        "accounts" => "who a person is: passwords, sessions, tokens, one-time links",
        "audit" => "refusals, incidents, readings",
        "refusal" => "why an attempt had no effect",
        "workflow" => "the only caller of the three: posts, accounts, incidents, bulk archives",
        "render" => "content to HTML and to JSON documents",
        "http" => "what every edge over HTTP needs: request, form, reply, errors",
        "site" => "the public pages",
        "desk" => "the pages of authors and reviewers",
        "account" => "the pages of one's own account",
        "admin" => "the pages of staff",
        "api" => "the JSON API",
        "demo" => "the demo people and posts",
        "config" => "where the database is",
        "server" => "routes, middleware, start and stop",
        "cli" => "the edge over a terminal",
        "main" => "the program",
        other => panic!("{other} has no purpose here"),
    }
}

#[test]
fn the_rooms_in_the_readme_are_the_floors_of_the_imports() {
    let mut table = "| floor | rooms |\n|---|---|\n".to_owned();
    for (number, rooms) in FLOORS.iter().enumerate() {
        let rooms: Vec<String> =
            rooms.iter().map(|room| format!("{}: {}", link_to_room(room), purpose(room))).collect();
        table += &format!("| {number} | {} |\n", rooms.join("<br>"));
    }
    check_section("rooms", &table);
    let readme = fs::read_to_string(path()).unwrap();
    let tests = readme.lines().find(|line| line.starts_with("tests/ ")).unwrap();
    for entry in fs::read_dir(root().join("tests")).unwrap().map(Result::unwrap) {
        let folder = format!(" {}/", entry.file_name().into_string().unwrap());
        assert!(entry.path().is_file() || tests.contains(&folder), "{folder} is not in {tests}");
    }
}

/// A room is a file, or a folder with a file of its name or a `mod.rs`.
fn link_to_room(room: &str) -> String {
    let is_folder = root().join(format!("src/{room}")).is_dir();
    let name = if is_folder { format!("{room}/") } else { format!("{room}.rs") };
    let file = [format!("src/{room}.rs"), format!("src/{room}/mod.rs")];
    let file = file.iter().find(|file| root().join(file).exists()).unwrap();
    format!("[`{name}`]({file})")
}

/// docs/schema.md is compared with the catalogue by a test of its own.
#[test]
fn the_propositions_in_the_readme_are_guards_of_the_database() {
    let [readme, schema] =
        ["README.md", "docs/schema.md"].map(|file| fs::read_to_string(root().join(file)).unwrap());
    let table = readme.split("| proposition | meaning |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let names: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let missing: Vec<&&str> =
        names.iter().filter(|name| !schema.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_rules_in_the_readme_are_the_rules_of_the_code() {
    let mut table =
        "| action | permission | refused when | becomes |\n|---|---|---|---|\n".to_owned();
    for action in Action::ALL {
        let codes: Vec<String> =
            rules(action).iter().map(|rule| format!("`{}`", rule.as_str())).collect();
        let becomes = action.target().map_or("", |state| state.label());
        table +=
            &format!("| {action} | `{}` | {} | {becomes} |\n", required(action), codes.join(", "));
    }
    check_section("rules", &table);
}

#[test]
fn every_link_leads_somewhere_and_a_link_to_a_line_to_what_it_says() {
    let _turn = WRITING.lock();
    let mut readme = fs::read_to_string(path()).unwrap();
    let mut links_to_lines = 0;
    for (text, target) in links(&readme) {
        let (file, line) = match target.split_once("#L") {
            Some((file, line)) => (file, Some(line.parse::<usize>().unwrap())),
            None => (target.as_str(), None),
        };
        assert!(root().join(file).exists(), "{target} is not there");
        let Some(line) = line else { continue };
        links_to_lines += 1;
        let source = fs::read_to_string(root().join(file)).unwrap();
        let code = text.trim_matches('`');
        let is_comment =
            |line: &str| ["//", "--", "COMMENT"].iter().any(|mark| line.trim().starts_with(mark));
        let right = source
            .lines()
            .position(|line| line.contains(code) && !is_comment(line))
            .map(|index| index + 1)
            .unwrap_or_else(|| panic!("{code:?} is not in {file}"));
        if std::env::var_os("UPDATE_README").is_some() {
            let [old, new] = [line, right].map(|line| format!("[{text}]({file}#L{line})"));
            readme = readme.replace(&old, &new);
        } else {
            assert_eq!(
                line, right,
                "{code:?} has moved in {file}: UPDATE_README=1 cargo test --test proof readme follows it"
            );
        }
    }
    assert!(links_to_lines >= 10, "the walk has lost its links");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path(), readme).unwrap();
    }
}

/// The links of a Markdown text, but for those that lead elsewhere.
fn links(markdown: &str) -> Vec<(String, String)> {
    markdown
        .split("](")
        .zip(markdown.split("](").skip(1))
        .map(|(before, after)| {
            let text = before.rsplit_once('[').map_or("", |(_, text)| text);
            let target = after.split(')').next().unwrap_or_default();
            (text.to_owned(), target.to_owned())
        })
        .filter(|(_, target)| !target.starts_with("http"))
        .collect()
}

/// The pool, the look at what is new, and the metrics.
#[test]
fn a_pooler_has_a_session_for_each_connection_of_a_process() {
    let sessions = Limits::default().connections + 1 + 1;
    let said = format!("with at least {sessions} sessions for each process");
    assert!(fs::read_to_string(path()).unwrap().contains(&said), "{said}");
}
