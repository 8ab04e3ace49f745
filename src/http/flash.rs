//! Lists the messages that a page shows once after an action, with their names and
//! their words.

use std::borrow::Cow;

use crate::domain::{Action, RevisionNumber, decimal};

/// The line that the next page shows once. The cookie carries its name and not its
/// text, so that a forged cookie cannot put words on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// An action took effect.
    Done(Action),
    /// A text is saved as this revision.
    Saved(RevisionNumber),
    /// The text of a post in review is saved as this revision.
    WithReviewers(RevisionNumber),
    /// A text is saved, and its post submitted.
    SavedAndSubmitted,
    /// A save changed nothing.
    Unchanged,
    /// An incident is acknowledged.
    Acknowledged,
    /// The session has ended.
    SignedOut,
    /// Staff have changed an account.
    AccountChanged,
    /// A person has set their password with a link.
    PasswordSet,
    /// A person has changed their password.
    PasswordChanged,
    /// A person has signed out one of their other browsers.
    SessionEnded,
    /// A person has signed out all their other browsers.
    SessionsEnded,
    /// A person has revoked one of their tokens.
    TokenRevoked,
}

/// Gives the lines that are about no action on a post and name no revision their names.
macro_rules! named_lines {
    ($($variant:ident = $name:literal,)*) => {
        impl Flash {
            const NAMED: [(Self, &'static str); [$($name),*].len()] =
                [$((Self::$variant, $name)),*];

            /// Returns the name of the line, for the cookie.
            pub(crate) fn name(self) -> Cow<'static, str> {
                match self {
                    Self::Done(action) => action.as_str().into(),
                    Self::Saved(revision) => format!("saved-as-{revision}").into(),
                    Self::WithReviewers(revision) => format!("with-reviewers-{revision}").into(),
                    $(Self::$variant => $name.into(),)*
                }
            }
        }
    };
}

named_lines! {
    SavedAndSubmitted = "saved-and-submitted",
    Unchanged = "unchanged",
    Acknowledged = "acknowledged",
    SignedOut = "signed-out",
    AccountChanged = "account-changed",
    PasswordSet = "password-set",
    PasswordChanged = "password-changed",
    SessionEnded = "session-ended",
    SessionsEnded = "sessions-ended",
    TokenRevoked = "token-revoked",
}

impl Flash {
    /// Returns the line that a cookie names.
    pub fn parse(name: &str) -> Option<Self> {
        let revision = |number: &str| decimal(number).map(RevisionNumber);
        if let Some(number) = name.strip_prefix("saved-as-") {
            return revision(number).map(Self::Saved);
        }
        if let Some(number) = name.strip_prefix("with-reviewers-") {
            return revision(number).map(Self::WithReviewers);
        }
        let named = Self::NAMED.into_iter().find(|(_, known)| *known == name);
        named.map(|(flash, _)| flash).or_else(|| name.parse().ok().map(Self::Done))
    }

    /// Returns whether it tells that a typed text is saved.
    pub fn is_about_a_text(self) -> bool {
        matches!(
            self,
            Self::Done(Action::Create | Action::Revise)
                | Self::Saved(_)
                | Self::WithReviewers(_)
                | Self::SavedAndSubmitted
                | Self::Unchanged
        )
    }

    /// Returns the line.
    pub fn sentence(self) -> Cow<'static, str> {
        let sentence = match self {
            Self::Saved(revision) => return format!("Saved as revision {revision}.").into(),
            Self::WithReviewers(revision) => {
                return format!("Saved as revision {revision}. Reviewers can see it now.").into();
            }
            Self::Done(Action::Create) => "Draft saved.",
            Self::Done(Action::Revise) => "New revision saved.",
            Self::Done(Action::Submit) => "Submitted for review.",
            Self::Done(Action::RequestChanges) => {
                "Changes requested. The author sees your note on their desk."
            }
            Self::Done(Action::WithdrawRequest) => "Change request withdrawn.",
            Self::Done(Action::Publish) => "Published. Everyone can read it now.",
            Self::Done(Action::Archive) => "Archived. Readers no longer see it.",
            Self::SavedAndSubmitted => "Saved and submitted for review.",
            Self::Unchanged => "No changes to save.",
            Self::Acknowledged => "Incident acknowledged.",
            Self::SignedOut => "You are signed out.",
            Self::AccountChanged => "Account changed.",
            Self::PasswordSet => "Your password is set. You can sign in now.",
            Self::PasswordChanged => "Password changed. All your other browsers are signed out.",
            Self::SessionEnded => "That browser is signed out.",
            Self::SessionsEnded => "All your other browsers are signed out.",
            Self::TokenRevoked => "Token revoked.",
        };
        sentence.into()
    }
}
