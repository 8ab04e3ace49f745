//! Each test that docs/findings.md names exists.

use super::sources::{files, read};

#[test]
fn every_test_in_the_findings_exists() {
    let findings = read("docs/findings.md");
    let names: Vec<&str> = findings
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.contains("::") && !name.starts_with("["))
        .collect();
    let sources: Vec<(String, String)> = ["tests", "src"]
        .iter()
        .flat_map(|folder| files(folder, "rs"))
        .map(|path| (path.clone(), read(&path)))
        .collect();
    let missing: Vec<&&str> = names.iter().filter(|name| !exists(name, &sources)).collect();
    assert!(names.len() > 80, "{}", names.len());
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Returns whether a file of that module has a test of that name.
fn exists(name: &str, sources: &[(String, String)]) -> bool {
    let Some((module, test)) = name.rsplit_once("::") else { return false };
    let module = module.trim_end_matches("::tests");
    let (file, function) = (format!("/{module}.rs"), format!("fn {test}("));
    sources.iter().any(|(path, text)| path.ends_with(&file) && text.contains(&function))
}
