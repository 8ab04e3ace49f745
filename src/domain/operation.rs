//! Identifies operations: the idempotency key, the fingerprint of its content, and the
//! outcome that a repeated request gets.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::named::named;
use super::{Action, FieldError, InvalidInput, PostId, RevisionNumber, Slug, State, UserId};

/// An idempotency key. The same key again, from the same person, answers with
/// the same outcome.
///
/// 1 to 255 visible ASCII characters, as the `Idempotency-Key` header allows
/// (draft-ietf-httpapi-idempotency-key-header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationKey(String);

impl OperationKey {
    /// The most characters it may have.
    pub const LIMIT: usize = 255;

    /// Returns a new key of 122 random bits.
    pub fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// Returns the key, or says what is wrong with it. In a header it is a string in
    /// quotation marks (RFC 9651); many clients send the bare text, which means the same.
    /// Parameters after it mean nothing. A list of keys is none.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        if text.starts_with('"') {
            let item = sfv::Parser::new(text).parse::<sfv::Item>().ok();
            let text = item.as_ref().and_then(|item| item.bare_item.as_string());
            return Self::parse_bare(text.map_or("", |text| text.as_str()));
        }
        let (key, parameters) = text.split_once(';').unwrap_or((text, "a"));
        let has_parameters = sfv::Parser::new(&format!("a;{parameters}")).parse::<sfv::Item>();
        // A list, or a value that is no text.
        let is_other = key.contains(',') || key.starts_with(['(', ':', '?', '@', '%']);
        match has_parameters.is_ok() && !is_other {
            true => Self::parse_bare(key),
            false => Self::parse_bare(""),
        }
    }

    fn parse_bare(text: &str) -> Result<Self, InvalidInput> {
        let is_visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > Self::LIMIT || !is_visible {
            return Err(
                FieldError::new("key", "Send a key of 1 to 255 visible ASCII characters.").into()
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the key as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a key was used for: SHA-256 over the action and everything supplied
/// with it. It detects the same key with other content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Returns the fingerprint of an action and its parts, in order.
    pub fn of(action: Action, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(&action.as_str()).chain(parts) {
            // The length prefix keeps ("ab", "c") and ("a", "bc") apart.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    /// Returns the fingerprint of the same, sent by this person. History stores this
    /// one. A row whose actor was exchanged no longer agrees with it.
    #[must_use]
    pub fn by(&self, actor: UserId) -> Self {
        let mut hash = Sha256::new();
        hash.update(actor.0.to_be_bytes());
        hash.update(self.0);
        Self(hash.finalize().into())
    }

    /// Returns the 32 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The effect of an action; the same for every use of its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What was done.
    pub action: Action,
    /// To which post.
    pub post: PostId,
    /// The revision that was current when it was done.
    pub revision: RevisionNumber,
    /// The state that the post was in when it was done.
    pub state: State,
    /// When it was done.
    pub at: Timestamp,
    /// The web address that it was published under, if that was done.
    pub slug: Option<Slug>,
}

/// The id of a request, on error pages, in logs, refusals and incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Uuid);

impl RequestId {
    /// Returns a new id; later ones sort after earlier ones.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

named! {
    /// The interface that a request came through. It is recorded; no rule looks
    /// at it.
    pub enum Interface is "an interface" {
        /// A page of the desk or of one's own account.
        Page = "page",
        /// A page of the admin.
        Admin = "admin",
        /// The JSON API.
        Api = "api",
        /// The command line.
        CommandLine = "command-line",
    }
}
