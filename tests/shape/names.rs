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

/// Returns the name of the type, trait or alias that a line begins to define. An alias
/// that is indented is one of a function or of a trait.
fn defined(indented: &str) -> Option<&str> {
    let line = indented.trim_start();
    let is_indented = line.len() < indented.len();
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => line,
    };
    let (kind, rest) = line.trim_start().split_once(' ')?;
    let is_type = match kind {
        "struct" | "enum" | "trait" | "union" => true,
        "type" => !is_indented,
        _ => false,
    };
    // A macro has a name of its own for the type: it begins with `$`.
    let name = rest.split(|sign: char| !sign.is_alphanumeric()).next()?;
    (is_type && !name.is_empty()).then_some(name)
}

/// The test sees what it looks for: in lines made up for it.
#[test]
fn a_definition_is_seen() {
    for line in ["struct One;", "    pub(crate) enum One<'a> {", "pub type One = Vec<u8>;"] {
        assert_eq!(defined(line), Some("One"), "{line}");
    }
    for line in
        ["    type Row = (Text, Text);", "let kind = One;", "use super::One;", "enum $enum {"]
    {
        assert_eq!(defined(line), None, "{line}");
    }
}
