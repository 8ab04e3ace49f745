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
    /// One piece of text, a number, a date or a truth value, as it is written.
    Text(String),
    /// No value.
    Blank,
    /// A list, a table or an alias.
    Other,
}

/// Returns why front matter cannot be read.
pub(super) fn invalid(what: String) -> Reason {
    Reason::new(
        "front-matter-unreadable",
        format!("Invalid front matter. {what}"),
        "Correct it and run the import again.",
    )
}
