//! A Markdown file as an author writes it: the title is its first heading.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::cli::failure::CommandFailure;
use crate::domain::FieldError;
use crate::domain::markdown::without_comments;
use crate::render::markdown::Mark;

/// More than any body may have, and little enough to hold in memory.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// No post may have this text.
    Field(FieldError),
    /// The system does not let us read it.
    Io(io::Error),
}

impl From<FieldError> for ReadError {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

/// Returns the text of a file, or of standard input for `-`.
pub(super) fn read_or_stdin(path: &Path) -> Result<String, CommandFailure> {
    let text = if path == Path::new("-") { text_of(io::stdin()) } else { read(path) };
    text.map_err(|error| match error {
        ReadError::Field(error) => error.into(),
        ReadError::Io(error) => {
            CommandFailure::Usage(format!("Cannot read {}: {error}", path.display()))
        }
    })
}

/// Returns the text of a file.
pub(super) fn read(path: &Path) -> Result<String, ReadError> {
    text_of(File::open(path).map_err(ReadError::Io)?)
}

fn text_of(source: impl Read) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(FieldError::new("body", "The file is too large: the limit is 1 MiB.").into());
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| FieldError::new("body", "Save the file as UTF-8 text."))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Returns the text of the first `# ` heading, and the body without it. A line
/// in a code block is not a heading.
pub(super) fn split_title(text: &str) -> (Option<String>, String) {
    let mut heading = None;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match (&mut heading, event) {
            (None, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }))
                if text[range.clone()].starts_with('#') =>
            {
                heading = Some((range, String::new()))
            }
            (Some((_, title)), Event::Text(text) | Event::Code(text)) => title.push_str(&text),
            (Some(_), Event::End(TagEnd::Heading(HeadingLevel::H1))) => break,
            _ => {}
        }
    }
    match heading {
        None => (None, text.to_owned()),
        Some((range, title)) => {
            (Some(plain(&title)), [&text[..range.start], &text[range.end..]].concat())
        }
    }
}

/// Returns the words of a heading, without comments and without its id.
fn plain(heading: &str) -> String {
    let (heading, _) = without_comments(heading);
    match Mark::split_end(&heading) {
        Some((words, _)) => words.to_owned(),
        None => heading.trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::split_title;

    fn split(text: &str) -> (Option<String>, String) {
        split_title(text)
    }

    #[test]
    fn the_first_heading_is_the_title_and_leaves_the_body() {
        let (title, body) = split("# On *small* caps #\n\nOne.\n\n# Two\n");
        assert_eq!(title.as_deref(), Some("On small caps"));
        assert_eq!(body.trim(), "One.\n\n# Two");
    }

    #[test]
    fn a_title_has_no_id_and_no_comment() {
        for text in
            ["# Rest {#top}", "# Rest <!-- a --> {: #top}", "# Rest <!-- a", "# Rest<!-- a -->"]
        {
            assert_eq!(split(text).0.as_deref(), Some("Rest"), "{text}");
        }
        assert_eq!(split("# The set {1, 2}").0.as_deref(), Some("The set {1, 2}"));
    }

    #[test]
    fn a_comment_in_a_code_block_is_no_title() {
        let text = "```sh\n# not a title\n```\n\n## Nor this\n";
        assert_eq!(split(text), (None, text.to_owned()));
    }

    #[test]
    fn what_stands_before_the_heading_stays() {
        let (title, body) = split("Before.\n\n# Title\nAfter.\n");
        assert_eq!(title.as_deref(), Some("Title"));
        assert_eq!(body, "Before.\n\nAfter.\n");
    }
}
