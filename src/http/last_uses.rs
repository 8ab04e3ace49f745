use std::time::Instant;

use quick_cache::sync::Cache;

use crate::accounts::Credential;
use crate::accounts::last_use::{NOTED_EVERY, note_use};
use crate::domain::RequestId;
use crate::store::Store;

/// Credentials that are remembered. The use of one that is forgotten is noted again.
const KEPT: usize = 10_000;

/// When this process last noted the use of each credential: to ask the database would be
/// a round trip more for each request.
pub(super) struct LastUses(Cache<Credential, Instant>);

impl LastUses {
    /// Returns those of a new process.
    pub(super) fn new() -> Self {
        Self(Cache::new(KEPT))
    }

    /// Notes that a request uses a credential, unless this process has done so just now. A
    /// failure changes nothing else.
    pub(super) fn note(&self, store: &Store, request: RequestId, credential: &Credential) {
        if self.0.get(credential).is_some_and(|noted_at| noted_at.elapsed() < NOTED_EVERY) {
            return;
        }
        self.0.insert(credential.clone(), Instant::now());
        let noted = store
            .checkout()
            .map_err(|why| why.to_string())
            .and_then(|mut conn| note_use(&mut conn, credential).map_err(|why| why.to_string()));
        if let Err(error) = noted {
            tracing::warn!(request_id = %request, error, "the last use of a credential could \
                                                          not be recorded");
        }
    }
}
