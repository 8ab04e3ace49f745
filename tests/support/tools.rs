//! What the tests of pages need besides Rust: a browser and two programs from
//! npm, which `.ci/run` installs. They are not part of the repository.

use std::io::Write;
use std::path::PathBuf;

/// Says aloud that a test is skipped; fails it where nothing may be.
#[track_caller]
pub fn skip_or_fail(missing: &str) {
    assert!(
        std::env::var_os("IMPRIMATUR_REQUIRE_BROWSER").is_none(),
        "IMPRIMATUR_REQUIRE_BROWSER is set, and {missing}"
    );
    skip(missing);
}

/// Says aloud that a test is skipped.
pub fn skip(missing: &str) {
    // Not eprintln!, which the test harness hides when a test passes.
    let _ = writeln!(std::io::stderr(), "skipped a test: {missing}");
}

/// Returns a file of a package from npm, or `None`, said aloud, where it is
/// not installed. `IMPRIMATUR_BROWSER_TOOLS` names another folder to look in.
#[track_caller]
pub fn from_npm(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("IMPRIMATUR_BROWSER_TOOLS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/browser-tools")),
        PathBuf::from,
    );
    let path = folder.join("node_modules").join(file);
    let found = path.canonicalize().ok();
    if found.is_none() {
        skip_or_fail(&format!("there is no {} (.ci/run installs it)", path.display()));
    }
    found
}
