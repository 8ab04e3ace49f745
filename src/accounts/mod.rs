//! Accounts: passwords, sessions, tokens, one-time links, and the actor that a
//! credential names.
//!
//! A credential carries an identity and never authority. Authority is read from
//! the account's row, which the transaction of the action locks.

pub mod account_search;
pub mod devices;
pub mod directory;
pub(crate) mod facts;
pub mod identity;
pub mod known_browsers;
pub mod links;
pub mod password_choice;
pub mod passwords;
mod person;
pub mod secrets;
pub mod sessions;
mod stored_password;
pub mod throttle;
pub mod tokens;

pub use identity::{Credential, identify, load};
pub use person::{AccountLine, any_exists, find, find_any, list, username_of};
pub use sessions::SessionId;
pub use stored_password::{StoredPassword, stored_password};

pub(crate) use person::{LockedPerson, lock, lock_first};
