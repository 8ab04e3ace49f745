use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Action, Outcome, State};

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
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<&Outcome> for OutcomeBody {
    fn from(outcome: &Outcome) -> Self {
        Self {
            action: outcome.action,
            post: outcome.post.0,
            revision: outcome.revision.0,
            state: outcome.state,
            at: outcome.at,
        }
    }
}
