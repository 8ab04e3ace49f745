//! One idea, one name: two types of one name are read as one.

use std::collections::BTreeMap;

use super::sources::sources;

/// What each subject of the policies has: one idea, said of each.
const OF_EACH_SUBJECT: [&str; 2] = ["Facts", "Rule"];

#[test]
fn no_two_types_have_one_name() {
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources() {
        for name in source.code.lines().filter_map(defined) {
            files.entry(name.to_owned()).or_default().push(source.path.clone());
        }
    }
    assert!(files.len() > 500, "{}", files.len());
    for subject in OF_EACH_SUBJECT {
        let files = files.remove(subject).unwrap();
        let elsewhere: Vec<_> =
            files.iter().filter(|path| !path.starts_with("src/policies/")).collect();
        assert_eq!(elsewhere, [""; 0], "{subject}");
    }
    files.retain(|_, files| files.len() > 1);
    assert!(files.is_empty(), "{files:#?}");
}

/// Returns the name of the type or trait that a line begins to define.
fn defined(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => line,
    };
    let (kind, rest) = line.trim_start().split_once(' ')?;
    let is_type = ["struct", "enum", "trait", "union"].contains(&kind);
    is_type.then(|| rest.split(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default())
}
