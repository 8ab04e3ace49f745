//! Reads from an address and a form which change of an account staff ask for. The
//! workflow decides about it.

use crate::accounts::secrets::Secret;
use crate::admin::accounts::password_link::unusable_password_hash;
use crate::domain::{
    AccountAction, AccountActionKind, FieldError, PasswordReset, Role, TokenId, UnknownName,
    decimal, parse_display_name,
};
use crate::http::Form;
use crate::policies::accounts::AccountChange;
use crate::refusal::Refusal;

/// The change that an address names.
#[derive(Debug, Clone)]
pub(super) struct RequestedChange {
    pub(super) action: AccountAction,
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
    /// Takes the change out of the last part of a path, and its values out of a query or a form.
    pub(super) fn take(name: &str, fields: &mut Form) -> Result<Self, Refusal> {
        let kind = name.parse().map_err(|_: UnknownName| Refusal::NotFound)?;
        let action = match kind {
            AccountActionKind::Rename => AccountAction::Rename,
            AccountActionKind::Grant => AccountAction::Grant(role(fields)?),
            AccountActionKind::Revoke => AccountAction::Revoke(role(fields)?),
            AccountActionKind::Deactivate => AccountAction::Deactivate,
            AccountActionKind::Reactivate => AccountAction::Reactivate,
            AccountActionKind::ResetPassword => AccountAction::ResetPassword,
            AccountActionKind::EndSessions => AccountAction::EndSessions,
            AccountActionKind::RevokeToken => {
                let id = decimal(&fields.require("token_id")?).map(TokenId);
                let id = id.ok_or_else(|| FieldError::new("token_id", "Choose a token."))?;
                AccountAction::RevokeToken(id)
            }
            // Staff never type the password of another person.
            AccountActionKind::Create
            | AccountActionKind::CreateFirst
            | AccountActionKind::SetPassword => return Err(Refusal::NotFound),
        };
        let (display_name, seen_name) = match action {
            AccountAction::Rename => (fields.take("display_name")?, fields.take("seen_name")?),
            _ => (None, None),
        };
        Ok(Self { action, display_name, seen_name })
    }

    /// Makes the values that the change needs: a password reset needs a hash and a link.
    pub(super) fn prepare(&self) -> Result<PreparedChange, Refusal> {
        let mut secret = None;
        let change = match self.action {
            AccountAction::Rename => {
                let typed = self.display_name.as_deref().unwrap_or_default();
                AccountChange::Rename {
                    to: parse_display_name(typed)?,
                    seen: self.seen_name.clone(),
                }
            }
            AccountAction::Grant(role) => AccountChange::Grant(role),
            AccountAction::Revoke(role) => AccountChange::Revoke(role),
            AccountAction::Deactivate => AccountChange::Deactivate,
            AccountAction::Reactivate => AccountChange::Reactivate,
            AccountAction::EndSessions => AccountChange::EndSessions,
            AccountAction::RevokeToken(token) => AccountChange::RevokeToken(token),
            AccountAction::ResetPassword => {
                let unusable_hash = unusable_password_hash()?;
                let link = secret.insert(Secret::random()).hash();
                AccountChange::ResetPassword(PasswordReset { unusable_hash, link })
            }
            AccountAction::SetPassword => return Err(Refusal::NotFound),
        };
        Ok(PreparedChange { change, secret })
    }
}

fn role(fields: &mut Form) -> Result<Role, FieldError> {
    let role = fields.require("role")?.parse();
    role.map_err(|unknown: UnknownName| FieldError::new("role", unknown.to_string()))
}
