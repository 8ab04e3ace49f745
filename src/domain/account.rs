//! Names the actions on accounts, and holds what each one needs. Staff change the
//! accounts of others; people change their own.

use std::fmt;

use super::decimal::decimal;
use super::named::{HasName, named};
use super::{Ability, Command, FieldError, Permission, Role, RoleSet, TokenId, Username};

/// What can be done to an account that exists, by its name alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountAction {
    /// Replace the display name.
    Rename,
    /// Give a role.
    Grant(Role),
    /// Take a role away.
    Revoke(Role),
    /// Deactivate the account.
    Deactivate,
    /// Reactivate the account.
    Reactivate,
    /// Replace the password by one that staff choose.
    SetPassword,
    /// End the password, and make a one-time link for a new one.
    ResetPassword,
    /// End all sessions.
    EndSessions,
    /// Revoke one API token.
    RevokeToken(TokenId),
}

named! {
    /// What can be done about accounts, without what it takes.
    pub enum AccountActionKind is "an action on an account" {
        /// Create an account.
        Create = "create-account",
        /// Create the first account of an empty system.
        CreateFirst = "create-first-account",
        /// Replace the display name.
        Rename = "rename-account",
        /// Grant a role.
        Grant = "grant-role",
        /// Revoke a role.
        Revoke = "revoke-role",
        /// Deactivate the account.
        Deactivate = "deactivate-account",
        /// Reactivate the account.
        Reactivate = "reactivate-account",
        /// Set the password.
        SetPassword = "set-password",
        /// End the password, and make a one-time link for another.
        ResetPassword = "reset-password",
        /// End all sessions.
        EndSessions = "end-sessions",
        /// Revoke one API token.
        RevokeToken = "revoke-token",
    }
}

named! {
    /// What people do to their own accounts, without what it takes.
    pub enum OwnActionKind is "an action on one's own account" {
        /// Replace the password.
        ChangePassword = "change-own-password",
        /// Set the password with a one-time link.
        SetPasswordByLink = "set-password-by-link",
        /// End one session.
        EndSession = "end-own-session",
        /// End every session but this one.
        EndOtherSessions = "end-own-other-sessions",
        /// Make an API token.
        MakeToken = "make-own-token",
        /// Revoke an API token.
        RevokeToken = "revoke-own-token",
    }
}

impl AccountAction {
    /// Returns what is done, without what it takes.
    pub fn kind(self) -> AccountActionKind {
        match self {
            Self::Rename => AccountActionKind::Rename,
            Self::Grant(_) => AccountActionKind::Grant,
            Self::Revoke(_) => AccountActionKind::Revoke,
            Self::Deactivate => AccountActionKind::Deactivate,
            Self::Reactivate => AccountActionKind::Reactivate,
            Self::SetPassword => AccountActionKind::SetPassword,
            Self::ResetPassword => AccountActionKind::ResetPassword,
            Self::EndSessions => AccountActionKind::EndSessions,
            Self::RevokeToken(_) => AccountActionKind::RevokeToken,
        }
    }

    /// Returns the role that it is about.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Grant(role) | Self::Revoke(role) => Some(role),
            Self::Rename
            | Self::Deactivate
            | Self::Reactivate
            | Self::SetPassword
            | Self::ResetPassword
            | Self::EndSessions
            | Self::RevokeToken(_) => None,
        }
    }

    /// Returns the name in addresses and records. The role is a field of its own.
    pub fn as_str(self) -> &'static str {
        self.kind().as_str()
    }

    /// Returns the words on the button.
    pub fn label(self) -> String {
        match self {
            Self::Rename => "Change the display name".to_owned(),
            Self::Grant(role) => format!("Grant the role {role}"),
            Self::Revoke(role) => format!("Revoke the role {role}"),
            Self::Deactivate => "Deactivate".to_owned(),
            Self::Reactivate => "Reactivate".to_owned(),
            Self::SetPassword => "Set the password".to_owned(),
            Self::ResetPassword => "Reset the password".to_owned(),
            Self::EndSessions => "End all sessions".to_owned(),
            Self::RevokeToken(_) => "Revoke the token".to_owned(),
        }
    }
}

