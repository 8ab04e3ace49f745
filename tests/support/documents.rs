//! Documents that tests generate: committed, compared, brought up to date on demand.

use std::path::Path;

/// Compares a committed document with what it should say, or writes it where the
/// variable is set.
#[track_caller]
pub fn check(path: &str, expected: &str, variable: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os(variable).is_some() {
        std::fs::write(&file, expected).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = committed.lines().zip(expected.lines()).find(|(old, new)| old != new);
    assert!(
        committed == expected,
        "{path} is out of date, first at {differs:?}: set {variable}=1 to bring it up to date"
    );
}
