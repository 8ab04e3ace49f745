//! People: who acts, how they sign in, and how accounts change.
//!
//! A session, or any other credential, carries an identity and never
//! authority. Authority is read here, from the row that a transaction pins, at
//! the moment of acting.

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
pub use person::{AccountLine, exist, find, known_as, list, whose_account};
pub use sessions::SessionId;

pub(crate) use person::{LockedPerson, lock, lock_first};
