use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Action, Outcome, Slug, State};

/// The result of an action; the same for every use of its key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeBody {
    /// What was done.
    action: Action,
    /// To which post.
    post: i64,
    /// The revision that was current when it was done.
    revision: i32,
    /// The state that the post was in when it was done.
    state: State,
    /// When it was done.
    at: Timestamp,
    /// The web address that the post was published under, for a publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "the-word-imprimatur")]
    slug: Option<Slug>,
}

impl From<&Outcome> for OutcomeBody {
    fn from(outcome: &Outcome) -> Self {
        Self {
            action: outcome.action,
            post: outcome.post.0,
            revision: outcome.revision.0,
            state: outcome.state,
            at: outcome.at,
            slug: outcome.slug.clone(),
        }
    }
}
