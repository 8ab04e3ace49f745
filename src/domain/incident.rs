use jiff::Timestamp;

use super::{Byline, IncidentId, Interface, PostId, RecordedAction, RequestId};

/// An invariant that would have been broken: a defect of the software, rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its number.
    pub id: IncidentId,
    /// When it happened.
    pub at: Timestamp,
    /// The request in which it happened.
    pub request: RequestId,
    /// The interface that the request came through.
    pub interface: Interface,
    /// Who asked, if they were known.
    pub actor: Option<Byline>,
    /// What they asked for.
    pub action: RecordedAction,
    /// Of which post, as they named it.
    pub post: Option<PostId>,
    /// The name of the invariant.
    pub invariant: String,
    /// How it was found.
    pub detail: String,
    /// Its acknowledgement, if there is one.
    pub acknowledgement: Option<Acknowledgement>,
}

/// The acknowledgement of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Byline,
    /// What they found or did.
    pub note: String,
}