impl HasName for AccountAction {
    fn name(self) -> &'static str {
        self.as_str()
    }
}

/// What people do to their own accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnChange {
    /// Replace the password.
    Password(NewPassword),
    /// End one session, by its number.
    EndSession(i64),
    /// End every session but the current one.
    EndOtherSessions,
    /// Make an API token.
    MakeToken(NewToken),
    /// Revoke an API token.
    RevokeToken(TokenId),
}

/// A new password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassword {
    /// Its Argon2id hash.
    pub hash: String,
    /// The session that replaces the ended ones; none with a one-time link.
    pub session: Option<NewSession>,
    /// Whether the person keeps their API tokens; otherwise they end with the old
    /// password.
    pub keeps_tokens: bool,
}

/// A session that replaces the one that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The SHA-256 of its id.
    pub id_hash: SecretHash,
    /// The browser and its system, in a few words.
    pub device: String,
    /// Its lifetime, in seconds, used or not.
    pub lifetime_seconds: i32,
}

/// An API token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Its name.
    pub name: TokenName,
    /// How long it works.
    pub lifetime: TokenLifetime,
    /// The permissions that it is narrowed to; `None` is all that its account holds.
    pub permissions: Option<Vec<Permission>>,
    /// Its first characters, to recognise it by.
    pub beginning: String,
    /// The SHA-256 of the token.
    pub secret: SecretHash,
}

impl OwnChange {
    /// Returns what is done, without what it takes.
    pub fn kind(&self) -> OwnActionKind {
        match self {
            Self::Password(_) => OwnActionKind::ChangePassword,
            Self::EndSession(_) => OwnActionKind::EndSession,
            Self::EndOtherSessions => OwnActionKind::EndOtherSessions,
            Self::MakeToken(_) => OwnActionKind::MakeToken,
            Self::RevokeToken(_) => OwnActionKind::RevokeToken,
        }
    }
}

impl Command for OwnChange {
    const ABILITY: Ability = Ability::OwnAccount;
}

/// An account that does not exist yet.
#[derive(Debug)]
pub struct NewAccount {
    /// What the person signs in with.
    pub username: Username,
    /// What others see.
    pub display_name: String,
    /// The Argon2id hash of the password.
    pub password_hash: String,
    /// What the person holds from the beginning.
    pub roles: RoleSet,
    /// The SHA-256 of the secret in the one-time link with which the person sets
    /// a password, where the hash is of an unknown one.
    pub link: Option<SecretHash>,
}

impl Command for NewAccount {
    const ABILITY: Ability = Ability::ManageAccounts;
}

/// What replaces a password until the person has set another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordReset {
    /// The Argon2id hash of a random password.
    pub unusable_hash: String,
    /// The SHA-256 of the secret in the link.
    pub link: SecretHash,
}

/// The name of a token: one line of 1 to [`super::NAME_LIMIT`] characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    /// Returns the name, or what to write instead.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        super::parse_name("name", text, super::NAME_LIMIT, "Enter a name for the token.").map(Self)
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The hours for which a one-time link to set a password works.
pub const LINK_HOURS: i32 = 48;

/// The lifetime of a token: 1 to [`TokenLifetime::LIMIT`] days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLifetime(i32);

impl TokenLifetime {
    /// The most days.
    pub const LIMIT: i32 = 366;

    /// Returns the lifetime, or what to write instead.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        match decimal(text.trim()) {
            Some(days @ 1..=Self::LIMIT) => Ok(Self(days)),
            _ => Err(FieldError::new("days", format!("Enter 1 to {} days.", Self::LIMIT))),
        }
    }

    /// Returns the number of days.
    pub fn days(self) -> i32 {
        self.0
    }
}

/// The SHA-256 of a secret, as it is stored. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Returns the hash that these bytes are.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretHash(..)")
    }
}
