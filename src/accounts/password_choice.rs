//! Rejects new passwords that are guessed first.
//!
//! NIST SP 800-63B-4, 3.1.1.2 asks for a length and for a comparison with common,
//! repetitive and context-specific values. It forbids rules about kinds of characters.
//! `zxcvbn` knows lists of common passwords, words and names. It finds repetitions,
//! sequences, rows of keys and dates.

use icu_normalizer::ComposingNormalizerBorrowed;
use zxcvbn::zxcvbn;

use crate::domain::{FieldError, Password};

/// What an attacker who knows this program tries first.
const OF_THIS_PROGRAM: [&str; 6] =
    ["imprimatur", "let it be printed", "let-it-be-printed", "printed", "publishing", "publish"];

/// A phrase that is known as a good password. Its words are like any others.
const FAMOUS: [&str; 2] = ["correct horse battery staple", "correcthorsebatterystaple"];

/// The letters of the Russian keyboard, and those on the same keys.
const RUSSIAN_KEYS: (&str, &str) =
    ("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.");

/// The least number of guesses, as a power of ten (score 3 of zxcvbn). A slow hash
/// withstands as many if the database is stolen.
const LEAST_GUESSES_LOG10: f64 = 8.0;

/// Returns the password that a person chooses, or what to choose instead. `known`
/// is what others know of the person and the site, such as the username.
pub fn choose(typed: &str, known: &[&str]) -> Result<Password, FieldError> {
    let password = Password::parse(typed)?;
    let lower: Vec<String> = known
        .iter()
        .chain(&OF_THIS_PROGRAM)
        .flat_map(|text| [*text].into_iter().chain(text.split(|c: char| !c.is_alphanumeric())))
        .filter(|word| word.chars().count() > 2)
        .chain(FAMOUS)
        .map(str::to_lowercase)
        .collect();
    let known: Vec<&str> = lower.iter().map(String::as_str).collect();
    if readings(password.as_str()).iter().any(|reading| is_guessed(reading, &known)) {
        return Err(FieldError::new(
            "password",
            "This password is easy to guess. Do not use a common password, a name or a pattern.",
        ));
    }
    Ok(password)
}

/// Returns a password as it is, and as attackers write it. They write it without
/// compatibility forms, in Latin letters, by the pressed keys, and without spaces
/// between letters.
fn readings(password: &str) -> Vec<String> {
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(password).to_lowercase();
    let latin = slug::slugify(&plain).replace('-', " ");
    let keys = plain
        .chars()
        .map(|letter| {
            let key = RUSSIAN_KEYS.0.chars().position(|key| key == letter);
            key.and_then(|key| RUSSIAN_KEYS.1.chars().nth(key)).unwrap_or(letter)
        })
        .collect();
    let mut readings = vec![password.to_owned(), keys];
    if plain.split_whitespace().all(|word| word.chars().count() == 1) {
        readings.push(plain.split_whitespace().collect());
    }
    // The Latin spelling is empty where there is none.
    if latin.len() >= password.chars().count() / 2 {
        readings.push(latin);
    }
    readings.push(plain);
    readings
}

/// Returns whether a reading of a password is among the first guesses.
fn is_guessed(reading: &str, known: &[&str]) -> bool {
    // Parts that others know add nothing, however often and wherever they occur.
    let unknown = known.iter().fold(reading.to_lowercase(), |rest, word| rest.replace(word, ""));
    let guesses = zxcvbn(reading, known).guesses_log10();
    guesses.min(zxcvbn(&unknown, &[]).guesses_log10() + 2.0) < LEAST_GUESSES_LOG10
}

#[cfg(test)]
mod tests {
    use super::choose;

    #[test]
    fn a_common_password_a_pattern_or_a_known_name_is_refused() {
        for weak in [
            "passwordpassword",
            "Password1234",
            "P4ssw0rd1234",
            "123456789012",
            "aaaaaaaaaaaa",
            "abababababab",
            "abcabcabcabc",
            "qwertyuiop12",
            "qwertzuiopasd",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "zaq12wsxcde3",
            "abcdefghijklmn",
            "iloveyou1234",
            "letmeinletmein",
            "imprimatur123",
            "imprimatur2026",
            "Imprimatur!!!",
            "let-it-be-printed",
            "let it be printed",
            "alicealicealice",
            "alice2026alice",
            "alice.hart1234",
            "administrator",
            "mypassword123",
            "unbelievable",
            "            ",
            "ｐａｓｓｗｏｒｄ1234",
            "йцукенгшщзхъ",
            "ЙЦУКЕН123456",
            "администратор",
            "p a s s w o r d",
            "correct horse battery staple",
            "CorrectHorseBatteryStaple",
            "аliceаliceаlice",
        ] {
            assert!(choose(weak, &["alice", "Alice Hart"]).is_err(), "{weak:?}");
        }
    }

    #[test]
    fn a_passphrase_or_a_random_password_is_taken() {
        for good in [
            "granite-otter-violin",
            "battery horse violin",
            "a password for tests",
            "another password for tests",
            "a password of her own",
            "another one of her own",
            "a wholly new password",
            "yet another password",
            "überaus märchenhaft",
            "長い長い秘密の言葉と猫の鳴き声",
            "kX9#mQ2$vL7!",
            "vjq8ztk3wnp5",
            // A known name takes nothing from a password that holds without it.
            "alice-vjq8zt",
        ] {
            assert!(choose(good, &["alice", "Alice Hart"]).is_ok(), "{good:?}");
        }
        // Two letters are a part of any password.
        assert!(choose("jo9jo7jo4jo2", &["jo"]).is_ok());
        assert!(choose("joe9joe7joe4", &["joe"]).is_err());
    }
}
