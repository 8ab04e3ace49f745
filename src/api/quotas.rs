//! Limits how many requests a token makes to this process in one window.
//!
//! The counts are in memory: they protect one process from one program. With several
//! processes, a program has a quota in each. A count in the database would need a write
//! for each read.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use crate::domain::SecretHash;

/// Requests that a token may make in one window.
pub(super) const QUOTA: u32 = 1_000;

/// The length of a window.
pub(super) const WINDOW: Duration = Duration::from_secs(60);

/// Tokens whose windows are kept. One that is dropped begins a new window.
const KEPT: usize = 10_000;

/// The counts of each token.
pub(crate) struct Quotas {
    windows: Cache<[u8; 32], Arc<Mutex<Window>>>,
}

#[derive(Debug)]
struct Window {
    began_at: Instant,
    used: u32,
}

/// What a token has left of its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuotaUse {
    /// How many more requests are allowed; `None` when this one is too many.
    pub(super) left: Option<u32>,
    /// How many seconds until the next window, at least one.
    pub(super) seconds: u64,
}

impl Quotas {
    /// Returns unused quotas.
    pub(crate) fn new() -> Self {
        Self { windows: Cache::new(KEPT) }
    }

    /// Counts one request of a token.
    pub(super) fn take(&self, token: &SecretHash) -> QuotaUse {
        self.take_at(token, Instant::now())
    }

    fn take_at(&self, token: &SecretHash, now: Instant) -> QuotaUse {
        let mut key = [0; 32];
        key.copy_from_slice(token.as_bytes());
        let fresh = || {
            Ok::<_, std::convert::Infallible>(Arc::new(Mutex::new(Window {
                began_at: now,
                used: 0,
            })))
        };
        let Ok(window) = self.windows.get_or_insert_with(&key, fresh);
        // A count stays usable even if a thread panicked while holding it.
        let mut window = window.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if now.saturating_duration_since(window.began_at) >= WINDOW {
            *window = Window { began_at: now, used: 0 };
        }
        let rest = WINDOW.saturating_sub(now.saturating_duration_since(window.began_at));
        let seconds = rest.as_secs().max(1);
        let left = QUOTA.checked_sub(window.used + 1);
        window.used = (window.used + 1).min(QUOTA);
        QuotaUse { left, seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, QUOTA, Quotas, SecretHash};

    #[test]
    fn a_token_has_its_quota_use_and_another_once_the_window_is_over() {
        let quotas = Quotas::new();
        let [one, other] = [1, 2].map(|byte| SecretHash::new([byte; 32]));
        let now = Instant::now();
        for used in 1..=QUOTA {
            assert_eq!(quotas.take_at(&one, now).left, Some(QUOTA - used));
        }
        let quota_use = quotas.take_at(&one, now + Duration::from_secs(20));
        assert_eq!((quota_use.left, quota_use.seconds), (None, 40));
        assert_eq!(quotas.take_at(&other, now).left, Some(QUOTA - 1), "each has its own");
        let later = now + Duration::from_secs(60);
        assert_eq!(quotas.take_at(&one, later).left, Some(QUOTA - 1));
    }
}
