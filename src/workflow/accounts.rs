//! The door for accounts: permission, policy, invariant, in one transaction,
//! with people locked in ascending id.

use diesel::prelude::*;

use crate::accounts::links::{self, Link};
use crate::accounts::{Credential, facts, identify, load, lock};
use crate::audit::Asked;
use crate::domain::{
    AccountAction, Actor, Interface, NewPassword, OwnChange, Permission, Person, RequestId, UserId,
    Username,
};
use crate::invariants::accounts as truth;
use crate::invariants::accounts::{Circumstances, NewAccount};
use crate::invariants::own_account::{ProvenBy, enforce_own};
use crate::permissions;
use crate::policies::accounts as policy;
use crate::policies::accounts::{Account, AccountChange};
use crate::policies::own_account::{Facts, evaluate_own};
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

/// Refuses a token. It changes no account, not even its owner's: whoever finds
/// one could make themselves another, and outlive its revocation.
fn refuse_tokens(credential: &Credential) -> Result<(), Refusal> {
    match credential {
        Credential::Token(_) => Err(Refusal::NotSignedIn),
        Credential::Session(_) | Credential::Account(_) => Ok(()),
    }
}

/// Returns who asks.
fn asking(tx: &mut Transaction<'_>, credential: &Credential) -> Result<Person, Stop> {
    refuse_tokens(credential)?;
    Ok(identify(tx.conn(), credential)?.ok_or(Refusal::NotSignedIn)?)
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
            let asking = asking(tx, call.credential)?;
            *actor_id = Some(asking.id);
            // Nobody who may not manage accounts gets to lock one.
            permissions::check(&asking.roles, Permission::ManageAccount)?;
            // What is no name at all is nobody's, and some of it PostgreSQL
            // cannot even be asked for.
            let name = Username::parse(username).map_err(|_| Refusal::NotFound)?;
            let subject = users::table
                .filter(users::username.eq(name.as_str()))
                .select(users::id)
                .first::<i64>(tx.conn())
                .optional()?
                .map(UserId)
                .ok_or(Refusal::NotFound)?;
            let (actor, subject) = lock_both(tx, call.credential, asking.id, subject, change)?;
            let capability = permissions::verify_accounts(actor)?;
            let validity = policy::evaluate(capability, change.clone(), subject)?;
            truth::enforce(validity, &call.circumstances(), tx)?;
            Ok(())
        },
        never,
    )
}

/// Locks whoever acts and whoever it concerns, and returns both as they are
/// under the lock: what was read before it may have changed, and the session of
/// whoever acts may have ended.
fn lock_both<'tx>(
    tx: &mut Transaction<'tx>,
    credential: &Credential,
    actor: UserId,
    subject: UserId,
    change: &AccountChange,
) -> Result<(Actor<'tx>, Account), Stop> {
    let people = lock(tx, &[actor, subject])?;
    let acting = load(tx, credential)?.ok_or(Refusal::NotSignedIn)?;
    let (person, is_active, _) =
        people.into_iter().find(|(person, ..)| person.id == subject).ok_or(Refusal::NotFound)?;
    let token = match change {
        AccountChange::RevokeToken(token) => Some(*token),
        AccountChange::Grant(_)
        | AccountChange::Revoke(_)
        | AccountChange::Deactivate
        | AccountChange::Reactivate
        | AccountChange::SetPassword(_)
        | AccountChange::ResetPassword(_)
        | AccountChange::EndSessions => None,
    };
    Ok((acting, facts::account(tx.conn(), person, is_active, token)?))
}

/// Asks permission and policy beforehand, about an account that was read, for
/// whoever shows the button or the form. It is advice: the door asks again.
///
/// # Errors
///
/// What the door would answer.
pub fn precheck(action: AccountAction, person: &Person, subject: &Account) -> Result<(), Refusal> {
    permissions::check(&person.roles, Permission::ManageAccount)?;
    policy::check(action, person, subject)?;
    Ok(())
}

/// Changes the account of whoever asks, if the three layers agree. Who replaces
/// their password has shown the one whose hash is `shown`.
///
/// # Errors
///
/// [`Refusal`]; then nothing has changed.
pub fn change_own(
    store: &Store,
    call: &AccountCall<'_>,
    change: &OwnChange,
    shown: Option<&str>,
) -> Result<(), Refusal> {
    settle(
        store,
        call.asked(change.as_str()),
        |tx, actor_id| {
            let asking = asking(tx, call.credential)?;
            *actor_id = Some(asking.id);
            lock(tx, &[asking.id])?;
            // Once more under the lock: the session may have ended meanwhile.
            let actor = load(tx, call.credential)?.ok_or(Refusal::NotSignedIn)?;
            let this = match call.credential {
                Credential::Session(session) => session.hash(),
                Credential::Token(_) | Credential::Account(_) => &[],
            };
            let facts = facts::own(tx.conn(), actor.id(), change, this, shown)?;
            let capability = permissions::verify_own_account(actor);
            let validity = evaluate_own(capability, change.clone(), &facts)?;
            Ok(enforce_own(validity, ProvenBy::Session(this), &call.circumstances(), tx)?)
        },
        never,
    )
}

/// Sets the password of whoever comes with a link, if the three layers agree.
/// Of two who come with the same one, the second finds that it has been used.
///
/// # Errors
///
/// [`Refusal::NotFound`] when the link does not work, whyever; then nothing has
/// changed.
pub fn set_password_by_link(
    store: &Store,
    interface: Interface,
    request: RequestId,
    link: &Link,
    hash: &str,
) -> Result<(), Refusal> {
    // Nobody is signed in: the link stands where a credential would.
    let nobody = Credential::Account(UserId(0));
    let call =
        AccountCall { credential: &nobody, interface, request, reason: "With a one-time link." };
    let change = OwnChange::Password(NewPassword { hash: hash.to_owned(), session: None });
    settle(
        store,
        call.asked("set-password-by-link"),
        |tx, actor_id| {
            let owner = links::whose(tx.conn(), link)?.ok_or(Refusal::NotFound)?;
            let locked = lock(tx, &[owner])?;
            // Once more under the lock: somebody may have been faster.
            let is_proven = links::whose(tx.conn(), link)? == Some(owner);
            let (person, ..) =
                locked.into_iter().next().filter(|_| is_proven).ok_or(Refusal::NotFound)?;
            *actor_id = Some(owner);
            let actor = Actor::pinned(person, tx.within());
            let capability = permissions::verify_own_account(actor);
            let facts = Facts { is_proven, ..Facts::default() };
            let validity = evaluate_own(capability, change.clone(), &facts)?;
            Ok(enforce_own(validity, ProvenBy::Link(link.hash()), &call.circumstances(), tx)?)
        },
        never,
    )
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
            refuse_tokens(call.credential)?;
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
