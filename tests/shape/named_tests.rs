//! Tests that documents name, as `module::test`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::sources::{files, read};

static SOURCES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let paths = ["tests", "src"].iter().flat_map(|folder| files(folder, "rs"));
    paths.map(|path| (path.clone(), read(&path))).collect()
});

/// Returns every name of a test in a text: what is in backquotes and has two colons.
pub fn named(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|name| is_path(name)).collect()
}

fn is_path(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    name.contains("::") && name.split("::").all(is_part)
}

/// Returns the names of a text that no test has.
pub fn missing(text: &str) -> Vec<&str> {
    named(text).into_iter().filter(|name| !exists(name)).collect()
}

/// Returns whether a file of that module has a test of that name.
pub fn exists(name: &str) -> bool {
    let Some((module, test)) = name.rsplit_once("::") else { return false };
    let module = module.trim_end_matches("::tests").replace("::", "/");
    let (file, folder) = (format!("/{module}.rs"), format!("/{module}/mod.rs"));
    let function = format!("fn {test}(");
    SOURCES.iter().any(|(path, text)| {
        (path.ends_with(&file) || path.ends_with(&folder)) && is_test(text, &function)
    })
}

/// Returns whether the function has the attribute of a test in the lines before it.
fn is_test(text: &str, function: &str) -> bool {
    text.split_once(function).is_some_and(|(before, _)| {
        before.lines().rev().take(4).any(|line| line.trim() == "#[test]")
    })
}

#[test]
fn a_name_is_that_of_a_test_and_of_no_other_function() {
    assert!(exists("named_tests::a_name_is_that_of_a_test_and_of_no_other_function"));
    assert!(!exists("named_tests::exists"));
    assert!(!exists("elsewhere::a_name_is_that_of_a_test_and_of_no_other_function"));
    assert_eq!(missing("`named_tests::exists` and `not a name`"), ["named_tests::exists"]);
}

/// Returns each test that `cargo test` leaves out, with the reason.
fn left_out() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (_, text) in SOURCES.iter() {
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let Some(reason) = line.strip_prefix("#[ignore = \"") else { continue };
            let function = lines.find_map(|line| line.strip_prefix("fn ")).unwrap();
            let name = function.split('(').next().unwrap();
            found.push((name.to_owned(), reason.trim_end_matches("\"]").to_owned()));
        }
    }
    found
}

#[test]
fn what_cargo_test_leaves_out_runs_in_ci_or_is_asked_for_by_hand() {
    let ci = read(".ci/run");
    let list = ci.split("by_hand=(").nth(1).unwrap().split(')').next().unwrap();
    let listed: BTreeSet<&str> =
        list.split_whitespace().map(|name| name.rsplit("::").next().unwrap()).collect();
    let left_out = left_out();
    let (by_hand, slow): (Vec<_>, Vec<_>) =
        left_out.iter().partition(|(_, reason)| reason.starts_with("by hand: "));
    let by_hand: BTreeSet<&str> = by_hand.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(by_hand, listed);
    for (name, reason) in &slow {
        assert_eq!(reason, "slow: .ci/run runs it", "{name}");
        // A name is skipped wherever it is a part of one.
        assert!(!listed.iter().any(|listed| name.contains(listed)), "{name}");
    }
    assert!(slow.len() > 40, "{}", slow.len());
}

/// A file that no other declares is never compiled, and its tests never run.
#[test]
fn every_file_is_declared_as_a_module() {
    let roots = ["src/main.rs", "src/lib.rs", "src/build.rs", "tests/main.rs"];
    let undeclared: Vec<&str> = SOURCES
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| !roots.contains(path) && !is_declared(path))
        .collect();
    assert_eq!(undeclared, [""; 0]);
}

fn is_declared(path: &str) -> bool {
    let module = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let (folder, name) = module.rsplit_once('/').unwrap();
    let parents = [".rs", "/mod.rs", "/lib.rs", "/main.rs"].map(|end| format!("{folder}{end}"));
    let declaration = format!("mod {name};");
    SOURCES.iter().filter(|(parent, _)| parents.contains(parent)).any(|(_, text)| {
        text.lines().any(|line| !line.starts_with('/') && line.ends_with(&declaration))
    })
}
