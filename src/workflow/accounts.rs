//! Creating accounts and changing those of others: permission, policy,
//! invariant, in one transaction, with people locked in ascending id.

use diesel::prelude::*;

use super::classify::Stop;
use super::run;
use crate::accounts::{self, Credential, facts, identity};
use crate::domain::{
    AccountAction, AccountActionKind, NewAccount, Permission, Person, UserId, Username,
};
use crate::policies::accounts::{self as rules, Account, AccountChange, ChangeAccount};
use crate::refusal::Refusal;
use crate::store::schema::users;
use crate::store::{Store, Transaction};
use crate::{invariants, permissions, policies};

pub use super::call::AccountCall;

/// Changes the account of `username`.
pub fn change(
    store: &Store,
    call: &AccountCall<'_>,
    username: &str,
    change: &AccountChange,
) -> Result<(), Refusal> {
    change_together(store, call, username, change, &[])
}

/// Makes several changes of the account of `username`, all or none.
pub fn change_together(
    store: &Store,
    call: &AccountCall<'_>,
    username: &str,
    first: &AccountChange,
    others: &[AccountChange],
) -> Result<(), Refusal> {
    run::unkeyed(store, call.caller.asks_for(first.action().kind()), |tx, entry| {
        let person = identify_person(tx, &call.caller.credential)?;
        entry.actor = Some(person.id);
        // Without the permission, no account is locked.
        permissions::check(&person.roles, Permission::ManageAccount)?;
        let subject = find(tx, username)?;
        for change in std::iter::once(first).chain(others) {
            entry.action = change.action().kind().into();
            change_one(tx, call, person.id, subject, change)?;
        }
        Ok(())
    })
}

fn change_one(
    tx: &mut Transaction<'_>,
    call: &AccountCall<'_>,
    person: UserId,
    subject: UserId,
    change: &AccountChange,
) -> Result<(), Stop> {
    let attempt = ChangeAccount { change, reason: call.reason };
    // Both are read under their locks. Earlier reads may be out of date, and the
    // session of the actor may have ended.
    let people = accounts::lock(tx, &[person, subject])?;
    let actor = identity::load(tx, &call.caller.credential)?.ok_or(Refusal::NotSignedIn)?;
    let capability = permissions::verify(actor)?;
    let account = account(tx, people, subject, change)?;
    let validity = policies::evaluate(capability, &attempt, account)?;
    Ok(invariants::accounts::enforce(validity, &call.circumstances(), tx)?)
}

/// Asks permission and policy beforehand, about an account that was read, as if
/// a reason were given. It is advice: the workflow asks again, and decides.
pub fn precheck(action: AccountAction, person: &Person, account: &Account) -> Result<(), Refusal> {
    permissions::check(&person.roles, Permission::ManageAccount)?;
    Ok(rules::check(action, person, account)?)
}

/// Creates an account. A username that is taken is [`Refusal::Input`].
pub fn create(
    store: &Store,
    call: &AccountCall<'_>,
    account: &NewAccount,
) -> Result<UserId, Refusal> {
    run::unkeyed(store, call.caller.asks_for(AccountActionKind::Create), |tx, entry| {
        refuse_tokens(&call.caller.credential)?;
        let actor = identity::load(tx, &call.caller.credential)?.ok_or(Refusal::NotSignedIn)?;
        entry.actor = Some(actor.id());
        let capability = permissions::verify(actor)?;
        let validity = policies::evaluate(capability, account, ())?;
        Ok(invariants::accounts::enforce_creation(validity, &call.circumstances(), tx)?)
    })
}

/// Creates the first account of an empty system. There is no actor yet who
/// could hold a permission.
pub fn create_first(
    store: &Store,
    call: &AccountCall<'_>,
    account: &NewAccount,
) -> Result<UserId, Refusal> {
    run::unkeyed(store, call.caller.asks_for(AccountActionKind::CreateFirst), |tx, _| {
        accounts::lock_first(tx)?;
        rules::check_first(account, accounts::any_exists(tx.conn())?)?;
        let circumstances = call.circumstances();
        Ok(invariants::accounts::enforce_first_account(account, &circumstances, tx)?)
    })
}

/// Refuses a token. It changes no account, not even its owner's: a stolen
/// one could make another, and outlive its revocation.
pub(super) fn refuse_tokens(credential: &Credential) -> Result<(), Refusal> {
    match credential {
        Credential::Token(_) => Err(Refusal::NotSignedIn),
        Credential::Session(_) | Credential::Account(_) => Ok(()),
    }
}

/// Returns who asks. It locks nothing: the account is locked before its session is.
pub(super) fn identify_person(
    tx: &mut Transaction<'_>,
    credential: &Credential,
) -> Result<Person, Stop> {
    refuse_tokens(credential)?;
    Ok(identity::identify(tx.conn(), credential)?.ok_or(Refusal::NotSignedIn)?)
}

fn find(tx: &mut Transaction<'_>, username: &str) -> Result<UserId, Stop> {
    // A name that does not parse is not a name, and PostgreSQL rejects some.
    let name = Username::parse(username).map_err(|_| Refusal::NotFound)?;
    let found = users::table
        .filter(users::username.eq(name.as_str()))
        .select(users::id)
        .first::<i64>(tx.conn())
        .optional()?;
    Ok(found.map(UserId).ok_or(Refusal::NotFound)?)
}

/// Returns the account as it is under its lock.
fn account(
    tx: &mut Transaction<'_>,
    locked: Vec<accounts::LockedPerson>,
    subject: UserId,
    change: &AccountChange,
) -> Result<Account, Stop> {
    let locked = locked.into_iter().find(|locked| locked.person.id == subject);
    let locked = locked.ok_or(Refusal::NotFound)?;
    let token = match change {
        AccountChange::RevokeToken(token) => Some(*token),
        _ => None,
    };
    Ok(facts::account(tx.conn(), locked.person, locked.is_active, token)?)
}
