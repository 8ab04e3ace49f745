//! Reads a file of the folder as a draft. The name of the file can give the title.

use std::fs;
use std::path::Path;

use crate::cli::import::draft_text::{DraftText, IgnoredField, TitleHeading};
use crate::cli::import::file_name::FileName;
use crate::cli::import::plain_text::without_unwanted;
use crate::cli::import::problem::ImportProblem;
use crate::cli::markdown_file::{self, ReadError};
use crate::domain::{
    Body, Content, FieldError, InvalidInput, Reason, Summary, Title, grouped, has_visible_text,
};

#[derive(Debug)]
pub(super) struct ParsedFile {
    pub(super) content: Content,
    pub(super) ignored: Vec<IgnoredField>,
    pub(super) notes: Vec<String>,
}

/// Reads the file at the path, which the report calls by its relative one.
pub(super) fn read(path: &Path) -> Result<ParsedFile, Vec<Reason>> {
    let text = markdown_file::read(path).map_err(|error| vec![unread(error, path)])?;
    let name = path.file_stem().and_then(|stem| stem.to_str()).map(FileName::of);
    let text = DraftText::parse(text, TitleHeading::First).map_err(|reason| vec![reason])?;
    let DraftText { title, summary, slug, body, mut ignored, mut notes, .. } = text;
    let title = title.or_else(|| {
        let title = name.as_ref()?.title()?;
        Some(without_unwanted("title", &title, &mut notes))
    });
    let title = title.filter(|title| has_visible_text(title));
    let [title, summary, slug] = [title, summary, slug].map(Option::unwrap_or_default);
    if title.is_empty() {
        notes.push("No title: imported as Untitled.".to_owned());
    }
    let content = Content::parse_with_slug(&title, &summary, &body, &slug)
        .map_err(|errors| invalid_content(&errors, &title, &summary, &body))?;
    if let Some(date) = name.and_then(|name| name.date) {
        ignored.push(IgnoredField::new("date of the file name", date));
    }
    Ok(ParsedFile { content, ignored, notes })
}

/// Returns why a file is not read.
fn unread(error: ReadError, path: &Path) -> Reason {
    match error {
        ReadError::Io(error) => cannot_be_read(&error),
        ReadError::Field(error) => match fs::metadata(path).map(|file| file.len()) {
            Ok(length) if length > markdown_file::MAX_BYTES => Reason::new(
                ImportProblem::Body,
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
        let (text, limit) = match error.field.as_ref() {
            "title" => (title, Title::LIMIT),
            "summary" => (summary, Summary::LIMIT),
            _ => (body, Body::LIMIT),
        };
        match text.trim().chars().count() {
            length if length > limit => Reason::new(
                ImportProblem::of(error),
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
    let sentence = format!("Invalid {}.", error.field.replace('_', " "));
    Reason::new(ImportProblem::of(error), sentence, error.message.clone())
}

/// Returns why a file or folder is not read.
pub(super) fn cannot_be_read(error: &std::io::Error) -> Reason {
    let hint = "Make the file readable, and run the import again.";
    Reason::new(ImportProblem::Unreadable, format!("Cannot read the file: {error}."), hint)
}
