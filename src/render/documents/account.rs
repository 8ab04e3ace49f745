//! Shows programs the accounts.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::AccountLine;
use crate::domain::Role;

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountsBody {
    /// Newest first.
    pub(crate) accounts: Vec<AccountBody>,
}

/// An account as staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountBody {
    /// Its number.
    pub(crate) id: i64,
    /// Username.
    pub(crate) username: String,
    /// Display name.
    pub(crate) name: String,
    /// Its roles.
    pub(crate) roles: Vec<Role>,
    /// Whether the account is active.
    pub(crate) is_active: bool,
    /// When it was created.
    pub(crate) created_at: Timestamp,
}

impl From<AccountLine> for AccountBody {
    fn from(AccountLine { person, is_active, created_at }: AccountLine) -> Self {
        Self {
            id: person.id.0,
            roles: person.roles.iter().collect(),
            username: person.username,
            name: person.display_name,
            is_active,
            created_at,
        }
    }
}
