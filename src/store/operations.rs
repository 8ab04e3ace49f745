//! The idempotency keys that a person has used.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use crate::domain::{Fingerprint, OperationKey, PostId, UserId};
use crate::store::row::{row, select};

row! {
    /// What a key was used for. History is append-only, so this never changes.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Used {
        key: String = "key",
        /// The post that it concerned.
        pub post: PostId = "post_id",
        actor: UserId = "actor_id",
        fingerprint: Vec<u8> = "fingerprint",
    }
}

impl Used {
    /// Returns whether it was used for exactly this.
    pub fn was_for(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint == fingerprint.by(self.actor).as_bytes()
    }
}

/// Returns which of a person's keys have been used, and for what. A key that is
/// not among them may be used the next moment: the workflow decides.
pub fn used(
    conn: &mut PgConnection,
    actor: UserId,
    keys: &[OperationKey],
) -> QueryResult<HashMap<String, Used>> {
    let keys: Vec<&str> = keys.iter().map(OperationKey::as_str).collect();
    let rows = select::<Used>(
        "SELECT {columns} FROM history
         WHERE actor_id = $1 AND key = ANY ($2)",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Array<Text>, _>(keys)
    .load::<Used>(conn)?;
    Ok(rows.into_iter().map(|used| (used.key.clone(), used)).collect())
}
