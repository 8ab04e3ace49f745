//! Secrets that are shown once: only their SHA-256 is stored.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::domain::SecretHash;

/// The digits of base 62, in ASCII order.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number of base 62 digits of 256 bits.
pub(super) const LENGTH: usize = 43;

/// 256 random bits as 43 letters and digits. `Debug` does not print them.
pub struct Secret(String);

impl Secret {
    /// Returns a new random secret.
    pub fn random() -> Self {
        // Each of the three has 122 random bits of the operating system.
        let mut hash = Sha256::new();
        for _ in 0..3 {
            hash.update(uuid::Uuid::new_v4().as_bytes());
        }
        Self(base62(&hash.finalize()))
    }

    /// Returns the secret as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the hash to store.
    pub fn hash(&self) -> SecretHash {
        hash_of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Returns the hash that is stored of a secret.
pub fn hash_of(shown: &str) -> SecretHash {
    SecretHash::new(Sha256::digest(shown.as_bytes()).into())
}

/// Returns at most 32 bytes as 43 digits, the most significant first.
fn base62(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = [b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0u32;
        for byte in &mut number {
            let dividend = remainder << 8 | u32::from(*byte);
            *byte = (dividend / 62) as u8;
            remainder = dividend % 62;
        }
        *digit = DIGITS[remainder as usize];
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Returns a checksum as 6 digits, the most significant first.
pub(super) fn base62_of(checksum: u32) -> String {
    base62(&checksum.to_be_bytes()).split_off(LENGTH - 6)
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, Secret, base62, base62_of};

    #[test]
    fn base62_writes_the_number() {
        assert_eq!(base62(&[0; 32]), "0".repeat(LENGTH));
        let mut sixty_two = [0; 32];
        sixty_two[31] = 62;
        assert_eq!(base62(&sixty_two), format!("{}10", "0".repeat(LENGTH - 2)));
        // 2^256 - 1, computed with Python.
        assert_eq!(base62(&[255; 32]), "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
        assert_eq!(base62_of(u32::MAX), "4gfFC3");
    }

    #[test]
    fn secrets_differ_and_are_not_printed() {
        let [one, other] = [Secret::random(), Secret::random()];
        assert_eq!(one.as_str().len(), LENGTH);
        assert_ne!(one.as_str(), other.as_str());
        assert_ne!(one.hash(), other.hash());
        assert_eq!(format!("{one:?} {:?}", one.hash()), "Secret(..) SecretHash(..)");
    }
}
