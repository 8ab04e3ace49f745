//! Is a change to an account valid now?

use crate::domain::{AccountAction, Actor, PasswordReset, Person, Reason, Role, TokenId};
use crate::permissions::AccountsCapability;
use crate::policies::PolicyDenied;

/// What can be done to an account that exists, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Give a role.
    Grant(Role),
    /// Take a role away.
    Revoke(Role),
    /// Let the person in no longer; ends their sessions, tokens and link.
    Deactivate,
    /// Let the person in again.
    Reactivate,
    /// Replace the password; carries its Argon2id hash.
    SetPassword(String),
    /// End the password, and let the person set another.
    ResetPassword(PasswordReset),
    /// Sign the person out, wherever they are.
    EndSessions,
    /// Let a program in no longer that acts for the person.
    RevokeToken(TokenId),
}

impl AccountChange {
    /// Returns what is done, without what it takes.
    pub fn action(&self) -> AccountAction {
        match self {
            Self::Grant(role) => AccountAction::Grant(*role),
            Self::Revoke(role) => AccountAction::Revoke(*role),
            Self::Deactivate => AccountAction::Deactivate,
            Self::Reactivate => AccountAction::Reactivate,
            Self::SetPassword(_) => AccountAction::SetPassword,
            Self::ResetPassword(_) => AccountAction::ResetPassword,
            Self::EndSessions => AccountAction::EndSessions,
            Self::RevokeToken(_) => AccountAction::RevokeToken,
        }
    }

    /// Returns the change's name in records and on the command line.
    pub fn as_str(&self) -> &'static str {
        self.action().as_str()
    }
}

/// An account as it is under its lock.
#[derive(Debug)]
pub struct Account {
    /// Whose it is, and what they hold.
    pub person: Person,
    /// Whether they may come in.
    pub is_active: bool,
    /// Whether they are signed in anywhere.
    pub is_signed_in: bool,
    /// How many active staff accounts there are in all.
    pub active_staff: i64,
    /// Whether the token in question lets a program in; false without one.
    pub has_token: bool,
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
    check(change.action(), actor.person(), &subject)?;
    Ok(AccountValidity { actor, change, subject })
}

/// Returns nothing where every rule is met. It is the answer without the proof,
/// for pages that advise.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn check(action: AccountAction, actor: &Person, subject: &Account) -> Result<(), PolicyDenied> {
    let reasons = unmet(actor, action, subject);
    if reasons.is_empty() { Ok(()) } else { Err(PolicyDenied { reasons }) }
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

fn unmet(actor: &Person, action: AccountAction, subject: &Account) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if actor.id == subject.person.id {
        reasons.extend(unmet_by_oneself(action));
    }
    // Whoever acts is active staff and stays so, because nobody does this to
    // themselves. So this is a hint for the last one, and no race can make it
    // untrue between here and the roster's own constraint.
    let removes_staff =
        matches!(action, AccountAction::Revoke(Role::Staff)) || action == AccountAction::Deactivate;
    let is_staff = subject.is_active && subject.person.roles.contains(Role::Staff);
    if removes_staff && is_staff && subject.active_staff <= 1 {
        reasons.push(Reason::new(
            "last-active-staff",
            "This is the last active staff account.",
            "Grant the role staff to somebody else first.",
        ));
    }
    reasons.extend(unmet_by_state(action, subject));
    reasons
}

/// Returns why this cannot be done to one's own account, if it cannot.
fn unmet_by_oneself(action: AccountAction) -> Option<Reason> {
    let hint = match action {
        AccountAction::SetPassword => return None,
        AccountAction::Grant(_)
        | AccountAction::Revoke(_)
        | AccountAction::Deactivate
        | AccountAction::Reactivate => "Another member of staff has to do it.",
        AccountAction::ResetPassword => "Change your password on the page My account.",
        AccountAction::EndSessions => "End your sessions on the page My account.",
        AccountAction::RevokeToken => "Revoke your tokens on the page My account.",
    };
    Some(Reason::new("own-account", "This is your own account.", hint))
}

/// Returns why the account is not in the state for it, if it is not.
fn unmet_by_state(action: AccountAction, subject: &Account) -> Option<Reason> {
    const NOTHING_LEFT: &str = "Nothing is left to do.";
    let name = &subject.person.display_name;
    let roles = &subject.person.roles;
    let (code, sentence, hint) = match action {
        AccountAction::Grant(role) if roles.contains(role) => {
            ("role-held", format!("{name} holds the role {role} already."), NOTHING_LEFT)
        }
        AccountAction::Revoke(role) if !roles.contains(role) => {
            ("role-not-held", format!("{name} does not hold the role {role}."), NOTHING_LEFT)
        }
        AccountAction::Deactivate if !subject.is_active => {
            ("not-active", format!("{name}'s account is deactivated already."), NOTHING_LEFT)
        }
        AccountAction::Reactivate if subject.is_active => {
            ("active", format!("{name}'s account is active already."), NOTHING_LEFT)
        }
        AccountAction::ResetPassword if !subject.is_active => (
            "not-active",
            format!("{name}'s account is deactivated."),
            "Reactivate it first: until then no password lets anybody in.",
        ),
        AccountAction::EndSessions if !subject.is_signed_in => {
            ("not-signed-in", format!("{name} is not signed in anywhere."), NOTHING_LEFT)
        }
        AccountAction::RevokeToken if !subject.has_token => {
            ("token-over", "The token lets nobody in any more.".to_owned(), NOTHING_LEFT)
        }
        AccountAction::Grant(_)
        | AccountAction::Revoke(_)
        | AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::SetPassword
        | AccountAction::ResetPassword
        | AccountAction::EndSessions
        | AccountAction::RevokeToken => return None,
    };
    Some(Reason::new(code, sentence, hint))
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
