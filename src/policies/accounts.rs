//! The rules about accounts that staff create and change.

use super::{Condition, Policy, PolicyDenied};
use crate::domain::{
    Ability, AccountAction, Command, NewAccount, PasswordReset, Person, Reason, Role, TokenId,
    has_visible_text, named,
};

/// What can be done to an account that exists, with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
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

/// Change an account, for a reason.
#[derive(Debug, Clone, Copy)]
pub struct ChangeAccount<'a> {
    /// The change.
    pub change: &'a AccountChange,
    /// Why, for the record.
    pub reason: &'a str,
}

impl Command for ChangeAccount<'_> {
    const ABILITY: Ability = Ability::ManageAccounts;
}

/// An account as it is under its lock.
#[derive(Debug)]
pub struct Account {
    /// The person, and what they hold.
    pub person: Person,
    /// Whether the account is active.
    pub is_active: bool,
    /// Whether it has a live session.
    pub is_signed_in: bool,
    /// How many active staff accounts there are in all.
    pub active_staff: i64,
    /// Whether the token in question works; false without one.
    pub has_token: bool,
}

named! {
    /// One condition on a change of an account.
    pub enum Rule is "a rule about accounts" {
        /// Staff do not change their own account in this way.
        IsNotYourself = "own-account",
        /// There is always an active staff account.
        IsNotTheLastStaff = "last-active-staff",
        /// A role is granted once.
        RoleIsNotHeld = "role-held",
        /// A role that is revoked is held.
        RoleIsHeld = "role-not-held",
        /// The account is active.
        IsActive = "not-active",
        /// The account is deactivated.
        IsDeactivated = "active",
        /// There is a session to end.
        IsSignedIn = "not-signed-in",
        /// The token works.
        TokenWorks = "token-over",
        /// A change says why.
        ReasonIsGiven = "reason-missing",
    }
}

/// Returns the rules that a change must meet.
pub fn rules(action: AccountAction) -> &'static [Rule] {
    use Rule::{
        IsActive, IsDeactivated, IsNotTheLastStaff, IsNotYourself, IsSignedIn, ReasonIsGiven,
        RoleIsHeld, RoleIsNotHeld, TokenWorks,
    };
    match action {
        AccountAction::Grant(_) => &[IsNotYourself, RoleIsNotHeld, ReasonIsGiven],
        AccountAction::Revoke(Role::Staff) => {
            &[IsNotYourself, IsNotTheLastStaff, RoleIsHeld, ReasonIsGiven]
        }
        AccountAction::Revoke(_) => &[IsNotYourself, RoleIsHeld, ReasonIsGiven],
        AccountAction::Deactivate => &[IsNotYourself, IsNotTheLastStaff, IsActive, ReasonIsGiven],
        AccountAction::Reactivate => &[IsNotYourself, IsDeactivated, ReasonIsGiven],
        AccountAction::SetPassword => &[],
        AccountAction::ResetPassword => &[IsNotYourself, IsActive, ReasonIsGiven],
        AccountAction::EndSessions => &[IsNotYourself, IsSignedIn, ReasonIsGiven],
        AccountAction::RevokeToken => &[IsNotYourself, TokenWorks, ReasonIsGiven],
    }
}

/// Everything that a rule about an account may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Who changes the account.
    pub actor: &'a Person,
    /// What they do.
    pub action: AccountAction,
    /// The account.
    pub account: &'a Account,
    /// Whether a reason is given.
    pub has_reason: bool,
}

/// Returns nothing where every rule is met, once a reason is given. It is the
/// answer without the proof, for pages that advise.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn check(action: AccountAction, actor: &Person, account: &Account) -> Result<(), PolicyDenied> {
    let facts = Facts { actor, action, account, has_reason: true };
    PolicyDenied::unless_met(rules(action), &facts)
}

impl Policy for ChangeAccount<'_> {
    type Subject<'tx> = Account;

    fn check(&self, actor: &Person, account: &Account) -> Result<(), PolicyDenied> {
        let action = self.change.action();
        let has_reason = has_visible_text(self.reason);
        let facts = Facts { actor, action, account, has_reason };
        PolicyDenied::unless_met(rules(action), &facts)
    }
}

/// Returns nothing where an account may be the first: there is none yet, and it
/// can grant roles to others.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn check_first(account: &NewAccount, has_accounts: bool) -> Result<(), PolicyDenied> {
    PolicyDenied::unless_met(&FirstRule::ALL, &FirstFacts { account, has_accounts })
}

named! {
    /// One condition on the first account, which has no creator.
    pub enum FirstRule is "a rule about the first account" {
        /// There is no account yet.
        IsTheFirst = "not-the-first-account",
        /// It holds the role staff.
        IsStaff = "first-account-is-not-staff",
    }
}

