//! Each test that a document names exists, and each failure has one.

use super::named_tests::{missing, named};
use super::sources::read;

#[test]
fn every_test_in_the_findings_exists() {
    let findings = read("docs/findings.md");
    let missing = missing(&findings);
    assert!(named(&findings).len() > 80, "{}", named(&findings).len());
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_failure_of_others_has_a_test_here() {
    let text = read("docs/regressions.md");
    let missing = missing(&text);
    assert!(missing.is_empty(), "{missing:#?}");
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
    let failures =
        rows.iter().filter(|row| !row.starts_with("| failure") && !row.starts_with("| wish"));
    let without: Vec<_> = failures.clone().filter(|row| named(row).is_empty()).collect();
    assert_eq!(failures.count(), 41);
    assert!(without.is_empty(), "{without:#?}");
}
