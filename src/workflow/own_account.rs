//! Changing one's own account: permission, policy, invariant, in one
//! transaction, under the account's lock.

use super::accounts::identify_person;
use super::call::{AccountCall, Caller};
use super::run;
use crate::accounts::links::{self, Link};
use crate::accounts::{self, Credential, facts, identity};
use crate::domain::{Actor, Interface, NewPassword, OwnActionKind, OwnChange, RequestId, UserId};
use crate::invariants::own_account::{self, ProvenBy};
use crate::policies::own_account::OwnAccount;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::{permissions, policies};

/// Changes the account of the person who asks. `shown` is the password hash that
/// the password they typed matched; a new password and a new token need it.
pub fn change(
    store: &Store,
    call: &AccountCall<'_>,
    change: &OwnChange,
    shown: Option<&str>,
) -> Result<(), Refusal> {
    run::unkeyed(store, call.caller.asks_for(change.kind()), |tx, entry| {
        let person = identify_person(tx, &call.caller.credential)?;
        entry.actor = Some(person.id);
        accounts::lock(tx, &[person.id])?;
        // Read again under the lock: the session may have ended meanwhile.
        let actor = identity::load(tx, &call.caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        let this = match &call.caller.credential {
            Credential::Session(session) => session.hash(),
            Credential::Token(_) | Credential::Account(_) => &[],
        };
        let account = facts::own(tx.conn(), actor.id(), change, this, shown)?;
        let capability = permissions::verify(actor)?;
        let validity = policies::evaluate(capability, change, account)?;
        let proof = ProvenBy::Session(this);
        Ok(own_account::enforce(validity, proof, &call.circumstances(), tx)?)
    })
}

/// Sets the password of the person who has a one-time link. Of two requests
/// with the same link, the second finds that it has been used. A link that does
/// not work is [`Refusal::NotFound`], for whatever reason.
pub fn set_password_by_link(
    store: &Store,
    interface: Interface,
    request: RequestId,
    link: &Link,
    hash: &str,
) -> Result<(), Refusal> {
    // There is no credential: the link proves who it is.
    let caller = Caller { credential: Credential::Account(UserId(0)), interface, request };
    let call = AccountCall { caller, reason: "With a one-time link." };
    let change = OwnChange::Password(NewPassword {
        hash: hash.to_owned(),
        session: None,
        keeps_tokens: false,
    });
    let entry = call.caller.asks_for(OwnActionKind::SetPasswordByLink);
    run::unkeyed(store, entry, |tx, entry| {
        let owner = links::owner(tx.conn(), link)?.ok_or(Refusal::NotFound)?;
        let locked = accounts::lock(tx, &[owner])?;
        // Asked again under the lock: another request may have used it.
        let is_proven = links::owner(tx.conn(), link)? == Some(owner);
        let locked = locked.into_iter().next().filter(|_| is_proven).ok_or(Refusal::NotFound)?;
        entry.actor = Some(owner);
        let actor = Actor::pinned(locked.person, tx.within());
        let capability = permissions::verify(actor)?;
        let account = OwnAccount { is_proven, ..OwnAccount::default() };
        let validity = policies::evaluate(capability, &change, account)?;
        let proof = ProvenBy::Link(link.hash());
        Ok(own_account::enforce(validity, proof, &call.circumstances(), tx)?)
    })
}
