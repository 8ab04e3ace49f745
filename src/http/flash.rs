use crate::domain::Action;

/// The line that the next page shows once. The cookie carries its name and not its
/// text, so that a forged cookie cannot put words on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    /// An action took effect.
    Done(Action),
    /// A post in review has a new revision.
    WithReviewers,
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
    /// A person has signed out their other browsers.
    SessionsEnded,
    /// A person has revoked one of their tokens.
    TokenRevoked,
}

impl Flash {
    /// The names of the lines that are not about an action on a post.
    const NAMED: [(Self, &'static str); 9] = [
        (Self::WithReviewers, "with-reviewers"),
        (Self::Unchanged, "unchanged"),
        (Self::Acknowledged, "acknowledged"),
        (Self::SignedOut, "signed-out"),
        (Self::AccountChanged, "account-changed"),
        (Self::PasswordSet, "password-set"),
        (Self::PasswordChanged, "password-changed"),
        (Self::SessionsEnded, "sessions-ended"),
        (Self::TokenRevoked, "token-revoked"),
    ];

    /// Returns the line that a cookie names.
    pub fn parse(name: &str) -> Option<Self> {
        let named = Self::NAMED.into_iter().find(|(_, known)| *known == name);
        named.map(|(flash, _)| flash).or_else(|| name.parse().ok().map(Self::Done))
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done(action) => action.as_str(),
            other => Self::NAMED
                .into_iter()
                .find(|(flash, _)| *flash == other)
                .map_or("", |named| named.1),
        }
    }

    /// Returns whether it tells that a typed text is saved.
    pub fn is_about_a_text(self) -> bool {
        matches!(
            self,
            Self::Done(Action::Create | Action::Revise) | Self::WithReviewers | Self::Unchanged
        )
    }

    /// Returns the line.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Done(Action::Create) => "Your draft is saved.",
            Self::Done(Action::Revise) => "Your new revision is saved.",
            Self::Done(Action::Submit) => "Submitted. It now waits for a reviewer.",
            Self::Done(Action::RequestChanges) => "Your change request is with the author.",
            Self::Done(Action::WithdrawRequest) => "Change request withdrawn.",
            Self::Done(Action::Publish) => "Published. Everybody can read it now.",
            Self::Done(Action::Archive) => "Archived. The public no longer sees it.",
            Self::WithReviewers => "Your new revision is saved. The reviewers see it now.",
            Self::Unchanged => "Nothing had changed, so there is no new revision.",
            Self::Acknowledged => "Acknowledged. What you wrote stands on the record.",
            Self::SignedOut => "You are signed out.",
            Self::AccountChanged => "Done, and written down in the record.",
            Self::PasswordSet => "Your password is set. Sign in with it.",
            Self::PasswordChanged => {
                "Your password is changed. Every other browser of yours is signed out."
            }
            Self::SessionsEnded => "Signed out there.",
            Self::TokenRevoked => "The token is revoked. It lets no program in any more.",
        }
    }
}
