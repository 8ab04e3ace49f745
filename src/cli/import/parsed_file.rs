//! What of a file becomes a draft, and what is ignored.
//!
//! A draft has a title, a summary and a body. When it is published, and at
//! which address, is decided then, so a date or a slug has nowhere to go here;
//! nor have tags, layouts and flags. They are named, and never dropped in
//! silence.

use std::path::Path;

use serde::Serialize;

use crate::cli::import::front_matter::{self, FieldValue, MatterField};
use crate::cli::markdown_file::{self, ReadError};
use crate::domain::{Content, FieldError, InvalidInput, Reason};

/// A file as a draft.
#[derive(Debug)]
pub(super) struct ParsedFile {
    pub(super) content: Content,
    pub(super) ignored: Vec<IgnoredField>,
    pub(super) notes: Vec<String>,
}

/// A field that a draft has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct IgnoredField {
    name: String,
    /// The first 100 characters, where it is one piece of text.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl IgnoredField {
    fn of(field: MatterField) -> Self {
        let value = match field.value {
            FieldValue::Text(text) => Some(beginning(&text)),
            FieldValue::Blank | FieldValue::Other => None,
        };
        Self { name: beginning(&field.name), value }
    }

    /// Returns it on one line.
    pub(super) fn text(&self) -> String {
        match &self.value {
            Some(value) => format!("{} {value}", self.name),
            None => self.name.clone(),
        }
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(100).collect()
}

/// The fields that hold a summary: Hugo's names, and those of Jekyll's themes.
const SUMMARIES: [&str; 3] = ["summary", "description", "excerpt"];

/// Reads the file at the path, which the report calls by its relative one.
pub(super) fn read(path: &Path) -> Result<ParsedFile, Vec<Reason>> {
    let text = markdown_file::read(path).map_err(reasons_of)?;
    let (mut fields, body) = front_matter::split(&text).map_err(|reason| vec![reason])?;
    let dated = path.file_stem().and_then(|stem| stem.to_str()).and_then(dated);
    let mut notes = Vec::new();

    let mut reasons = Vec::new();
    let (title, body) = match take(&mut fields, "title", &mut reasons) {
        Some(title) => (Some(title), body.to_owned()),
        None => markdown_file::split_title(body),
    };
    let title = title.or_else(|| dated.map(|(_, words)| title_from(words))).unwrap_or_default();
    if title.trim().is_empty() {
        notes.push("No title: imported as Untitled.".to_owned());
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
    let mut ignored: Vec<IgnoredField> = fields.into_iter().map(IgnoredField::of).collect();
    if let Some((date, _)) = dated {
        let value = Some(date.to_owned());
        ignored.push(IgnoredField { name: "date of the file name".to_owned(), value });
    }
    Ok(ParsedFile { content, ignored, notes })
}

/// Takes a piece of text out of the fields, or says why there is none to take.
fn take(fields: &mut Vec<MatterField>, name: &str, reasons: &mut Vec<Reason>) -> Option<String> {
    let at = fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))?;
    match fields.remove(at).value {
        FieldValue::Text(text) => Some(text).filter(|text| !text.trim().is_empty()),
        FieldValue::Blank => None,
        FieldValue::Other => {
            reasons.push(Reason::new(
                &format!("invalid-{name}"),
                format!("The {name} is a list, a table or an alias."),
                format!("Write the {name} as plain text."),
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
fn title_from(words: &str) -> String {
    let words = words.replace(['-', '_'], " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

/// Names the template languages that the body uses: no page renders them.
fn templates(body: &str) -> Option<String> {
    let count = |mark| body.matches(mark).count();
    let shortcodes = count("{{<") + count("{{%");
    let liquid = count("{{") - shortcodes + count("{%") - count("{{%");
    let named = [(shortcodes, "shortcodes of Hugo"), (liquid, "tags of Liquid")];
    let named: Vec<String> = named
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} ({count})"))
        .collect();
    (!named.is_empty()).then(|| format!("Contains {}, kept as text.", named.join(" and ")))
}

fn reasons_of(error: ReadError) -> Vec<Reason> {
    match error {
        ReadError::Field(error) => input_reasons(&error.into()),
        ReadError::Io(error) => vec![cannot_be_read(&error)],
    }
}

/// Returns every field that does not parse as a reason.
fn input_reasons(input: &InvalidInput) -> Vec<Reason> {
    let reason = |error: &FieldError| {
        let code = format!("invalid-{}", error.field.replace('_', "-"));
        let sentence = format!("Invalid {}.", error.field.replace('_', " "));
        Reason::new(&code, sentence, error.message.clone())
    };
    input.0.iter().map(reason).collect()
}

/// Returns why a file or folder is not read.
pub(super) fn cannot_be_read(error: &std::io::Error) -> Reason {
    let hint = "Make the file readable, and run the import again.";
    Reason::new("unreadable", format!("Cannot read the file: {error}."), hint)
}

#[cfg(test)]
mod tests {
    use super::{dated, on_one_line, templates, title_from};

    #[test]
    fn a_file_name_of_jekylls_has_a_date_and_words() {
        assert_eq!(dated("2024-05-01-on-rest"), Some(("2024-05-01", "on-rest")));
        for none in ["2024-05-01", "2024-05-01-", "20240-5-01-a", "on-rest", "ä024-05-01-a", ""] {
            assert_eq!(dated(none), None, "{none}");
        }
        assert_eq!(title_from("on-rest"), "On rest");
    }

    #[test]
    fn templates_are_counted_each_for_its_own_language() {
        assert_eq!(templates("plain {a} text"), None);
        let both = "{{< figure >}} {{% note %}}a{{% /note %}} {{ site.url }} {% include a %}";
        assert_eq!(
            templates(both).unwrap(),
            "Contains shortcodes of Hugo (3) and tags of Liquid (2), kept as text."
        );
    }

    #[test]
    fn a_folded_text_is_one_line() {
        assert_eq!(on_one_line("  One\n  two\n\nthree\n"), "One two three");
        assert_eq!(on_one_line("One  two"), "One  two");
    }
}
