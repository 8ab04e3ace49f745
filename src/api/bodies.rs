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
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$",
        example = "Let it be printed"
    )]
    pub(super) title: String,
    /// One line for lists and feeds; a draft's may be blank.
    #[schema(
        max_length = 500,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$",
        example = "How a word on a title page came to mean permission."
    )]
    pub(super) summary: String,
    /// Markdown; a draft's may be blank.
    #[schema(
        max_length = 100_000,
        pattern = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$",
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
        pattern = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$",
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
        pattern = "^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff]*$",
        example = "It is out of date."
    )]
    pub(super) reason: String,
}

/// Nothing: the address says it all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NothingBody {}
