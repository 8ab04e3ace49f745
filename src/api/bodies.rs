//! Defines the JSON bodies that programs send.

use serde::Deserialize;
use utoipa::ToSchema;

/// The text of a post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ContentBody {
    /// The title, one line. May be blank in a draft.
    #[schema(
        max_length = 200,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "The word imprimatur"
    )]
    pub(super) title: String,
    /// Summary for lists and feeds, one line. May be blank in a draft.
    #[schema(
        max_length = 500,
        pattern = "^[^\\x00-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "How a word on a title page came to mean permission."
    )]
    pub(super) summary: String,
    /// The text in Markdown. May be blank in a draft.
    #[schema(
        max_length = 100_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "The word is Latin."
    )]
    pub(super) body: String,
    /// The web address to publish under. Without one it is made from the title.
    #[serde(default)]
    #[schema(
        max_length = 100,
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        example = "the-word-imprimatur"
    )]
    pub(super) slug: Option<String>,
}

/// A change request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteBody {
    /// What the author should change. Visible to the author, reviewers and staff.
    #[schema(
        max_length = 2_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "Please name your source."
    )]
    pub(super) note: String,
}

/// What was shown to the person who publishes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PublicationBody {
    /// The web address that was shown. If the post would get another one, it is not
    /// published. Without it, a number is added where the address is taken.
    #[serde(default)]
    #[schema(
        max_length = 120,
        pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
        example = "the-word-imprimatur"
    )]
    pub(super) slug: Option<String>,
}

/// The reason for archiving a post.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonBody {
    /// Visible to the author, reviewers and staff, not to readers.
    #[schema(
        max_length = 2_000,
        pattern = "^[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}]*$",
        example = "It is out of date."
    )]
    pub(super) reason: String,
}

/// An empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NothingBody {}
