//! The record of an account: each change writes its entry.

use diesel::prelude::*;

use crate::domain::{AccountEvent, Interface, RequestId, Role, UserId};
use crate::invariants::Broken;
use crate::store::Transaction;
use crate::store::schema::account_events;

/// What the record says beside who did what to whom.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// The reason that the person gave.
    pub reason: &'a str,
    /// The request that asked.
    pub request: RequestId,
    /// The edge it came through.
    pub interface: Interface,
}

/// What the record of an account says to have happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordEntry<'a> {
    event: AccountEvent,
    role: Option<Role>,
    display_name: Option<&'a str>,
}

impl<'a> RecordEntry<'a> {
    pub(super) fn of(event: AccountEvent) -> Self {
        Self { event, role: None, display_name: None }
    }

    pub(super) fn granted(role: Role) -> Self {
        Self { role: Some(role), ..Self::of(AccountEvent::RoleGranted) }
    }

    pub(super) fn revoked(role: Role) -> Self {
        Self { role: Some(role), ..Self::of(AccountEvent::RoleRevoked) }
    }

    pub(super) fn renamed(name: &'a str) -> Self {
        Self { display_name: Some(name), ..Self::of(AccountEvent::Renamed) }
    }
}

/// Writes an entry in the history of an account.
pub(super) fn record(
    tx: &mut Transaction<'_>,
    actor: UserId,
    subject: UserId,
    entry: RecordEntry<'_>,
    circumstances: &Circumstances<'_>,
) -> Result<(), Broken> {
    diesel::insert_into(account_events::table)
        .values((
            account_events::actor_id.eq(actor.0),
            account_events::subject_id.eq(subject.0),
            account_events::event.eq(entry.event.as_str()),
            account_events::role.eq(entry.role.map(Role::as_str)),
            account_events::display_name.eq(entry.display_name),
            account_events::reason.eq(circumstances.reason),
            account_events::request_id.eq(circumstances.request.0),
            account_events::interface.eq(circumstances.interface.as_str()),
        ))
        .execute(tx.conn())?;
    Ok(())
}
