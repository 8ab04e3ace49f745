//! Browsers that an account's owner has signed in with before.
//!
//! Such a browser has a long-lived cookie: the account, a random number, and a
//! MAC over both and over the account's password hash. Nothing is stored, and a
//! change of the password makes every such cookie worthless. The cookie signs
//! no one in: it only gives the browser a throttle count of its own.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::accounts::secrets::{Secret, hash_of};
use crate::domain::{SecretHash, UserId, hex};

/// The most accounts that one browser is known for.
const MOST: usize = 5;

/// The key for the MACs: the one that signs the session cookies.
#[derive(Clone)]
pub struct BrowserKey(Vec<u8>);

impl BrowserKey {
    /// Returns the key.
    pub fn new(key: Vec<u8>) -> Self {
        Self(key)
    }

    /// Returns the name of the browser for the throttle, if its cookie is valid. It is
    /// if the owner has signed in with it since the password was set.
    pub fn recognise(&self, cookie: &str, user: UserId, hash: &str) -> Option<SecretHash> {
        cookie.split('~').take(MOST).find_map(|entry| {
            let (owner, rest) = entry.split_once('.')?;
            let (nonce, code) = rest.split_once('.')?;
            let is_right = owner == user.to_string()
                && decoded(code).is_some_and(|code| self.verify(user, hash, nonce, &code));
            is_right.then(|| hash_of(entry))
        })
    }

    /// Returns the cookie with an entry for the account in front, in place of an
    /// earlier one.
    pub fn remember(&self, cookie: &str, user: UserId, hash: &str) -> String {
        let nonce = Secret::random();
        let Some(mac) = self.mac(user, hash, nonce.as_str()) else { return cookie.to_owned() };
        let code = hex(&mac.finalize().into_bytes());
        let entry = format!("{user}.{}.{code}", nonce.as_str());
        let own = format!("{user}.");
        let others = cookie.split('~').filter(|it| !it.is_empty() && !it.starts_with(&own));
        let entries: Vec<&str> = [&*entry].into_iter().chain(others).take(MOST).collect();
        entries.join("~")
    }

    fn verify(&self, user: UserId, hash: &str, nonce: &str, code: &[u8]) -> bool {
        // In constant time.
        self.mac(user, hash, nonce).is_some_and(|mac| mac.verify_slice(code).is_ok())
    }

    /// Returns the MAC. There is one for keys of every length.
    fn mac(&self, user: UserId, hash: &str, nonce: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in ["imprimatur known browser", &user.to_string(), nonce, hash] {
            mac.update(part.as_bytes());
            mac.update(b"\0");
        }
        Some(mac)
    }
}

fn decoded(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..32).map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::BrowserKey;
    use crate::domain::UserId;

    #[test]
    fn a_browser_is_known_for_its_account_and_its_password_alone() {
        let key = BrowserKey::new(vec![7; 64]);
        let cookie = key.remember("", UserId(1), "hash");
        assert!(key.recognise(&cookie, UserId(1), "hash").is_some());
        assert!(key.recognise(&cookie, UserId(1), "other").is_none());
        assert!(key.recognise(&cookie, UserId(2), "hash").is_none());
        assert!(BrowserKey::new(vec![8; 64]).recognise(&cookie, UserId(1), "hash").is_none());
        let moved = cookie.replacen("1.", "2.", 1);
        assert!(key.recognise(&moved, UserId(2), "hash").is_none());
        for broken in ["", "~", "1", "1.", "1.x", "1.x.y", &cookie[..cookie.len() - 1]] {
            assert!(key.recognise(broken, UserId(1), "hash").is_none(), "{broken}");
        }
        // A sign before a digit is read as a number.
        let signed: Vec<u8> = (0..32).map(|byte| byte % 16).collect();
        let digits = super::hex(&signed);
        assert_eq!(super::decoded(&digits), Some(signed));
        assert_eq!(super::decoded(&digits.replacen('0', "+", 1)), None);
        assert_eq!(super::decoded(&format!("{digits}00")), None);
    }

    #[test]
    fn a_shared_browser_is_known_for_its_five_latest_accounts() {
        let key = BrowserKey::new(vec![7; 64]);
        let cookie = (1..=6).fold(String::new(), |cookie, user| {
            key.remember(&key.remember(&cookie, UserId(user), "old"), UserId(user), "hash")
        });
        assert!(key.recognise(&cookie, UserId(1), "hash").is_none());
        for user in 2..=6 {
            assert!(key.recognise(&cookie, UserId(user), "hash").is_some(), "{user}");
            assert!(key.recognise(&cookie, UserId(user), "old").is_none(), "{user}");
        }
    }
}
