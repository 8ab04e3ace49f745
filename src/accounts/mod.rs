//! Accounts: passwords, sessions, tokens, one-time links, and the actor that a
//! credential names.
//!
//! A credential carries an identity and never authority. Authority is read from
//! the account's row, which the transaction of the action locks.

pub mod devices;
pub mod directory;
pub(crate) mod facts;
pub mod identity;
pub mod links;
pub mod passwords;
mod person;
pub mod secrets;
pub mod sessions;
pub mod sign_in;
pub mod tokens;

pub use identity::{Credential, identify, load};
pub use person::{AccountLine, any_exists, find, find_any, list, username_of};
pub use sessions::SessionId;

pub(crate) use person::{LockedPerson, lock, lock_first};
