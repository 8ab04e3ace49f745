//! Hashing passwords with Argon2id: 19 MiB, two passes, one lane, which is the
//! minimum that the OWASP Password Storage Cheat Sheet recommends.
//!
//! A password is hashed in Unicode's NFC (NIST SP 800-63B-4, 3.1.1.2): systems
//! send the same letters in different compositions.

use argon2::password_hash::phc::{Output, Salt};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::accounts::secrets::Secret;
use crate::domain::Password;

/// A hash of no password. Checking it takes as long as checking a real one, so
/// an unknown username is answered as slowly as a known one.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$aW1wcmltYXR1ci1ub2JvZA$\
                          R3TFGLNFDBxfeUWFYRNvkDbXjBNK8Q8bBYQhD2Kr2rA";

/// The bytes of a salt.
const SALT_LENGTH: usize = 16;

/// Why a password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingError(String);

impl HashingError {
    fn new(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// The 19 MiB that one hash at a time works in.
pub struct HashingMemory(Vec<Block>);

impl HashingMemory {
    /// Allocates the memory.
    pub fn allocate() -> Self {
        Self(vec![Block::new(); Params::default().block_count()])
    }

    fn compute(
        &mut self,
        password: &str,
        params: Params,
        salt: &[u8],
    ) -> Result<Output, HashingError> {
        // Only a hash that another program stored needs more.
        self.0.resize(self.0.len().max(params.block_count()), Block::new());
        let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
        Argon2::new(Algorithm::Argon2id, Version::default(), params)
            .hash_password_into_with_memory(
                composed(password).as_bytes(),
                salt,
                &mut output,
                &mut self.0,
            )
            .map_err(HashingError::new)?;
        Output::new(&output).map_err(HashingError::new)
    }
}

/// Returns the hash to store, in PHC string format. It takes 19 MiB and some
/// 20 ms of a processor: a server uses [`hash_in`], whose memory is bounded.
pub fn hash(password: &Password) -> Result<String, HashingError> {
    hash_in(&mut HashingMemory::allocate(), password)
}

/// Returns the hash to store, computed in this memory.
pub fn hash_in(memory: &mut HashingMemory, password: &Password) -> Result<String, HashingError> {
    let random = Secret::random().hash();
    let salt = Salt::new(&random.as_bytes()[..SALT_LENGTH]).map_err(HashingError::new)?;
    let output = memory.compute(password.as_str(), Params::default(), &salt)?;
    let mut hash = PasswordHash::new(DUMMY_HASH).map_err(HashingError::new)?;
    (hash.salt, hash.hash) = (Some(salt), Some(output));
    Ok(hash.to_string())
}

/// Returns a hash that no known password has, for an account whose owner has
/// still to choose one. It is random bytes in the form of a hash, so it costs
/// nothing to make, and as much as any other to check.
pub fn unusable_hash() -> Result<String, HashingError> {
    let random = Secret::random().hash();
    let mut hash = PasswordHash::new(DUMMY_HASH).map_err(HashingError::new)?;
    hash.hash = Some(Output::new(random.as_bytes()).map_err(HashingError::new)?);
    Ok(hash.to_string())
}

/// Returns whether the password is the one that was hashed. Without a hash it
/// takes the same time and returns false.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    verify_in(&mut HashingMemory::allocate(), password, hash)
}

/// Returns what [`verify`] does, computed in this memory.
pub fn verify_in(memory: &mut HashingMemory, password: &str, hash: Option<&str>) -> bool {
    let is_right = PasswordHash::new(hash.unwrap_or(DUMMY_HASH)).is_ok_and(|stored| {
        let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return false };
        Params::try_from(&stored).is_ok_and(|params| {
            let output = memory.compute(password, params, &salt);
            // In constant time.
            output.is_ok_and(|output| output == expected)
        })
    });
    is_right && hash.is_some()
}

fn composed(password: &str) -> std::borrow::Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(password)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::{DUMMY_HASH, hash, unusable_hash, verify};
    use crate::domain::Password;

    #[test]
    fn a_hash_of_no_password_costs_what_a_real_one_costs() {
        let real = hash(&Password::parse("a password for tests").unwrap()).unwrap();
        let unusable = [unusable_hash().unwrap(), unusable_hash().unwrap()];
        assert_ne!(unusable[0], unusable[1]);
        let real = PasswordHash::new(&real).unwrap();
        for text in unusable.iter().map(String::as_str).chain([DUMMY_HASH]) {
            let other = PasswordHash::new(text).unwrap();
            assert_eq!(other.algorithm, real.algorithm);
            assert_eq!(other.params.to_string(), real.params.to_string());
            assert_eq!(other.salt.unwrap().len(), real.salt.unwrap().len());
            assert_eq!(other.hash.unwrap().len(), real.hash.unwrap().len());
        }
    }

    #[test]
    fn only_the_password_that_was_hashed_is_right() {
        let stored = hash(&Password::parse("a password for tests").unwrap()).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("a password for tests", Some(&stored)));
        assert!(!verify("a password for testz", Some(&stored)));
        assert!(!verify("a password for tests", None));
    }

    #[test]
    fn the_same_letters_are_the_same_password_however_they_are_composed() {
        let stored = hash(&Password::parse("\u{fc}beraus m\u{e4}rchenhaft").unwrap()).unwrap();
        assert!(verify("u\u{308}beraus ma\u{308}rchenhaft", Some(&stored)));
    }
}
