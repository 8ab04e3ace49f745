use crate::accounts::Credential;
use crate::audit::AuditEntry;
use crate::domain::{Interface, OperationKey, RecordedAction, RequestId};
use crate::invariants::Circumstances;

/// Who asks, through which interface, and under which key.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks. There is no call without an actor.
    pub credential: Credential,
    /// The interface that the request came through.
    pub interface: Interface,
    /// The request, for the records.
    pub request: RequestId,
    /// The idempotency key.
    pub key: OperationKey,
}

/// Who asks for a change of accounts, through which interface, and why. It
/// carries no idempotency key: done twice, the second is told so.
#[derive(Debug)]
pub struct AccountCall<'a> {
    /// Who asks.
    pub credential: &'a Credential,
    /// The interface that the request came through.
    pub interface: Interface,
    /// The request, for the records.
    pub request: RequestId,
    /// Reason.
    pub reason: &'a str,
}

impl AccountCall<'_> {
    pub(super) fn circumstances(&self) -> Circumstances<'_> {
        Circumstances { reason: self.reason, request: self.request, interface: self.interface }
    }

    pub(super) fn asked(&self, action: RecordedAction) -> AuditEntry {
        AuditEntry {
            request: self.request,
            interface: self.interface,
            actor: None,
            action,
            post: None,
            seen: None,
        }
    }
}
