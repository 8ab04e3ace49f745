use crate::accounts::secrets::Secret;
use crate::admin::accounts::password_link::unknown_password_hash;
use crate::domain::{
    AccountAction, FieldError, PasswordReset, Role, TokenId, UnknownName, decimal,
    parse_display_name,
};
use crate::http::Form;
use crate::policies::accounts::AccountChange;
use crate::refusal::Refusal;

/// The change that an address names.
#[derive(Debug, Clone)]
pub(super) struct RequestedChange {
    pub(super) action: AccountAction,
    /// The token to revoke.
    pub(super) token: Option<TokenId>,
    /// The new display name, as it was typed.
    pub(super) display_name: Option<String>,
    /// The display name that was shown.
    pub(super) seen_name: Option<String>,
}

/// A change with everything that it takes.
pub(super) struct PreparedChange {
    pub(super) change: AccountChange,
    /// The secret of the link that a password reset makes.
    pub(super) secret: Option<Secret>,
}

impl RequestedChange {
    /// Takes the change out of the last part of a path, and its role or token
    /// out of a query or a form.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] for another name; the role or token is missing or
    /// does not parse.
    pub(super) fn take(name: &str, fields: &mut Form) -> Result<Self, Refusal> {
        let plain = |action| -> Result<Self, Refusal> {
            Ok(Self { action, token: None, display_name: None, seen_name: None })
        };
        match name {
            "rename-account" => Ok(Self {
                action: AccountAction::Rename,
                token: None,
                display_name: fields.take("display_name")?,
                seen_name: fields.take("seen_name")?,
            }),
            "grant-role" => plain(AccountAction::Grant(role(fields)?)),
            "revoke-role" => plain(AccountAction::Revoke(role(fields)?)),
            "deactivate-account" => plain(AccountAction::Deactivate),
            "reactivate-account" => plain(AccountAction::Reactivate),
            "reset-password" => plain(AccountAction::ResetPassword),
            "end-sessions" => plain(AccountAction::EndSessions),
            "revoke-token" => {
                let id = decimal(&fields.require("token_id")?).map(TokenId);
                let id = id.ok_or_else(|| FieldError::new("token_id", "Choose a token."))?;
                Ok(Self { token: Some(id), ..plain(AccountAction::RevokeToken)? })
            }
            _ => Err(Refusal::NotFound),
        }
    }

    /// Makes what the change takes: a password reset needs a hash and a link.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotFound`] for a change that has no page; a display name that
    /// does not parse.
    pub(super) fn prepare(&self) -> Result<PreparedChange, Refusal> {
        let (change, secret) = match (self.action, self.token) {
            (AccountAction::Rename, _) => {
                let typed = self.display_name.as_deref().unwrap_or_default();
                let (to, seen) = (parse_display_name(typed)?, self.seen_name.clone());
                (AccountChange::Rename { to, seen }, None)
            }
            (AccountAction::Grant(role), _) => (AccountChange::Grant(role), None),
            (AccountAction::Revoke(role), _) => (AccountChange::Revoke(role), None),
            (AccountAction::Deactivate, _) => (AccountChange::Deactivate, None),
            (AccountAction::Reactivate, _) => (AccountChange::Reactivate, None),
            (AccountAction::EndSessions, _) => (AccountChange::EndSessions, None),
            (AccountAction::RevokeToken, Some(token)) => (AccountChange::RevokeToken(token), None),
            (AccountAction::ResetPassword, _) => {
                let secret = Secret::random();
                let nobodys_hash = unknown_password_hash()?;
                let reset = PasswordReset { nobodys_hash, link: secret.hash() };
                (AccountChange::ResetPassword(reset), Some(secret))
            }
            // Staff never type the password of another person.
            (AccountAction::SetPassword, _) | (AccountAction::RevokeToken, None) => {
                return Err(Refusal::NotFound);
            }
        };
        Ok(PreparedChange { change, secret })
    }
}

fn role(fields: &mut Form) -> Result<Role, FieldError> {
    let role = fields.require("role")?.parse();
    role.map_err(|unknown: UnknownName| FieldError::new("role", unknown.to_string()))
}
