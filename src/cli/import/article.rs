//! What of a file becomes a draft, and what does not.
//!
//! A draft has a title, a summary and a body. When it is published, and at
//! which address, is decided then, so a date or a slug has nowhere to go here;
//! nor have tags, layouts and flags. They are named, and never dropped in
//! silence.

use std::path::Path;

use serde::Serialize;

use crate::cli::failure::input_reasons;
use crate::cli::import::front_matter::{self, Field, Value};
use crate::cli::manuscript::{self, Unread};
use crate::domain::{Content, Reason};

/// What a file says.
#[derive(Debug)]
pub(super) struct Article {
    pub(super) content: Content,
    pub(super) not_kept: Vec<NotKept>,
    pub(super) notes: Vec<String>,
}

/// Something that was found and has no place in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct NotKept {
    name: String,
    /// What it said, where that is one piece of text: its first 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl NotKept {
    fn of(field: Field) -> Self {
        let value = match field.value {
            Value::Text(text) => Some(beginning(&text)),
            Value::Blank | Value::Other => None,
        };
        Self { name: beginning(&field.name), value }
    }

    /// Returns it on one line.
    pub(super) fn words(&self) -> String {
        match &self.value {
            Some(value) => format!("{} {value}", self.name),
            None => self.name.clone(),
        }
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(100).collect()
}

/// In which field a summary stands: Hugo's names, and those of Jekyll's themes.
const SUMMARIES: [&str; 3] = ["summary", "description", "excerpt"];

/// Reads the file at the path, which the report calls by its relative one.
pub(super) fn read(path: &Path) -> Result<Article, Vec<Reason>> {
    let text = manuscript::read(path).map_err(read_error)?;
    let (mut fields, body) = front_matter::split(&text).map_err(|reason| vec![reason])?;
    let dated = path.file_stem().and_then(|stem| stem.to_str()).and_then(dated);
    let mut notes = Vec::new();

    let mut reasons = Vec::new();
    let (title, body) = match take(&mut fields, "title", &mut reasons) {
        Some(title) => (Some(title), body.to_owned()),
        None => manuscript::split_title(body),
    };
    let title = title.or_else(|| dated.map(|(_, words)| spelled_out(words))).unwrap_or_default();
    if title.trim().is_empty() {
        notes.push("It has no title; until its author writes one, it is untitled.".to_owned());
    }
    let mut summary = None;
    for name in SUMMARIES {
        summary = summary.or_else(|| take(&mut fields, name, &mut reasons));
    }
    let summary = on_one_line(&summary.unwrap_or_default());
    let content = match Content::parse(&on_one_line(&title), &summary, &body) {
        Ok(content) if reasons.is_empty() => content,
        parsed => {
            reasons.extend(parsed.err().iter().flat_map(input_reasons));
            return Err(reasons);
        }
    };

    notes.extend(templates(&body));
    let mut not_kept: Vec<NotKept> = fields.into_iter().map(NotKept::of).collect();
    if let Some((date, _)) = dated {
        let value = Some(date.to_owned());
        not_kept.push(NotKept { name: "date of the file name".to_owned(), value });
    }
    Ok(Article { content, not_kept, notes })
}

/// Takes a piece of text out of the fields, or says why there is none to take.
fn take(fields: &mut Vec<Field>, name: &str, reasons: &mut Vec<Reason>) -> Option<String> {
    let at = fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))?;
    match fields.remove(at).value {
        Value::Text(text) => Some(text).filter(|text| !text.trim().is_empty()),
        Value::Blank => None,
        Value::Other => {
            reasons.push(Reason::new(
                &format!("invalid-{name}"),
                format!("The {name} is a list, a table or an alias."),
                format!("Write the {name} as one piece of text."),
            ));
            None
        }
    }
}

/// Returns the words on one line, as YAML's folded texts mean them.
fn on_one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns the date and the words of a file name such as `2024-05-01-on-rest`.
fn dated(stem: &str) -> Option<(&str, &str)> {
    let (date, words) = stem.split_at_checked(10)?;
    let is_digit_or_hyphen = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let is_date = date.bytes().enumerate().all(is_digit_or_hyphen);
    let words = words.strip_prefix('-')?;
    (is_date && !words.is_empty()).then_some((date, words))
}

/// Returns `on-rest` as `On rest`.
fn spelled_out(words: &str) -> String {
    let words = words.replace(['-', '_'], " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

/// Says which template languages the body speaks, for nobody here does.
fn templates(body: &str) -> Option<String> {
    let count = |mark| body.matches(mark).count();
    let shortcodes = count("{{<") + count("{{%");
    let liquid = count("{{") - shortcodes + count("{%") - count("{{%");
    let named = [(shortcodes, "shortcodes of Hugo's"), (liquid, "tags of Liquid's")];
    let named: Vec<String> = named
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} ({count})"))
        .collect();
    (!named.is_empty()).then(|| format!("It has {}, which stay as text.", named.join(" and ")))
}

fn read_error(unread: Unread) -> Vec<Reason> {
    match unread {
        Unread::Field(error) => input_reasons(&error.into()),
        Unread::Io(error) => vec![cannot_be_read(&error)],
    }
}

/// Returns why a file or folder is not read.
pub(super) fn cannot_be_read(error: &std::io::Error) -> Reason {
    let hint = "Let the program read it, and run the import again.";
    Reason::new("read_error", format!("It cannot be read: {error}."), hint)
}

#[cfg(test)]
mod tests {
    use super::{dated, on_one_line, spelled_out, templates};

    #[test]
    fn a_file_name_of_jekylls_has_a_date_and_words() {
        assert_eq!(dated("2024-05-01-on-rest"), Some(("2024-05-01", "on-rest")));
        for none in ["2024-05-01", "2024-05-01-", "20240-5-01-a", "on-rest", "ä024-05-01-a", ""] {
            assert_eq!(dated(none), None, "{none}");
        }
        assert_eq!(spelled_out("on-rest"), "On rest");
    }

    #[test]
    fn templates_are_counted_each_for_its_own_language() {
        assert_eq!(templates("plain {a} text"), None);
        let both = "{{< figure >}} {{% note %}}a{{% /note %}} {{ site.url }} {% include a %}";
        assert_eq!(
            templates(both).unwrap(),
            "It has shortcodes of Hugo's (3) and tags of Liquid's (2), which stay as text."
        );
    }

    #[test]
    fn a_folded_text_is_one_line() {
        assert_eq!(on_one_line("  One\n  two\n\nthree\n"), "One two three");
        assert_eq!(on_one_line("One  two"), "One  two");
    }
}
