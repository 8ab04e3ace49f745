//! The rules about accounts that staff create and change.

mod first;
mod reasons;
mod rule;

use super::{Condition, Policy, PolicyDenied};
use crate::domain::{
    Ability, AccountAction, Command, NewAccount, PasswordReset, Person, Reason, Role, TokenId,
    has_visible_text,
};

pub use first::{FirstRule, check_first};
pub use rule::{Account, Facts, NewName, Rule, rules};

/// What can be done to an account that exists, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Replace the display name.
    Rename {
        /// The new name.
        to: String,
        /// The name that was shown. Without one, any name is replaced.
        seen: Option<String>,
    },
    /// Grant a role.
    Grant(Role),
    /// Revoke a role.
    Revoke(Role),
    /// Deactivate the account; ends its sessions, tokens and one-time link.
    Deactivate,
    /// Reactivate the account.
    Reactivate,
    /// Replace the password; carries its Argon2id hash.
    SetPassword(String),
    /// End the password, and let the person set another.
    ResetPassword(PasswordReset),
    /// End all sessions.
    EndSessions,
    /// Revoke one API token.
    RevokeToken(TokenId),
}

impl AccountChange {
    /// Returns what is done, without what it takes.
    pub fn action(&self) -> AccountAction {
        match self {
            Self::Rename { .. } => AccountAction::Rename,
            Self::Grant(role) => AccountAction::Grant(*role),
            Self::Revoke(role) => AccountAction::Revoke(*role),
            Self::Deactivate => AccountAction::Deactivate,
            Self::Reactivate => AccountAction::Reactivate,
            Self::SetPassword(_) => AccountAction::SetPassword,
            Self::ResetPassword(_) => AccountAction::ResetPassword,
            Self::EndSessions => AccountAction::EndSessions,
            Self::RevokeToken(token) => AccountAction::RevokeToken(*token),
        }
    }
}

/// Change an account, for a reason.
#[derive(Debug, Clone, Copy)]
pub struct ChangeAccount<'a> {
    /// The change.
    pub change: &'a AccountChange,
    /// Why; kept in the account's history.
    pub reason: &'a str,
}

impl Command for ChangeAccount<'_> {
    const ABILITY: Ability = Ability::ManageAccounts;
}

/// Returns nothing where every rule is met, once a reason and, for a renaming, a
/// new name are given. It is the answer without the proof, for pages that advise.
pub fn check(action: AccountAction, actor: &Person, account: &Account) -> Result<(), PolicyDenied> {
    let facts = Facts { actor, action, account, has_reason: true, name: None };
    PolicyDenied::unless_met(rules(action), &facts)
}

impl Policy for ChangeAccount<'_> {
    type Subject<'tx> = Account;

    fn check(&self, actor: &Person, account: &Account) -> Result<(), PolicyDenied> {
        let action = self.change.action();
        let has_reason = has_visible_text(self.reason);
        let name = match self.change {
            AccountChange::Rename { to, seen } => Some(NewName { to, seen: seen.as_deref() }),
            _ => None,
        };
        let facts = Facts { actor, action, account, has_reason, name };
        PolicyDenied::unless_met(rules(action), &facts)
    }
}

/// There is no account yet that a rule could speak of; the step exists so that
/// every write comes from a policy.
impl Policy for NewAccount {
    type Subject<'tx> = ();

    fn check(&self, _: &Person, (): &()) -> Result<(), PolicyDenied> {
        Ok(())
    }
}

impl Condition for Rule {
    type Facts<'a> = Facts<'a>;

    fn is_met(self, facts: &Facts<'_>) -> bool {
        let Facts { actor, action, account, has_reason, name } = *facts;
        let roles = &account.person.roles;
        let has_role = action.role().is_some_and(|role| roles.contains(role));
        match self {
            Self::IsNotYourself => actor.id != account.person.id,
            // The actor is active staff and stays so, because `IsNotYourself`
            // holds. So this advises the last one; the roster's constraint
            // decides races.
            Self::IsNotTheLastStaff => {
                !(account.is_active && roles.contains(Role::Staff) && account.active_staff <= 1)
            }
            Self::RoleIsNotHeld => !has_role,
            Self::RoleIsHeld => has_role,
            Self::IsActive => account.is_active,
            Self::IsDeactivated => !account.is_active,
            Self::IsSignedIn => account.is_signed_in,
            Self::TokenWorks => account.has_token,
            Self::NameIsNew => name.is_none_or(|name| name.to != account.person.display_name),
            Self::NameSeenIsCurrent => name
                .and_then(|name| name.seen)
                .is_none_or(|seen| seen == account.person.display_name),
            Self::ReasonIsGiven => has_reason,
        }
    }

    fn reason(self, &Facts { action, account, .. }: &Facts<'_>) -> Reason {
        let (sentence, hint) = reasons::explain(self, action, account);
        Reason::new(self, sentence, hint)
    }
}
