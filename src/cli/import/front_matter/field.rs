use crate::cli::import::problem::ImportProblem;
use crate::domain::Reason;

/// One name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MatterField {
    pub(crate) name: String,
    pub(crate) value: FieldValue,
}

/// A value, as far as an import needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldValue {
    /// One piece of text, or a date as it is written.
    Text(String),
    /// A number, or what a tag calls a date, as it is written.
    Number(String),
    /// A truth value or `null`, as it is written.
    Flag(String),
    /// No value.
    Blank,
    /// A list, a table, an alias, or what a tag gives another type.
    Other,
}

/// Returns why front matter cannot be read.
pub(super) fn invalid(what: String) -> Reason {
    Reason::new(
        ImportProblem::FrontMatter,
        format!("Invalid front matter. {what}"),
        "Correct the lines before the text. Nothing of the file was imported.",
    )
}
