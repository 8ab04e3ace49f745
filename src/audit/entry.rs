//! Identifies the request of a record. The workflow adds the person once they are
//! known.

use crate::domain::{Interface, PostId, RecordedAction, RequestId, RevisionNumber, UserId};

/// The request that a refusal or an incident is about.
#[derive(Debug, Clone, Copy)]
pub struct AuditEntry {
    /// The request.
    pub request: RequestId,
    /// The interface that it came through.
    pub interface: Interface,
    /// The signed-in person, if any.
    pub actor: Option<UserId>,
    /// The action.
    pub action: RecordedAction,
    /// The post, as the request named it: it may not exist.
    pub post: Option<PostId>,
    /// The revision seen.
    pub seen: Option<RevisionNumber>,
}
