//! Secrets that travel once: only their SHA-256 stays here.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::domain::SecretHash;

/// The digits of base 62, as they are sorted in ASCII.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many digits 256 bits take.
pub(super) const LENGTH: usize = 43;

/// 256 random bits as 43 letters and digits. It prints as nothing.
pub struct Secret(String);

impl Secret {
    /// Returns a secret that nobody has had.
    pub fn random() -> Self {
        // Each of the three has 122 bits from the system's generator.
        let mut hash = Sha256::new();
        for _ in 0..3 {
            hash.update(uuid::Uuid::new_v4().as_bytes());
        }
        Self(base62(&hash.finalize()))
    }

    /// Returns the secret as it travels.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns what is stored of it.
    pub fn hash(&self) -> SecretHash {
        hash_of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Returns what is stored of a secret that somebody shows.
pub fn hash_of(shown: &str) -> SecretHash {
    SecretHash::new(Sha256::digest(shown.as_bytes()).into())
}

/// Returns 32 bytes as 43 digits, the most significant first.
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
pub(super) fn base62_of(mut checksum: u32) -> String {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(checksum % 62) as usize];
        checksum /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, Secret, base62, base62_of};

    #[test]
    fn the_digits_say_the_number() {
        assert_eq!(base62(&[0; 32]), "0".repeat(LENGTH));
        let mut sixty_two = [0; 32];
        sixty_two[31] = 62;
        assert_eq!(base62(&sixty_two), format!("{}10", "0".repeat(LENGTH - 2)));
        // 2^256 - 1, as Python says it.
        assert_eq!(base62(&[255; 32]), "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1");
        assert_eq!(base62_of(u32::MAX), "4gfFC3");
    }

    #[test]
    fn no_two_secrets_are_the_same_and_none_is_printed() {
        let [one, other] = [Secret::random(), Secret::random()];
        assert_eq!(one.as_str().len(), LENGTH);
        assert_ne!(one.as_str(), other.as_str());
        assert_ne!(one.hash(), other.hash());
        assert_eq!(format!("{one:?} {:?}", one.hash()), "Secret(..) SecretHash(..)");
    }
}
