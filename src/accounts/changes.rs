//! The door for accounts: permission, policy, invariant, in one transaction,
//! with people locked in ascending id.

use diesel::prelude::*;

use super::{Credential, identify, load, lock};
use crate::audit::Asked;
use crate::domain::{Actor, Interface, Permission, RequestId, UserId};
use crate::invariants::accounts::{self as truth, Circumstances, NewAccount};
use crate::permissions;
use crate::policies::accounts::{self as policy, Account, AccountChange};
use crate::refusal::Refusal;
use crate::store::schema::users;
use crate::store::{Store, Transaction};
use crate::workflow::{Stop, settle};

/// Who asks, through what, and why.
#[derive(Debug)]
pub struct AccountCall<'a> {
    /// Who asks.
    pub credential: &'a Credential,
    /// Through which edge.
    pub interface: Interface,
    /// The request, for the records.
    pub request: RequestId,
    /// Why, for the record.
    pub reason: &'a str,
}

impl AccountCall<'_> {
    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances { reason: self.reason, request: self.request, interface: self.interface }
    }

    fn asked<'a>(&self, action: &'a str) -> Asked<'a> {
        Asked {
            request: self.request,
            interface: self.interface,
            actor: None,
            action,
            post: None,
            seen: None,
        }
    }
}

/// Account changes carry no operation key: done twice, they say so.
fn never<T>(_: &mut PgConnection, _: UserId) -> Result<Option<T>, Refusal> {
    Ok(None)
}

/// Changes the account of `username`, if the three layers agree.
///
/// # Errors
///
/// [`Refusal`]; then nothing has changed.
pub fn change(
    store: &Store,
    call: &AccountCall<'_>,
    username: &str,
    change: &AccountChange,
) -> Result<(), Refusal> {
    settle(
        store,
        call.asked(change.as_str()),
        |tx, actor_id| {
            let asking = identify(tx.conn(), call.credential)?.ok_or(Refusal::NotSignedIn)?;
            *actor_id = Some(asking.id);
            // Nobody who may not manage accounts gets to lock one.
            permissions::check(&asking.roles, Permission::ManageAccount)?;
            let subject = users::table
                .filter(users::username.eq(username))
                .select(users::id)
                .first::<i64>(tx.conn())
                .optional()?
                .map(UserId)
                .ok_or(Refusal::NotFound)?;
            let (actor, subject) = lock_both(tx, asking.id, subject)?;
            let capability = permissions::verify_accounts(actor)?;
            let validity = policy::evaluate(capability, change.clone(), subject)?;
            truth::enforce(validity, &call.circumstances(), tx)?;
            Ok(())
        },
        never,
    )
}

/// Locks whoever acts and whoever it concerns, and returns both as they are
/// under the lock: what was read before it may have changed.
fn lock_both<'tx>(
    tx: &mut Transaction<'tx>,
    actor: UserId,
    subject: UserId,
) -> Result<(Actor<'tx>, Account), Stop> {
    let people = lock(tx, &[actor, subject])?;
    let acting = people
        .iter()
        .find(|(person, is_active, _)| person.id == actor && *is_active)
        .map(|(person, ..)| Actor::pinned(person.clone(), tx.within()))
        .ok_or(Refusal::NotSignedIn)?;
    let concerned = people
        .into_iter()
        .find(|(person, ..)| person.id == subject)
        .map(|(person, is_active, _)| Account { person, is_active })
        .ok_or(Refusal::NotFound)?;
    Ok((acting, concerned))
}

/// Creates an account.
///
/// # Errors
///
/// [`Refusal`]; then there is none. A username that is taken is
/// [`Refusal::Input`].
pub fn create(
    store: &Store,
    call: &AccountCall<'_>,
    account: &NewAccount,
) -> Result<UserId, Refusal> {
    settle(
        store,
        call.asked("create-account"),
        |tx, actor_id| {
            let actor = load(tx, call.credential)?.ok_or(Refusal::NotSignedIn)?;
            *actor_id = Some(actor.id());
            let capability = permissions::verify_accounts(actor)?;
            let validity = policy::evaluate_creation(capability);
            Ok(truth::enforce_creation(validity, account, &call.circumstances(), tx)?)
        },
        never,
    )
}

/// Creates the first account of an empty system. There is nobody yet who could
/// be asked for permission; the invariant sees to it that this happens once.
///
/// # Errors
///
/// [`Refusal`]; then there is none.
pub fn create_first(
    store: &Store,
    call: &AccountCall<'_>,
    account: &NewAccount,
) -> Result<UserId, Refusal> {
    settle(
        store,
        call.asked("create-first-account"),
        |tx, _| Ok(truth::enforce_first_account(account, &call.circumstances(), tx)?),
        never,
    )
}
