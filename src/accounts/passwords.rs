//! Hashing passwords with Argon2id: 19 MiB, two passes, one lane, which is the
//! minimum that the OWASP Password Storage Cheat Sheet recommends.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, PasswordHash};

use crate::accounts::secrets::Secret;
use crate::domain::Password;

/// A hash of a password that nobody has: checking it takes as long as checking
/// a real one, so that an unknown name answers as slowly as a known one.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$aW1wcmltYXR1ci1ub2JvZA$\
                       R3TFGLNFDBxfeUWFYRNvkDbXjBNK8Q8bBYQhD2Kr2rA";

/// Why a password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingError(String);

/// Returns the hash to store, in PHC string format. It takes 19 MiB and some
/// 20 ms of a processor: callers bound how many run at a time.
///
/// # Errors
///
/// [`HashingError`] when the machine gives no randomness or no memory.
pub fn hash(password: &Password) -> Result<String, HashingError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HashingError(error.to_string()))
}

/// Returns the hash of a password that nobody knows, not even we: for an account
/// that waits for its person to choose one.
///
/// # Errors
///
/// As [`hash`].
pub fn hash_unknown_password() -> Result<String, HashingError> {
    let secret = Secret::random();
    let password = Password::parse(secret.as_str()).map_err(|error| HashingError(error.message))?;
    hash(&password)
}

/// Returns whether the password is the one that was hashed. Without a hash it
/// takes the same time and returns false.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    let is_right = PasswordHash::new(hash.unwrap_or(DUMMY_HASH)).is_ok_and(|parsed| {
        Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
    });
    is_right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::{DUMMY_HASH, hash, verify};
    use crate::domain::Password;

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let real = hash(&Password::parse("a password for tests").unwrap()).unwrap();
        let [real, nobodys] = [&real, DUMMY_HASH].map(|text| PasswordHash::new(text).unwrap());
        assert_eq!(nobodys.algorithm, real.algorithm);
        assert_eq!(nobodys.params.to_string(), real.params.to_string());
        assert_eq!(nobodys.salt.unwrap().len(), real.salt.unwrap().len());
        assert_eq!(nobodys.hash.unwrap().len(), real.hash.unwrap().len());
    }

    #[test]
    fn only_the_password_that_was_hashed_is_right() {
        let stored = hash(&Password::parse("a password for tests").unwrap()).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("a password for tests", Some(&stored)));
        assert!(!verify("a password for testz", Some(&stored)));
        assert!(!verify("a password for tests", None));
    }
}
