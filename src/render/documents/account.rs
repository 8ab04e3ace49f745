use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Person, Role};

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

impl AccountBody {
    /// Returns the account of a person who can sign in.
    pub(crate) fn active(person: Person, created_at: Timestamp) -> Self {
        Self {
            id: person.id.0,
            roles: person.roles.iter().collect(),
            username: person.username,
            name: person.display_name,
            is_active: true,
            created_at,
        }
    }

    /// Returns the account of a person who cannot sign in.
    pub(crate) fn deactivated(person: Person, created_at: Timestamp) -> Self {
        Self { is_active: false, ..Self::active(person, created_at) }
    }
}
