//! Describes a call of the workflow: the person, the interface, and the key or the
//! reason.

use crate::accounts::Credential;
use crate::audit::AuditEntry;
use crate::domain::{Interface, OperationKey, RecordedAction, RequestId, UserId};
use crate::invariants::Circumstances;

/// Who asks, and through which interface.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who asks. There is no call without an actor.
    pub credential: Credential,
    /// The interface that the request came through.
    pub interface: Interface,
    /// The request, for the records.
    pub request: RequestId,
}

impl Caller {
    /// Returns the person as whom the operator of the machine acts.
    pub fn on_command_line(person: UserId) -> Self {
        let (credential, request) = (Credential::Account(person), RequestId::new());
        Self { credential, interface: Interface::CommandLine, request }
    }

    /// Returns the record of what they ask for, before it is known who they are.
    pub(super) fn asks_for(&self, action: impl Into<RecordedAction>) -> AuditEntry {
        AuditEntry {
            request: self.request,
            interface: self.interface,
            actor: None,
            action: action.into(),
            post: None,
            seen: None,
        }
    }
}

/// A call about a post, under an idempotency key.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who asks.
    pub caller: Caller,
    /// The idempotency key.
    pub key: OperationKey,
}

/// A call about an account, for a reason. It carries no idempotency key: done
/// twice, the second is told so.
#[derive(Debug)]
pub struct AccountCall<'a> {
    /// Who asks.
    pub caller: Caller,
    /// Why; kept in the account's history.
    pub reason: &'a str,
}

impl AccountCall<'_> {
    pub(super) fn circumstances(&self) -> Circumstances<'_> {
        let Caller { request, interface, .. } = self.caller;
        Circumstances { reason: self.reason, request, interface }
    }
}
