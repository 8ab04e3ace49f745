use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Person, Role};

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountsBody {
    /// The newest first.
    pub(crate) accounts: Vec<AccountBody>,
}

/// An account as staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountBody {
    /// Its number.
    pub(crate) id: i64,
    /// What its person signs in with.
    pub(crate) username: String,
    /// The name that others see.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) roles: Vec<Role>,
    /// Whether its person may come in.
    pub(crate) is_active: bool,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
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
