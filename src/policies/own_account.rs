//! The rules about changes that people make to their own accounts.

use super::{Condition, Policy, PolicyDenied};
use crate::domain::{OwnActionKind, OwnChange, Permission, Person, Reason, named};
use crate::permissions;

/// The account under its lock, as far as the change asks.
#[derive(Debug, Default)]
pub struct OwnAccount {
    /// Whether the person has shown the password that is stored now, or a
    /// one-time link that works.
    pub is_proven: bool,
    /// Whether they are signed in anywhere else.
    pub has_other_sessions: bool,
    /// Whether the session in question is theirs and live.
    pub has_session: bool,
    /// Whether the token in question is theirs and works.
    pub has_token: bool,
    /// Whether a working token of theirs has the new one's name.
    pub has_token_of_that_name: bool,
    /// How many working tokens they have.
    pub tokens: i64,
}

/// The most working tokens that a person may have.
pub const MOST_TOKENS: i64 = 50;

named! {
    /// One condition on a change of one's own account.
    pub enum Rule is "a rule about one's own account" {
        /// The current password, or a one-time link, was shown.
        PasswordIsProven = "wrong-password",
        /// The session is live.
        SessionIsLive = "session-over",
        /// There is another session to end.
        IsSignedInElsewhere = "not-signed-in-elsewhere",
        /// The token works.
        TokenWorks = "token-over",
        /// No other working token has the name.
        TokenNameIsFree = "token-name-used",
        /// There is room for another token.
        HasRoomForAToken = "too-many-tokens",
        /// A token is narrowed to permissions that its account holds.
        PermissionsAreHeld = "permission-not-held",
    }
}

/// Returns the rules that a change must meet.
pub fn rules(kind: OwnActionKind) -> &'static [Rule] {
    match kind {
        OwnActionKind::ChangePassword | OwnActionKind::SetPasswordByLink => {
            &[Rule::PasswordIsProven]
        }
        OwnActionKind::EndSession => &[Rule::SessionIsLive],
        OwnActionKind::EndOtherSessions => &[Rule::IsSignedInElsewhere],
        OwnActionKind::MakeToken => &[
            Rule::PasswordIsProven,
            Rule::TokenNameIsFree,
            Rule::HasRoomForAToken,
            Rule::PermissionsAreHeld,
        ],
        OwnActionKind::RevokeToken => &[Rule::TokenWorks],
    }
}

/// Everything that a rule about one's own account may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    person: &'a Person,
    change: &'a OwnChange,
    account: &'a OwnAccount,
}

impl Policy for OwnChange {
    type Subject<'tx> = OwnAccount;

    fn check(&self, person: &Person, account: &OwnAccount) -> Result<(), PolicyDenied> {
        PolicyDenied::unless_met(rules(self.kind()), &Facts { person, change: self, account })
    }
}

/// Returns the permissions that a new token is narrowed to and that its account
/// does not hold. A token never holds more than its account; this refusal keeps its
/// description true.
fn not_held(person: &Person, change: &OwnChange) -> Vec<&'static str> {
    let narrowed = match change {
        OwnChange::MakeToken(token) => token.permissions.as_deref().unwrap_or_default(),
        OwnChange::Password(_)
        | OwnChange::EndSession(_)
        | OwnChange::EndOtherSessions
        | OwnChange::RevokeToken(_) => &[],
    };
    let missing = narrowed.iter().filter(|held| !permissions::holds(&person.roles, **held));
    missing.copied().map(Permission::as_str).collect()
}

impl Condition for Rule {
    type Facts<'a> = Facts<'a>;

    fn is_met(self, &Facts { person, change, account }: &Facts<'_>) -> bool {
        match self {
            Self::PasswordIsProven => account.is_proven,
            Self::SessionIsLive => account.has_session,
            Self::IsSignedInElsewhere => account.has_other_sessions,
            Self::TokenWorks => account.has_token,
            Self::TokenNameIsFree => !account.has_token_of_that_name,
            Self::HasRoomForAToken => account.tokens < MOST_TOKENS,
            Self::PermissionsAreHeld => not_held(person, change).is_empty(),
        }
    }

    fn reason(self, &Facts { person, change, .. }: &Facts<'_>) -> Reason {
        let (sentence, hint) = match self {
            Self::PasswordIsProven => (
                "This is not your current password.".to_owned(),
                "Try again, or ask a member of staff for a link to set a new password.",
            ),
            Self::SessionIsLive => ("This session has already ended.".to_owned(), ""),
            Self::IsSignedInElsewhere => ("You are not signed in anywhere else.".to_owned(), ""),
            Self::TokenWorks => ("This token has expired or was revoked.".to_owned(), ""),
            Self::TokenNameIsFree => (
                "You already have a working token with this name.".to_owned(),
                "If you have just created it and did not copy it, revoke it and create another. \
                 Otherwise choose another name.",
            ),
            Self::HasRoomForAToken => (
                format!("You already have {MOST_TOKENS} working tokens."),
                "Revoke a token that you no longer use.",
            ),
            Self::PermissionsAreHeld => {
                let missing = not_held(person, change);
                let noun = if missing.len() == 1 { "permission" } else { "permissions" };
                (
                    format!("Your account does not hold the {noun} {}.", missing.join(" and ")),
                    "Remove it: a token cannot have more permissions than its account.",
                )
            }
        };
        Reason::new(self, sentence, hint)
    }
}
