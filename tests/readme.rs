//! The README is checked against the code: what it shows as generated is, and
//! a link to a line leads to that line.

use std::fs;
use std::path::Path;

use imprimatur::domain::{Action, Permission, Role};
use imprimatur::permissions::{grant, required};
use imprimatur::policies::rules;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// What stands between two markers of the README.
pub fn section(name: &str) -> String {
    let readme = readme();
    let (_, rest) = readme.split_once(&format!("<!-- {name} -->\n")).unwrap();
    rest.split_once(&format!("<!-- end of {name} -->")).unwrap().0.to_owned()
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
    assert_eq!(section("grants"), table, "paste this:\n{table}");
}

#[test]
fn the_rules_in_the_readme_are_the_rules_of_the_code() {
    let mut table =
        "| action | permission | refused when | becomes |\n|---|---|---|---|\n".to_owned();
    for action in Action::ALL {
        let codes: Vec<String> =
            rules(action).iter().map(|rule| format!("`{}`", rule.code())).collect();
        let becomes = action.target().map_or("", |state| state.label());
        table +=
            &format!("| {action} | `{}` | {} | {becomes} |\n", required(action), codes.join(", "));
    }
    assert_eq!(section("rules"), table, "paste this:\n{table}");
}

#[test]
fn every_link_leads_somewhere_and_a_link_to_a_line_to_what_it_says() {
    let readme = readme();
    let mut links_to_lines = 0;
    for (text, target) in links(&readme) {
        let (path, line) = match target.split_once("#L") {
            Some((path, line)) => (path, Some(line.parse::<usize>().unwrap())),
            None => (target.as_str(), None),
        };
        let file = root().join(path);
        assert!(file.exists(), "{target} is not there");
        if let Some(line) = line {
            let source = fs::read_to_string(&file).unwrap();
            let found = source.lines().nth(line - 1).unwrap_or_default();
            let code = text.trim_matches('`');
            assert!(found.contains(code), "{target} says {found:?} and not {code:?}");
            links_to_lines += 1;
        }
    }
    assert!(links_to_lines >= 10, "the walk has lost its links");
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
