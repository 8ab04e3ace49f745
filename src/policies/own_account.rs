//! Is a change that somebody makes to their own account valid now?

use crate::domain::{Actor, OwnChange, Person, Reason};
use crate::permissions::{self, OwnAccountCapability};
use crate::policies::PolicyDenied;

/// What is known of the account under its lock, as far as the change asks.
#[derive(Debug, Default)]
pub struct Facts {
    /// Whether whoever asks has shown the password that is stored now, or a
    /// link that works.
    pub is_proven: bool,
    /// Whether they are signed in anywhere else.
    pub has_other_sessions: bool,
    /// Whether the session in question is theirs and not over.
    pub has_session: bool,
    /// Whether the token in question is theirs and lets a program in.
    pub has_token: bool,
    /// Whether a token of theirs that works has the new one's name.
    pub has_token_of_that_name: bool,
    /// How many tokens of theirs work.
    pub tokens: i64,
}

/// How many tokens a person may have that work.
pub const MOST_TOKENS: i64 = 50;

/// Proof that a change to one's own account is valid, within one transaction.
#[derive(Debug)]
#[must_use = "a validity is a question half asked: invariants come next"]
pub struct OwnAccountValidity<'tx> {
    actor: Actor<'tx>,
    change: OwnChange,
}

/// Returns proof that the change is valid on the account as it is now.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn evaluate_own<'tx>(
    capability: OwnAccountCapability<'tx>,
    change: OwnChange,
    facts: &Facts,
) -> Result<OwnAccountValidity<'tx>, PolicyDenied> {
    let actor = capability.into_actor();
    let reasons = unmet(&change, actor.person(), facts);
    if reasons.is_empty() {
        Ok(OwnAccountValidity { actor, change })
    } else {
        Err(PolicyDenied { reasons })
    }
}

fn unmet(change: &OwnChange, person: &Person, facts: &Facts) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut refuse = |code, sentence: String, hint| reasons.push(Reason::new(code, sentence, hint));
    match change {
        OwnChange::Password(_) if !facts.is_proven => refuse(
            "wrong-password",
            "This is not your current password.".into(),
            "Write it once more, or ask a member of staff for a link to set a new one.",
        ),
        OwnChange::EndSession(_) if !facts.has_session => {
            refuse(
                "session-over",
                "That session is over already.".into(),
                "Nothing is left to do.",
            );
        }
        OwnChange::EndOtherSessions if !facts.has_other_sessions => refuse(
            "not-signed-in-elsewhere",
            "You are not signed in anywhere else.".into(),
            "Nothing is left to do.",
        ),
        OwnChange::RevokeToken(_) if !facts.has_token => {
            refuse(
                "token-over",
                "The token lets nobody in any more.".into(),
                "Nothing is left to do.",
            );
        }
        OwnChange::MakeToken(token) => {
            if facts.has_token_of_that_name {
                refuse(
                    "token-name-used",
                    "A token of yours has that name and still works.".into(),
                    "Choose another name, or revoke that token first.",
                );
            }
            if facts.tokens >= MOST_TOKENS {
                refuse(
                    "too-many-tokens",
                    format!("You have {MOST_TOKENS} tokens that work."),
                    "Revoke one that nothing uses any more.",
                );
            }
            // It would not be wrong, since a token never holds more than its
            // account; it would promise what it does not do.
            for permission in token.permissions.iter().flatten() {
                if !permissions::holds(&person.roles, *permission) {
                    refuse(
                        "permission-not-held",
                        format!("Your account does not hold the permission {permission}."),
                        "Leave it out: a token holds no more than its account.",
                    );
                }
            }
        }
        OwnChange::Password(_)
        | OwnChange::EndSession(_)
        | OwnChange::EndOtherSessions
        | OwnChange::RevokeToken(_) => {}
    }
    reasons
}

impl<'tx> OwnAccountValidity<'tx> {
    /// Returns whose account it is.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }

    /// Returns the change.
    pub fn change(&self) -> &OwnChange {
        &self.change
    }
}
