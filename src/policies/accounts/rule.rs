//! The rules about changes of an account, and which change must meet which.

use crate::domain::{AccountAction, Person, Role, named};

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
        /// A renaming changes the display name.
        NameIsNew = "same-name",
        /// The display name that the person saw is the current one.
        NameSeenIsCurrent = "stale-name",
        /// A change says why.
        ReasonIsGiven = "reason-missing",
    }
}

/// Returns the rules that a change must meet.
pub fn rules(action: AccountAction) -> &'static [Rule] {
    use Rule::{
        IsActive, IsDeactivated, IsNotTheLastStaff, IsNotYourself, IsSignedIn, NameIsNew,
        NameSeenIsCurrent, ReasonIsGiven, RoleIsHeld, RoleIsNotHeld, TokenWorks,
    };
    match action {
        // A name is no power: also the only member of staff corrects their own.
        AccountAction::Rename => &[NameIsNew, NameSeenIsCurrent, ReasonIsGiven],
        AccountAction::Grant(_) => &[IsNotYourself, RoleIsNotHeld, ReasonIsGiven],
        AccountAction::Revoke(Role::Staff) => {
            &[IsNotYourself, IsNotTheLastStaff, RoleIsHeld, ReasonIsGiven]
        }
        AccountAction::Revoke(_) => &[IsNotYourself, RoleIsHeld, ReasonIsGiven],
        AccountAction::Deactivate => &[IsNotYourself, IsNotTheLastStaff, IsActive, ReasonIsGiven],
        AccountAction::Reactivate => &[IsNotYourself, IsDeactivated, ReasonIsGiven],
        // The operator's way back in, also for oneself, with or without a reason.
        AccountAction::SetPassword => &[IsActive],
        AccountAction::ResetPassword => &[IsNotYourself, IsActive, ReasonIsGiven],
        AccountAction::EndSessions => &[IsNotYourself, IsSignedIn, ReasonIsGiven],
        AccountAction::RevokeToken(_) => &[IsNotYourself, TokenWorks, ReasonIsGiven],
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
    /// The display name that is given.
    pub name: Option<NewName<'a>>,
}

/// The display name that a renaming gives, and the one that the person saw.
#[derive(Debug, Clone, Copy)]
pub struct NewName<'a> {
    /// The new name.
    pub to: &'a str,
    /// The name that was shown, if one was.
    pub seen: Option<&'a str>,
}
