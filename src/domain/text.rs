//! Parses the fields of a post and of an account. Each error says what to write
//! instead.

use std::borrow::Cow;
use std::fmt;

use super::one_line;
use super::unseen::{described, has_visible_text, sets_direction};

/// One field that does not parse, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    /// The field's name in forms and in JSON.
    pub field: Cow<'static, str>,
    /// A sentence that says what to write.
    pub message: String,
}

impl FieldError {
    /// Returns the error of one field.
    pub fn new(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Input that does not parse: every field that is wrong, not the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.0.iter().map(FieldError::to_string).collect::<Vec<_>>().join(" "))]
pub struct InvalidInput(pub Vec<FieldError>);

impl InvalidInput {
    /// Returns what is wrong with one field, if anything is.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
}

impl From<FieldError> for InvalidInput {
    fn from(error: FieldError) -> Self {
        Self(vec![error])
    }
}

/// Returns the text with `\n` line ends and without blank space around it. It has to be
/// within the limit and without unreadable characters.
pub(super) fn readable(
    field: &'static str,
    text: &str,
    limit: usize,
    may_have_lines: bool,
) -> Result<String, FieldError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // Only whole blank lines go in front: an indented first line means code.
    let text = if may_have_lines {
        let text = text.trim_end();
        let first = text.find(|character: char| !character.is_whitespace()).unwrap_or(0);
        &text[text[..first].rfind('\n').map_or(0, |end| end + 1)..]
    } else {
        &one_line::without_unseen(&one_line::without_comments(&text).0)
    };
    let text = if may_have_lines { text } else { text.trim() };
    let length = text.chars().count();
    if length > limit {
        let (limit, length) = (grouped(limit), grouped(length));
        let message = format!("Too long: the limit is {limit} characters, this has {length}.");
        return Err(FieldError::new(field, message));
    }
    let is_allowed = |character: char| match character {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => may_have_lines,
        // In a line of a list it would turn the text of others around.
        turning if sets_direction(turning) => may_have_lines,
        // No character, and an XML document with one in it cannot be read.
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    };
    match text.chars().find(|character| !is_allowed(*character)) {
        None => Ok(text.to_owned()),
        Some('\n' | '\u{2028}' | '\u{2029}') => {
            Err(FieldError::new(field, "Line breaks are not allowed here."))
        }
        Some(character) => {
            let kind = if character.is_control() { "control character" } else { "character" };
            Err(FieldError::new(field, format!("Remove the {kind} {}.", described(character))))
        }
    }
}

/// Returns the number and what it counts: `1 post`, `2,000 posts`.
pub(crate) fn counted(number: usize, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// Returns the names of which one is expected: `a, b or c`.
pub(crate) fn listed(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// Returns the number with a comma between thousands.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $field:literal, at most $limit:literal, $lines:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub(super) String);

        impl $name {
            /// The most characters it may have.
            pub const LIMIT: usize = $limit;

            /// Returns the checked text, or what to write instead.
            pub fn parse(text: &str) -> Result<Self, FieldError> {
                readable($field, text, Self::LIMIT, $lines).map(Self)
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns whether no character is visible.
            pub fn is_blank(&self) -> bool {
                !self.is_given()
            }

            /// Returns whether some character is visible: then the text is given.
            pub fn is_given(&self) -> bool {
                has_visible_text(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text! {
    /// A post's title: one line of at most 200 characters. A draft's may be blank.
    Title, "title", at most 200, false
}
text! {
    /// A post's summary: one line of at most 500 characters. A draft's may be blank.
    Summary, "summary", at most 500, false
}
text! {
    /// A post's body in Markdown: at most 100,000 characters. A draft's may be blank.
    Body, "body", at most 100_000, true
}
text! {
    /// What a reviewer asks for, or why staff archive: at most 2,000 characters.
    Note, "note", at most 2_000, true
}

impl Note {
    /// Returns the checked text of a field of this name, or what to write instead.
    pub fn of_field(field: &'static str, text: &str) -> Result<Self, FieldError> {
        readable(field, text, Self::LIMIT, true).map(Self)
    }
}

impl Title {
    /// Returns a title as it is stored.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the title, or "Untitled" while there is none.
    pub fn or_untitled(&self) -> &str {
        if self.is_given() { self.as_str() } else { "Untitled" }
    }
}

/// The name a person signs in with, such as `edith` or `edith@example.org`. It has 1 to
/// 64 characters of `a-z`, `0-9` and `. _ @ + -`, and begins with a letter or digit.
/// Upper case is read as lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The most characters it may have.
    pub const LIMIT: usize = 64;

    /// Returns the name, or what to write instead.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let name = text.trim().to_ascii_lowercase();
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"._@+-".contains(&byte);
        let begins_well = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins_well && name.len() <= Self::LIMIT && name.bytes().all(is_known) {
            Ok(Self(name))
        } else {
            Err(FieldError::new(
                "username",
                "Use 1 to 64 of a–z, A–Z, 0–9 and . _ @ + - (no spaces or accents). Start with a \
                 letter or digit.",
            ))
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The most characters of a name that a person gives: their own, or that of a token.
pub const NAME_LIMIT: usize = 100;

/// Returns the name to show for a person: one line of 1 to [`NAME_LIMIT`] characters.
pub fn parse_display_name(text: &str) -> Result<String, FieldError> {
    parse_name("display_name", text, NAME_LIMIT, "Enter a display name.")
}

/// Returns a name or a sentence of one line with something visible in it.
pub fn parse_name(
    field: &'static str,
    text: &str,
    limit: usize,
    missing: &'static str,
) -> Result<String, FieldError> {
    let name = one_line::as_name(&readable(field, text, limit, false)?);
    if has_visible_text(&name) { Ok(name) } else { Err(FieldError::new(field, missing)) }
}

/// A password in the clear, on its way to being hashed.
/// `Debug` does not show it.
pub struct Password(String);

impl Password {
    /// The fewest characters it may have.
    pub const LEAST: usize = 12;

    /// The most characters it may have.
    pub const LIMIT: usize = 256;

    /// Returns the password, or what to choose instead.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        if text.contains(['\n', '\r']) {
            let message = "Use one line: no sign-in form can take a line break.";
            return Err(FieldError::new("password", message));
        }
        match text.chars().count() {
            Self::LEAST..=Self::LIMIT if has_visible_text(text) => Ok(Self(text.to_owned())),
            _ => {
                let message = format!("Use {} to {} characters.", Self::LEAST, Self::LIMIT);
                Err(FieldError::new("password", message))
            }
        }
    }

    /// Returns the text to hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}
