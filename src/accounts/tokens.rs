//! What programs show to say for whom they act: `imprimatur_`, 43 random
//! letters and digits, and 6 of a checksum.
//!
//! The beginning lets scanners find a token that leaked, and the checksum tells
//! a typing error from a token without asking the database.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use crate::accounts::person::{PersonRow, PersonSqlType, person};
use crate::accounts::secrets::{LENGTH, Secret, base62_of, hash_of};
use crate::domain::{Permission, Person, SecretHash, TokenId, UserId};
use crate::store::Transaction;
use crate::store::statement::statement;

/// What every token begins with.
const MARK: &str = "imprimatur_";

/// How many characters the checksum has.
const CHECKSUM_LENGTH: usize = 6;

/// How many tokens of a person are looked at.
const MOST: i64 = 100;

/// A new token. It is shown once, and prints as nothing.
pub struct Token(String);

impl Token {
    /// Returns the token as its owner copies it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the first characters, to be known by: too few to guess the rest.
    pub fn beginning(&self) -> String {
        self.0.chars().take(MARK.len() + 4).collect()
    }

    /// Returns what is stored of it.
    pub fn hash(&self) -> SecretHash {
        hash_of(&self.0)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(..)")
    }
}

/// Returns a token that nobody has had.
pub fn generate() -> Token {
    let secret = Secret::random();
    Token(format!("{MARK}{}{}", secret.as_str(), checksum(secret.as_str())))
}

/// Returns what is stored of a token that somebody shows, or `None` when it
/// cannot be one: it is something else, or was not copied whole.
pub fn parse(shown: &str) -> Option<SecretHash> {
    let rest = shown.strip_prefix(MARK)?;
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

/// Whom a token names.
#[derive(Debug)]
pub struct Bearer {
    /// Which token.
    pub token: TokenId,
    /// Whose it is, with what they hold now, narrowed to what the token is for.
    pub person: Person,
}

type BearerSqlType = (PersonSqlType, BigInt, Nullable<Array<Text>>);
type BearerRow = (PersonRow, i64, Option<Vec<String>>);

fn bearer((row, id, permissions): BearerRow) -> Bearer {
    let mut person = person(row);
    if let Some(permissions) = permissions {
        person.roles = person.roles.narrowed_to(known(&permissions));
    }
    Bearer { token: TokenId(id), person }
}

/// Returns whom a token names, or `None` when it is unknown, revoked or
/// expired, or its account is deactivated. Nothing is pinned: this is for
/// reading, and for refusing early. It notes that the token was used.
///
/// # Errors
///
/// The database's.
pub fn find(conn: &mut PgConnection, token: &SecretHash) -> QueryResult<Option<Bearer>> {
    let row = statement::<(BearerSqlType, Bool)>(
        "SELECT u.id, u.username, u.display_name, u.roles, t.id, t.permissions,
                coalesce(t.last_used_at < clock_timestamp() - interval '1 minute', true)
         FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.secret_hash = $1 AND token_works(t, u)",
    )
    .bind::<Binary, _>(token.as_bytes())
    .get_result::<(BearerRow, bool)>(conn)
    .optional()?;
    let Some((row, is_stale)) = row else { return Ok(None) };
    if is_stale {
        note_use(conn, token)?;
    }
    Ok(Some(bearer(row)))
}

/// Notes that a token was used, at most once a minute. Where a transaction has
/// pinned the token just now it notes nothing: nobody waits for a note.
///
/// # Errors
///
/// The database's.
pub fn note_use(conn: &mut PgConnection, token: &SecretHash) -> QueryResult<()> {
    statement::<BigInt>(
        "UPDATE tokens SET last_used_at = clock_timestamp()
         WHERE id = (SELECT t.id FROM tokens t JOIN users u ON u.id = t.user_id
                     WHERE t.secret_hash = $1 AND token_works(t, u)
                       AND coalesce(t.last_used_at < clock_timestamp() - interval '1 minute', true)
                     FOR NO KEY UPDATE OF t SKIP LOCKED)",
    )
    .bind::<Binary, _>(token.as_bytes())
    .execute(conn)?;
    Ok(())
}

/// Returns whom a token names, and pins them and the token until the
/// transaction ends; `None` where [`find`] says so.
///
/// # Errors
///
/// The database's.
pub(super) fn pin(tx: &mut Transaction<'_>, token: &SecretHash) -> QueryResult<Option<Person>> {
    let row = statement::<BearerSqlType>(
        "SELECT u.id, u.username, u.display_name, u.roles, t.id, t.permissions
         FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.secret_hash = $1 AND token_works(t, u)
           AND pg_advisory_xact_lock_shared(1, hashint8(u.id)) IS NOT NULL
         FOR KEY SHARE OF u FOR SHARE OF t",
    )
    .bind::<Binary, _>(token.as_bytes())
    .get_result::<BearerRow>(tx.conn())
    .optional()?;
    Ok(row.map(|row| bearer(row).person))
}

/// Returns the permissions of these names; what is none any more grants nothing.
fn known(names: &[impl AsRef<str>]) -> Vec<Permission> {
    names.iter().filter_map(|name| name.as_ref().parse().ok()).collect()
}

/// A token as its owner and staff see it.
#[derive(Debug)]
pub struct TokenLine {
    /// Which one.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Its first characters.
    pub beginning: String,
    /// What it is narrowed to; `None` is all that its account holds.
    pub narrowed_to: Option<Vec<Permission>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// When it was last used, give or take a minute.
    pub last_used_at: Option<Timestamp>,
}

impl TokenLine {
    /// Returns what it is narrowed to, in words.
    pub fn scope(&self) -> String {
        match &self.narrowed_to {
            None => "Everything the account may".to_owned(),
            Some(permissions) => {
                let names: Vec<&str> = permissions.iter().map(|one| one.as_str()).collect();
                names.join(", ")
            }
        }
    }
}

/// Returns the tokens of a person that work, the newest first, at most 100.
///
/// # Errors
///
/// The database's.
pub fn of_person(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<TokenLine>> {
    type Row = (
        BigInt,
        Text,
        Text,
        Nullable<Array<Text>>,
        Timestamptz,
        Timestamptz,
        Nullable<Timestamptz>,
    );
    type Found = (i64, String, String, Option<Vec<String>>, Stored, Stored, Option<Stored>);
    let rows = statement::<Row>(
        "SELECT t.id, t.name, t.beginning, t.permissions, t.created_at, t.expires_at, t.last_used_at
         FROM tokens t JOIN users u ON u.id = t.user_id
         WHERE t.user_id = $1 AND token_works(t, u)
         ORDER BY t.id DESC",
    )
    .bind::<BigInt, _>(user.0)
    .at_most(MOST)
    .load::<Found>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, beginning, permissions, created_at, expires_at, last_used_at)| TokenLine {
            id: TokenId(id),
            name,
            beginning,
            narrowed_to: permissions.as_deref().map(known),
            created_at: created_at.to_jiff(),
            expires_at: expires_at.to_jiff(),
            last_used_at: last_used_at.map(Stored::to_jiff),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::{MARK, crc32, generate, parse};

    #[test]
    fn the_checksum_is_the_one_that_everybody_means() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_token_is_recognised_and_one_wrong_character_is_noticed() {
        let token = generate();
        let text = token.as_str();
        assert_eq!(text.len(), MARK.len() + 43 + 6);
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
