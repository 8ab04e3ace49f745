use crate::domain::{FieldError, named};

named! {
    /// Why a file is not imported, where no rule says so.
    pub(super) enum ImportProblem is "a problem of a file" {
        /// It cannot be read.
        Unreadable = "unreadable",
        /// Its front matter cannot be read.
        FrontMatter = "front-matter-unreadable",
        /// Its title does not parse.
        Title = "invalid-title",
        /// Its summary does not parse.
        Summary = "invalid-summary",
        /// Its web address does not parse.
        Slug = "invalid-slug",
        /// Its text does not parse.
        Body = "invalid-body",
        /// It was imported, and has changed since.
        Changed = "changed-since-import",
    }
}

impl ImportProblem {
    /// Returns the problem of the field that does not parse.
    pub(super) fn of(error: &FieldError) -> Self {
        let is_of_field = |problem: &Self| problem.as_str() == format!("invalid-{}", error.field);
        Self::ALL.into_iter().find(is_of_field).unwrap_or(Self::Body)
    }
}
