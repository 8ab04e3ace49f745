//! Is a change to an account valid now?

use super::PolicyDenied;
use crate::domain::{Actor, Person, Reason, Role};
use crate::permissions::AccountsCapability;

/// What can be done to an account that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Give a role.
    Grant(Role),
    /// Take a role away.
    Revoke(Role),
    /// Let the person in no longer.
    Deactivate,
    /// Let the person in again.
    Reactivate,
    /// Replace the password; carries its Argon2id hash.
    SetPassword(String),
}

impl AccountChange {
    /// Returns the change's name in records and on the command line.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Grant(_) => "grant-role",
            Self::Revoke(_) => "revoke-role",
            Self::Deactivate => "deactivate-account",
            Self::Reactivate => "reactivate-account",
            Self::SetPassword(_) => "set-password",
        }
    }
}

/// An account as it is under its lock.
#[derive(Debug)]
pub struct Account {
    /// Whose it is, and what they hold.
    pub person: Person,
    /// Whether they may come in.
    pub is_active: bool,
}

/// Proof that a change to an account is valid, within one transaction.
#[derive(Debug)]
#[must_use = "a validity is a question half asked: invariants come next"]
pub struct AccountValidity<'tx> {
    actor: Actor<'tx>,
    change: AccountChange,
    subject: Account,
}

/// Returns proof that the change is valid on the account as it is now.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn evaluate<'tx>(
    capability: AccountsCapability<'tx>,
    change: AccountChange,
    subject: Account,
) -> Result<AccountValidity<'tx>, PolicyDenied> {
    let actor = capability.into_actor();
    let reasons = unmet(actor.person(), &change, &subject);
    if reasons.is_empty() {
        Ok(AccountValidity { actor, change, subject })
    } else {
        Err(PolicyDenied { reasons })
    }
}

/// Proof that an account may be created, within one transaction.
#[derive(Debug)]
#[must_use = "a validity is a question half asked: invariants come next"]
pub struct NewAccountValidity<'tx> {
    actor: Actor<'tx>,
}

/// Returns proof that an account may be created. There is no account yet that
/// a rule could speak of; the step exists so that every write comes from a
/// policy.
pub fn evaluate_creation(capability: AccountsCapability<'_>) -> NewAccountValidity<'_> {
    NewAccountValidity { actor: capability.into_actor() }
}

impl<'tx> NewAccountValidity<'tx> {
    /// Returns who creates the account.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }
}

fn unmet(actor: &Person, change: &AccountChange, subject: &Account) -> Vec<Reason> {
    let name = &subject.person.display_name;
    let mut reasons = Vec::new();
    let concerns_oneself = actor.id == subject.person.id;
    let may_concern_oneself = matches!(change, AccountChange::SetPassword(_));
    if concerns_oneself && !may_concern_oneself {
        reasons.push(Reason::new(
            "own-account",
            "This is your own account.",
            "Another member of staff has to do it.",
        ));
    }
    let already = match change {
        AccountChange::Grant(role) => subject
            .person
            .roles
            .contains(*role)
            .then(|| ("role-held", format!("{name} holds the role {role} already."))),
        AccountChange::Revoke(role) => (!subject.person.roles.contains(*role))
            .then(|| ("role-not-held", format!("{name} does not hold the role {role}."))),
        AccountChange::Deactivate => (!subject.is_active)
            .then(|| ("not-active", format!("{name}'s account is deactivated already."))),
        AccountChange::Reactivate => {
            subject.is_active.then(|| ("active", format!("{name}'s account is active already.")))
        }
        AccountChange::SetPassword(_) => None,
    };
    reasons.extend(
        already.map(|(code, sentence)| Reason::new(code, sentence, "Nothing is left to do.")),
    );
    reasons
}

impl<'tx> AccountValidity<'tx> {
    /// Returns who changes the account.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }

    /// Returns the change.
    pub fn change(&self) -> &AccountChange {
        &self.change
    }

    /// Returns the account.
    pub fn subject(&self) -> &Account {
        &self.subject
    }
}