/// Everything that a rule about the first account may look at.
#[derive(Debug, Clone, Copy)]
pub struct FirstFacts<'a> {
    account: &'a NewAccount,
    has_accounts: bool,
}

impl Condition for FirstRule {
    type Facts<'a> = FirstFacts<'a>;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn is_met(self, facts: &FirstFacts<'_>) -> bool {
        match self {
            Self::IsTheFirst => !facts.has_accounts,
            Self::IsStaff => facts.account.roles.contains(Role::Staff),
        }
    }

    fn reason(self, _: &FirstFacts<'_>) -> Reason {
        let (sentence, hint) = match self {
            Self::IsTheFirst => {
                ("There is an account already.", "Name the member of staff who creates this one.")
            }
            Self::IsStaff => (
                "The first account does not hold the role staff.",
                "Give it the role staff: without it nobody could grant anything.",
            ),
        };
        Reason::new(self.code(), sentence, hint)
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

const NOTHING_LEFT: &str = "Nothing is left to do.";

impl Condition for Rule {
    type Facts<'a> = Facts<'a>;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn is_met(self, &Facts { actor, action, account, has_reason }: &Facts<'_>) -> bool {
        let roles = &account.person.roles;
        match self {
            Self::IsNotYourself => actor.id != account.person.id,
            // The actor is active staff and stays so, because `IsNotYourself`
            // holds. So this advises the last one; the roster's constraint
            // decides races.
            Self::IsNotTheLastStaff => {
                !(account.is_active && roles.contains(Role::Staff) && account.active_staff <= 1)
            }
            Self::RoleIsNotHeld => !has_role(action, account),
            Self::RoleIsHeld => has_role(action, account),
            Self::IsActive => account.is_active,
            Self::IsDeactivated => !account.is_active,
            Self::IsSignedIn => account.is_signed_in,
            Self::TokenWorks => account.has_token,
            Self::ReasonIsGiven => has_reason,
        }
    }

    fn reason(self, &Facts { action, account, .. }: &Facts<'_>) -> Reason {
        let name = &account.person.display_name;
        let (sentence, hint) = match self {
            Self::IsNotYourself => ("This is your own account.".to_owned(), instead(action)),
            Self::IsNotTheLastStaff => (
                "This is the last active staff account.".to_owned(),
                "Grant the role staff to somebody else first.",
            ),
            Self::RoleIsNotHeld => {
                (format!("{name} holds the role {} already.", role_of(action)), NOTHING_LEFT)
            }
            Self::RoleIsHeld => {
                (format!("{name} does not hold the role {}.", role_of(action)), NOTHING_LEFT)
            }
            Self::IsActive if action == AccountAction::ResetPassword => (
                format!("{name}'s account is deactivated."),
                "Reactivate it first: until then no password lets anybody in.",
            ),
            Self::IsActive => (format!("{name}'s account is deactivated already."), NOTHING_LEFT),
            Self::IsDeactivated => (format!("{name}'s account is active already."), NOTHING_LEFT),
            Self::IsSignedIn => (format!("{name} is not signed in anywhere."), NOTHING_LEFT),
            Self::TokenWorks => ("The token lets nobody in any more.".to_owned(), NOTHING_LEFT),
            Self::ReasonIsGiven => {
                ("No reason is given.".to_owned(), "Write why; the record keeps it.")
            }
        };
        Reason::new(self.code(), sentence, hint)
    }
}

fn has_role(action: AccountAction, account: &Account) -> bool {
    match action {
        AccountAction::Grant(role) | AccountAction::Revoke(role) => {
            account.person.roles.contains(role)
        }
        AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::SetPassword
        | AccountAction::ResetPassword
        | AccountAction::EndSessions
        | AccountAction::RevokeToken => false,
    }
}

fn role_of(action: AccountAction) -> &'static str {
    match action {
        AccountAction::Grant(role) | AccountAction::Revoke(role) => role.as_str(),
        AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::SetPassword
        | AccountAction::ResetPassword
        | AccountAction::EndSessions
        | AccountAction::RevokeToken => "",
    }
}

/// Returns what to do instead about one's own account.
fn instead(action: AccountAction) -> &'static str {
    match action {
        AccountAction::Grant(_)
        | AccountAction::Revoke(_)
        | AccountAction::Deactivate
        | AccountAction::Reactivate
        | AccountAction::SetPassword => "Another member of staff has to do it.",
        AccountAction::ResetPassword => "Change your password on the page My account.",
        AccountAction::EndSessions => "End your sessions on the page My account.",
        AccountAction::RevokeToken => "Revoke your tokens on the page My account.",
    }
}
