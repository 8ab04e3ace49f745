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
