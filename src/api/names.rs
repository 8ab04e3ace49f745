//! The names of the domain, for the document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{Action, Role, State};

/// Mirrors an enum of the domain, variant by variant, for the document. The case
/// comes as a token: as a literal the macro for the document does not see it.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident of $domain:ident { $($variant:ident),* }, $case:tt) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = $case)]
        pub(super) enum $name { $(#[doc = concat!("See `", stringify!($variant), "`.")] $variant),* }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value { $($domain::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                text.parse::<$domain>().map(Self::from).map_err(|error| error.to_string())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str($domain::from(*self).as_str())
            }
        }
    };
}

named! {
    /// Where a post stands.
    StateName of State { Draft, InReview, Published, Archived }, "snake_case"
}
named! {
    /// What can be done to a post.
    ActionName of Action {
        Create, Revise, Submit, RequestChanges, WithdrawRequest, Publish, Archive
    }, "kebab-case"
}
named! {
    /// What a person is trusted to do.
    RoleName of Role { Author, Reviewer, Staff }, "lowercase"
}
