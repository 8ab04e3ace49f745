use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::audit::RefusalLine;
use crate::domain::{Interface, RecordedAction};
use crate::render::documents::ProblemReason;
use crate::render::documents::names::RecordedLayer;
use crate::render::documents::person::PersonBody;

/// A page of refusals.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefusalsBody {
    /// The newest first.
    pub(crate) refusals: Vec<RefusalBody>,
}

/// Who was refused what, by which layer and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusalBody {
    /// Its number.
    id: i64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The request, as the refused person's page or problem named it.
    #[schema(format = "uuid")]
    request_id: String,
    /// Through which edge they asked.
    #[schema(value_type = Interface)]
    interface: String,
    /// Who was refused.
    actor: PersonBody,
    /// What they sign in with.
    username: String,
    /// What they wanted to do.
    #[schema(value_type = RecordedAction)]
    action: String,
    /// To which post, as they named it: it may not exist.
    post: Option<i64>,
    /// Which revision they were looking at.
    revision_seen: Option<i32>,
    /// Which layer refused.
    #[schema(value_type = RecordedLayer)]
    layer: String,
    /// The reasons in the words that they were given.
    reasons: Vec<ProblemReason>,
}

impl From<RefusalLine> for RefusalBody {
    fn from(line: RefusalLine) -> Self {
        Self {
            id: line.id,
            at: line.at,
            request_id: line.request.to_string(),
            interface: line.interface,
            actor: PersonBody::from(&line.actor),
            username: line.actor.username,
            action: line.action,
            post: line.post.map(|post| post.0),
            revision_seen: line.seen.map(|seen| seen.0),
            layer: line.layer,
            reasons: line.reasons.into_iter().map(ProblemReason::from).collect(),
        }
    }
}
