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
pub mod last_use;
pub mod links;
pub mod password_choice;
pub mod passwords;
mod person;
pub mod secrets;
pub mod sessions;
pub mod throttle;
pub mod tokens;

pub use identity::{Credential, identify, load};
pub use person::{
    AccountLine, StoredPassword, any_exists, byline_of, find, find_any, list, stored_password,
};
pub use sessions::SessionId;

pub(crate) use person::{LockedPerson, lock, lock_first};
