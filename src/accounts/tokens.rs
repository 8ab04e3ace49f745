//! API tokens: `imprimatur_`, 43 random letters and digits, and a checksum of 6.
//!
//! The prefix lets scanners find a token that leaked. The checksum recognises a
//! typing error without a query.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use jiff::Timestamp;

use crate::accounts::secrets::{LENGTH, Secret, base62_of, hash_of};
use crate::domain::{Permission, Person, SecretHash, TokenId, UserId};
use crate::store::Transaction;
use crate::store::row::{row, select};

/// The prefix of every token.
const PREFIX: &str = "imprimatur_";

/// The length of the checksum.
const CHECKSUM_LENGTH: usize = 6;

/// The tokens `t` that work, with their accounts `u`.
macro_rules! working_tokens {
    () => {
        "tokens t JOIN users u ON u.id = t.user_id AND token_works(t, u)"
    };
}
pub(super) use working_tokens;

/// The most tokens of a person that a list shows.
const MOST: i64 = 100;

/// A new token. It is shown once, and `Debug` does not print it.
pub struct Token(String);

impl Token {
    /// Returns the whole token, for its owner to copy.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first characters, which identify the token in lists.
    pub fn beginning(&self) -> String {
        self.0.chars().take(PREFIX.len() + 4).collect()
    }

    /// Returns the hash to store.
    pub fn hash(&self) -> SecretHash {
        hash_of(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(..)")
    }
}

/// Returns a new random token.
pub fn generate() -> Token {
    let secret = Secret::random();
    Token(format!("{PREFIX}{}{}", secret.as_str(), checksum(secret.as_str())))
}

/// Returns the stored hash of a token, or `None` when the text is not a token or
/// was not copied completely.
pub fn parse(shown: &str) -> Option<SecretHash> {
    let rest = shown.strip_prefix(PREFIX)?;
    let is_spelled = rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_spelled || rest.len() != LENGTH + CHECKSUM_LENGTH {
        return None;
    }
    let (secret, sum) = rest.split_at(LENGTH);
    (checksum(secret) == sum).then(|| hash_of(shown))
}

fn checksum(secret: &str) -> String {
    base62_of(crc32(secret.as_bytes()))
}

/// Returns the CRC-32 that Ethernet, gzip and GitHub's tokens use (ITU-T V.42).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            let is_odd = sum & 1 == 1;
            sum >> 1 ^ if is_odd { 0xedb8_8320 } else { 0 }
        })
    })
}

/// The token of a request, and its owner.
#[derive(Debug)]
pub struct Bearer {
    /// The token.
    pub token: TokenId,
    /// The owner with the roles held now, narrowed to the token's permissions.
    pub person: Person,
}

row! {
    /// A token and its owner, with all roles.
    pub struct BearerRow {
        person: Person,
        token: TokenId = "t.id",
        narrowed_to: Option<Vec<Permission>> = "t.permissions",
    }
}

row! {
    Bearer from BearerRow,
    BearerRow { mut person, token, narrowed_to } => {
        if let Some(permissions) = narrowed_to {
            person.roles = person.roles.narrowed_to(permissions);
        }
        Self { token, person }
    }
}

/// Returns the owner of a token, or `None` when it is unknown, revoked or
/// expired, or its account is deactivated. It takes no lock: it is for reading
/// and for early refusals.
pub fn find(conn: &mut PgConnection, token: &SecretHash) -> QueryResult<Option<Bearer>> {
    select::<Bearer>(concat!(
        "SELECT {columns} FROM ",
        working_tokens!(),
        " WHERE t.secret_hash = $1"
    ))
    .bind::<Binary, _>(token.as_bytes())
    .get_result::<Bearer>(conn)
    .optional()
}

/// Returns the owner of a token, and locks account and token until the
/// transaction ends; `None` in the cases of [`find`].
pub(super) fn pin(tx: &mut Transaction<'_>, token: &SecretHash) -> QueryResult<Option<Person>> {
    let bearer = select::<Bearer>(concat!(
        "SELECT {columns} FROM ",
        working_tokens!(),
        " WHERE t.secret_hash = $1
           AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
         FOR KEY SHARE OF u FOR SHARE OF t"
    ))
    .bind::<Binary, _>(token.as_bytes())
    .get_result::<Bearer>(tx.conn())
    .optional()?;
    Ok(bearer.map(|bearer| bearer.person))
}

row! {
    /// A token as its owner and staff see it.
    #[derive(Debug)]
    pub struct TokenLine {
        pub id: TokenId = "t.id",
        pub name: String = "t.name",
        /// Its first characters.
        pub beginning: String = "t.beginning",
        /// The permissions that it is narrowed to; `None` is all of its account.
        pub narrowed_to: Option<Vec<Permission>> = "t.permissions",
        pub created_at: Timestamp = "t.created_at",
        pub expires_at: Timestamp = "t.expires_at",
        /// When it was last used, to the minute.
        pub last_used_at: Option<Timestamp> = "t.last_used_at",
    }
}

impl TokenLine {
    /// Returns the permissions as text.
    pub fn scope(&self) -> String {
        match &self.narrowed_to {
            None => "Full access".to_owned(),
            Some(permissions) => {
                let names: Vec<&str> = permissions.iter().map(|one| one.as_str()).collect();
                names.join(", ")
            }
        }
    }
}

/// Returns the working tokens of a person, the newest first, at most 100.
pub fn of_person(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<TokenLine>> {
    select::<TokenLine>(concat!(
        "SELECT {columns} FROM ",
        working_tokens!(),
        " WHERE t.user_id = $1 ORDER BY t.id DESC"
    ))
    .bind::<BigInt, _>(user.0)
    .at_most(MOST)
    .load(conn)
}

#[cfg(test)]
mod tests {
    use super::{PREFIX, crc32, generate, parse};

    #[test]
    fn the_checksum_is_the_usual_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_token_is_recognised_and_one_wrong_character_is_noticed() {
        let token = generate();
        let text = token.as_str();
        assert_eq!(text.len(), PREFIX.len() + 43 + 6);
        assert!(text.starts_with("imprimatur_"), "{text}");
        assert!(text.starts_with(&token.beginning()) && token.beginning().len() == 15);
        assert_eq!(parse(text), Some(token.hash()));
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(parse(std::str::from_utf8(&bytes).unwrap()), None, "character {at}");
        }
        for other in ["", "imprimatur_", &text[1..], &text[..text.len() - 1], &format!("{text} ")] {
            assert_eq!(parse(other), None, "{other:?}");
        }
        assert_ne!(generate().as_str(), text);
        assert_eq!(format!("{token:?}"), "Token(..)");
    }
}
