//! What programs send.

use serde::Deserialize;
use utoipa::ToSchema;

/// What a post should say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContentBody {
    /// One line; a draft's may be blank.
    #[schema(
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "Let it be printed"
    )]
    pub(super) title: String,
    /// One line for lists and feeds; a draft's may be blank.
    #[schema(
        max_length = 500,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "How a word on a title page came to mean permission."
    )]
    pub(super) summary: String,
    /// Markdown; a draft's may be blank.
    #[schema(
        max_length = 100_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "The word is Latin."
    )]
    pub(super) body: String,
}

/// What must change before publication.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteBody {
    /// The author and other reviewers read it.
    #[schema(
        max_length = 2_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "Please name your source."
    )]
    pub(super) note: String,
}

/// Why a post is taken off the public site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonBody {
    /// Staff and the author read it; the public does not.
    #[schema(
        max_length = 2_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "It is out of date."
    )]
    pub(super) reason: String,
}

/// Nothing: the address says it all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NothingBody {}
