//! Counts failed attempts to show a password, in windows of 15 minutes.
//!
//! An attempt is counted for its network, for the account in that network, and for the
//! account from everywhere. A stranger's failures therefore keep the stranger waiting
//! and not the owner. When guesses come from very many networks, the account is closed
//! to unknown browsers. A browser that its owner has signed in with has a count of its
//! own and still gets in.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Text};
use sha2::{Digest, Sha256};

use crate::accounts::sessions::SessionId;
use crate::domain::{Network, SecretHash, named};
use crate::store::row::{row, select};
use crate::store::statement::statement;

/// The length of a window: 15 minutes, in seconds.
const WINDOW_SECONDS: i32 = 15 * 60;

/// Failed attempts in a window on one account from one network, or from one
/// browser that is known or signed in.
pub const PER_ACCOUNT_AND_NETWORK: i32 = 10;

/// Failed attempts in a window from one network, on any accounts.
pub const PER_NETWORK: i32 = 50;

/// Failed attempts in a window on one account from all unknown browsers. NIST SP
/// 800-63B-4, 3.2.2 allows at most 100.
pub const PER_ACCOUNT: i32 = 100;

/// Too many attempts: how many seconds to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// Seconds until the window ends.
    pub retry_after: i32,
}

impl std::fmt::Display for Throttled {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let minutes = (self.retry_after + 59) / 60;
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        write!(f, "Too many attempts. Try again in {minutes} {unit}.")
    }
}

/// An attempt to show a password or a one-time link.
#[derive(Debug, Clone)]
pub enum SignInAttempt {
    /// By an unknown browser, for a username, which need not exist.
    Unknown {
        /// The username as it was typed.
        username: String,
        /// The client's network.
        network: Network,
    },
    /// By a browser that the account's owner has signed in with, named by the
    /// hash of its cookie.
    KnownBrowser(SecretHash),
    /// In a session of the account.
    SignedIn(SessionId),
    /// With a one-time link, without a username.
    Link {
        /// The client's network.
        network: Network,
    },
}

named! {
    /// What a row of `sign_in_throttle` counts failed attempts of.
    pub enum CounterKind is "a kind of counter" {
        /// On one account, by all unknown browsers.
        Account = "account",
        /// On one account from one network.
        AccountAndNetwork = "account-and-network",
        /// By one browser that is known or signed in.
        Browser = "browser",
        /// From one network.
        Network = "network",
    }
}

impl CounterKind {
    /// Returns whether it counts the owner's own attempts. Strangers share the others.
    const fn is_the_owners(self) -> bool {
        match self {
            Self::AccountAndNetwork | Self::Browser => true,
            Self::Account | Self::Network => false,
        }
    }
}

/// A row of `sign_in_throttle`.
struct Counter {
    kind: CounterKind,
    /// Usernames are stored hashed: people type passwords into the wrong field.
    subject: [u8; 32],
    limit: i32,
}

impl Counter {
    fn of(kind: CounterKind, limit: i32, parts: &[&[u8]]) -> Self {
        let mut subject = Sha256::new();
        for part in parts {
            subject.update(Sha256::digest(part));
        }
        Self { kind, subject: subject.finalize().into(), limit }
    }

    fn of_network(network: Network) -> Self {
        Self::of(CounterKind::Network, PER_NETWORK, &[network.as_bytes()])
    }

    fn of_browser(name: &[u8]) -> Self {
        Self::of(CounterKind::Browser, PER_ACCOUNT_AND_NETWORK, &[name])
    }
}

impl SignInAttempt {
    /// Returns the counters in the order in which they count. An attempt that one
    /// refuses is not counted by the next. So a network that has to wait does not use
    /// up the attempts of the account.
    fn counters(&self) -> Vec<Counter> {
        match self {
            Self::Unknown { username, network } => {
                let name = username.trim().to_lowercase();
                let name = name.as_bytes();
                let limit = PER_ACCOUNT_AND_NETWORK;
                vec![
                    Counter::of_network(*network),
                    Counter::of(CounterKind::AccountAndNetwork, limit, &[name, network.as_bytes()]),
                    Counter::of(CounterKind::Account, PER_ACCOUNT, &[name]),
                ]
            }
            Self::KnownBrowser(cookie) => vec![Counter::of_browser(cookie.as_bytes())],
            Self::SignedIn(session) => vec![Counter::of_browser(session.hash())],
            Self::Link { network } => vec![Counter::of_network(*network)],
        }
    }
}

/// Counts an attempt *before* the password is checked, so that a hundred at the
/// same time are a hundred. [`take_back`] undoes it after a success.
pub fn count(
    conn: &mut PgConnection,
    attempt: &SignInAttempt,
) -> QueryResult<Result<(), Throttled>> {
    for counter in attempt.counters() {
        let window = add_one(conn, &counter)?;
        if window.attempts > counter.limit {
            return Ok(Err(Throttled { retry_after: window.retry_after }));
        }
    }
    Ok(Ok(()))
}

row! {
    struct WindowRow {
        attempts: i32 = "t.attempts",
        retry_after: i32 =
            "greatest(1, ceil($3 - extract(epoch FROM clock_timestamp() - t.window_began_at)))::integer",
    }
}

fn add_one(conn: &mut PgConnection, counter: &Counter) -> QueryResult<WindowRow> {
    select::<WindowRow>(
        "INSERT INTO sign_in_throttle AS t (kind, subject_hash, attempts)
         VALUES ($1, $2, 1)
         ON CONFLICT (kind, subject_hash) DO UPDATE SET
             attempts = CASE
                 WHEN t.window_began_at < clock_timestamp() - make_interval(secs => $3) THEN 1
                 ELSE least(t.attempts, 1000000) + 1 END,
             window_began_at = CASE
                 WHEN t.window_began_at < clock_timestamp() - make_interval(secs => $3)
                 THEN clock_timestamp() ELSE t.window_began_at END
         RETURNING {columns}",
    )
    .bind::<Text, _>(counter.kind.as_str())
    .bind::<Binary, _>(counter.subject.to_vec())
    .bind::<Integer, _>(WINDOW_SECONDS)
    .get_result(conn)
}

/// Takes a successful attempt back. The owner's own count starts again; the
/// counts that strangers share go down by one.
pub fn take_back(conn: &mut PgConnection, attempt: &SignInAttempt) -> QueryResult<()> {
    for counter in attempt.counters() {
        statement::<BigInt>(
            "UPDATE sign_in_throttle
             SET attempts = CASE WHEN $3 THEN 0 ELSE greatest(attempts - 1, 0) END
             WHERE kind = $1 AND subject_hash = $2",
        )
        .bind::<Text, _>(counter.kind.as_str())
        .bind::<Binary, _>(counter.subject.to_vec())
        .bind::<Bool, _>(counter.kind.is_the_owners())
        .execute(conn)?;
    }
    Ok(())
}
