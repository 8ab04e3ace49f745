//! Shows programs recorded refusals. `http::problem` answers a request that is refused
//! now.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::audit::RefusalLine;
use crate::domain::{Interface, Layer, Reason, RecordedAction};
use crate::render::documents::ProblemReason;
use crate::render::documents::names::RecordedLayer;
use crate::render::documents::person::PersonBody;

/// A page of refusals.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefusalsBody {
    /// Newest first.
    pub(crate) refusals: Vec<RefusalBody>,
}

/// A refused action.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusalBody {
    /// Its number.
    id: i64,
    /// When it was recorded.
    at: Timestamp,
    /// The request ID, as shown on the error page or in the problem.
    #[schema(format = "uuid")]
    request_id: String,
    /// Interface: page, api, command-line or admin.
    interface: Interface,
    /// The account that was refused.
    actor: PersonBody,
    /// Its username.
    username: String,
    /// The action.
    action: RecordedAction,
    /// Post ID as requested; may not exist.
    post: Option<i64>,
    /// The revision that they saw.
    revision_seen: Option<i32>,
    /// The layer that refused.
    #[schema(value_type = RecordedLayer)]
    layer: Layer,
    /// The reasons, as they were shown.
    #[schema(value_type = Vec<ProblemReason>)]
    reasons: Vec<Reason>,
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
            reasons: line.reasons,
        }
    }
}
