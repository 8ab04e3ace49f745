//! What of a file becomes a draft, and what is ignored.
//!
//! A draft has a title, a summary and a body. When it is published, and at
//! which address, is decided then, so a date or a slug has nowhere to go here;
//! nor have tags, layouts and flags. They are named, and never dropped in
//! silence.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::cli::import::control_characters;
use crate::cli::import::file_name;
use crate::cli::import::front_matter::{self, FieldValue, FrontMatter, MatterField};
use crate::cli::import::plain_text::PlainText;
use crate::cli::markdown_file::{self, ReadError};
use crate::domain::{
    Body, Content, FieldError, InvalidInput, Reason, Slug, Summary, Title, grouped,
    has_visible_text,
};
use crate::render::markdown;

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
            FieldValue::Text(text) | FieldValue::Number(text) | FieldValue::Flag(text) => {
                Some(beginning(&text))
            }
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
    let text = markdown_file::read(path).map_err(|error| vec![unread(error, path)])?;
    let (text, controls) = control_characters::replaced(text);
    let (FrontMatter { mut fields, repeated }, body) =
        front_matter::split(&text).map_err(|reason| vec![reason])?;
    let dated = path.file_stem().and_then(|stem| stem.to_str()).and_then(file_name::dated);
    let mut notes = Vec::from_iter(controls);
    notes.extend(repeated.iter().map(|field| {
        format!("{:?} is there more than once; the last one counts.", beginning(&field.name))
    }));

    let mut plain = |field: &str, text: String| {
        let plain = PlainText::of(field, &text);
        notes.extend(plain.notes);
        Some(plain.text).filter(|text| has_visible_text(text))
    };
    let title = take(&mut fields, "title", is_title).and_then(|it| plain("title", it));
    let (title, body) = match title {
        Some(title) => (Some(title), body.to_owned()),
        None => markdown_file::split_title(body),
    };
    let title = title
        .filter(|title| has_visible_text(title))
        .or_else(|| dated.map(|(_, words)| file_name::title_from(words)))
        .unwrap_or_default();
    let summary = SUMMARIES.iter().find_map(|name| {
        take(&mut fields, name, |_| false).and_then(|text| plain("summary", text))
    });
    let summary = summary.unwrap_or_default();
    if title.is_empty() {
        notes.push("No title: imported as Untitled.".to_owned());
    }

    let slug = take(&mut fields, "slug", |_| true).unwrap_or_default();
    let slug = chosen_slug(&slug, &mut notes);
    let content = Content::parse_with_slug(&title, &summary, &body, &slug)
        .map_err(|errors| invalid_content(&errors, &title, &summary, &body))?;
    notes.extend(templates(&body));
    notes.extend(markdown::notes(&body).iter().map(|note| note.sentence()));
    let mut ignored: Vec<IgnoredField> =
        repeated.into_iter().chain(fields).map(IgnoredField::of).collect();
    if let Some((date, _)) = dated {
        let value = Some(date.to_owned());
        ignored.push(IgnoredField { name: "date of the file name".to_owned(), value });
    }
    Ok(ParsedFile { content, ignored, notes })
}

/// Returns the web address of a `slug`, which other programs write more freely.
fn chosen_slug(text: &str, notes: &mut Vec<String>) -> String {
    let text = text.trim();
    let slug = Slug::made_from(text).map(|slug| slug.to_string()).unwrap_or_default();
    if slug != text {
        notes.push(match slug.as_str() {
            "" => {
                format!("The slug {:?} has no letters or digits, and is left out.", beginning(text))
            }
            slug => format!("The slug {:?} is imported as {slug:?}.", beginning(text)),
        });
    }
    slug
}

/// Takes a piece of text out of the fields. A value of another type stays among them:
/// themes switch a field off with `false` or `0`.
fn take(
    fields: &mut Vec<MatterField>,
    name: &str,
    may_be_number: impl Fn(&str) -> bool,
) -> Option<String> {
    let at = fields.iter().position(|field| field.name.eq_ignore_ascii_case(name))?;
    let is_text = match &fields[at].value {
        FieldValue::Text(_) | FieldValue::Blank => true,
        FieldValue::Number(number) => may_be_number(number),
        FieldValue::Flag(_) | FieldValue::Other => false,
    };
    if !is_text {
        return None;
    }
    match fields.remove(at).value {
        FieldValue::Text(text) | FieldValue::Number(text) => Some(text),
        FieldValue::Flag(_) | FieldValue::Blank | FieldValue::Other => None,
    }
}

/// Returns whether a number is a title, such as 1984. Zero means that there is none.
fn is_title(number: &str) -> bool {
    number.chars().any(|digit| matches!(digit, '1'..='9'))
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

/// Returns why a file is not read.
fn unread(error: ReadError, path: &Path) -> Reason {
    match error {
        ReadError::Io(error) => cannot_be_read(&error),
        ReadError::Field(error) => match fs::metadata(path).map(|file| file.len()) {
            Ok(length) if length > markdown_file::MAX_BYTES => Reason::new(
                "invalid-body",
                format!(
                    "The file has {} bytes, and a body has at most {} characters.",
                    grouped(length.try_into().unwrap_or(usize::MAX)),
                    grouped(Body::LIMIT)
                ),
                "Shorten the text, or split it into several posts.",
            ),
            _ => invalid_field(&error),
        },
    }
}

/// Returns every field that does not parse as a reason.
fn invalid_content(errors: &InvalidInput, title: &str, summary: &str, body: &str) -> Vec<Reason> {
    let reason = |error: &FieldError| {
        let (text, limit) = match error.field {
            "title" => (title, Title::LIMIT),
            "summary" => (summary, Summary::LIMIT),
            _ => (body, Body::LIMIT),
        };
        match text.trim().chars().count() {
            length if length > limit => Reason::new(
                &format!("invalid-{}", error.field),
                format!(
                    "The {} has {} characters, and at most {} fit.",
                    error.field,
                    grouped(length),
                    grouped(limit)
                ),
                format!("Shorten the {}.", error.field),
            ),
            _ => invalid_field(error),
        }
    };
    errors.0.iter().map(reason).collect()
}

fn invalid_field(error: &FieldError) -> Reason {
    let code = format!("invalid-{}", error.field.replace('_', "-"));
    let sentence = format!("Invalid {}.", error.field.replace('_', " "));
    Reason::new(&code, sentence, error.message.clone())
}

/// Returns why a file or folder is not read.
pub(super) fn cannot_be_read(error: &std::io::Error) -> Reason {
    let hint = "Make the file readable, and run the import again.";
    Reason::new("unreadable", format!("Cannot read the file: {error}."), hint)
}

#[cfg(test)]
mod tests {
    use super::templates;

    #[test]
    fn templates_are_counted_each_for_its_own_language() {
        assert_eq!(templates("plain {a} text"), None);
        let both = "{{< figure >}} {{% note %}}a{{% /note %}} {{ site.url }} {% include a %}";
        assert_eq!(
            templates(both).unwrap(),
            "Contains shortcodes of Hugo (3) and tags of Liquid (2), kept as text."
        );
    }
}
