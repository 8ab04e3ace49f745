//! Takes a draft out of a Markdown text, and names what is ignored.
//!
//! A draft has a title, a summary, a body and perhaps a web address. The date of a post
//! is that of its publication, so a date in the file is ignored. So are tags, layouts
//! and flags. They are named, and never dropped in silence.

use serde::Serialize;

use crate::cli::heading_title;
use crate::cli::import::control_characters;
use crate::cli::import::front_matter::{self, FieldValue, FrontMatter, MatterField};
use crate::cli::import::plain_text::{PlainText, without_unwanted};
use crate::domain::{Reason, Slug, has_visible_text};
use crate::render::markdown;

/// The parts of a draft, as far as a text has them.
#[derive(Debug)]
pub(crate) struct DraftText {
    pub(crate) title: Option<String>,
    pub(crate) is_titled_by_heading: bool,
    pub(crate) summary: Option<String>,
    pub(crate) slug: Option<String>,
    pub(crate) body: String,
    /// The fields of the front matter that became a part.
    pub(crate) used: Vec<&'static str>,
    pub(crate) ignored: Vec<IgnoredField>,
    pub(crate) notes: Vec<String>,
}

/// Which heading of level one is the title of a text that has no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TitleHeading {
    None,
    First,
    /// The first one, if only comments are before it.
    AtTheBeginning,
}

/// A field that a draft has no place for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct IgnoredField {
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

    pub(super) fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: Some(value.to_owned()) }
    }

    pub(crate) fn text(&self) -> String {
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

impl DraftText {
    /// Reads a text with or without front matter. Where that has no title, such a
    /// heading is taken out of the body as the title.
    pub(crate) fn parse(text: String, title_heading: TitleHeading) -> Result<Self, Reason> {
        let (text, controls) = control_characters::replaced(text);
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let (FrontMatter { mut fields, repeated, note }, body) = front_matter::split(&text)?;
        let mut notes = Vec::from_iter(controls);
        notes.extend(note.map(str::to_owned));
        notes.extend(repeated.iter().map(|field| {
            format!("{:?} is there more than once; the last one counts.", beginning(&field.name))
        }));
        let mut plain = |field: &str, text: String| {
            let plain = PlainText::of(field, &text);
            notes.extend(plain.notes);
            Some(plain.text).filter(|text| has_visible_text(text))
        };
        let title = take(&mut fields, "title", is_title).and_then(|it| plain("title", it));
        let summary = SUMMARIES.iter().find_map(|name| {
            take(&mut fields, name, |_| false).and_then(|text| plain("summary", text))
        });
        let slug = take(&mut fields, "slug", |_| true).unwrap_or_default();
        let slug = Some(chosen_slug(&slug, &mut notes)).filter(|slug| !slug.is_empty());
        let parts = [("title", &title), ("summary", &summary), ("slug", &slug)];
        let used = parts.into_iter().filter_map(|(name, part)| part.as_ref().map(|_| name));
        let used = used.collect();
        let heading = match (&title, title_heading) {
            (Some(_), _) | (None, TitleHeading::None) => None,
            (None, TitleHeading::First) => heading_title::first(body),
            (None, TitleHeading::AtTheBeginning) => {
                heading_title::first(body).filter(|heading| heading.begins(body))
            }
        };
        let is_titled_by_heading = heading.is_some();
        let (title, body) = match heading {
            None => (title, body.to_owned()),
            Some(heading) => {
                notes.extend(heading.lost());
                let title = without_unwanted("title", &heading.words, &mut notes);
                (Some(title).filter(|title| has_visible_text(title)), heading.rest_of(body))
            }
        };
        notes.extend(markdown::notes(&body).iter().map(|note| note.sentence()));
        let ignored = repeated.into_iter().chain(fields).map(IgnoredField::of).collect();
        Ok(Self { title, is_titled_by_heading, summary, slug, body, used, ignored, notes })
    }
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
