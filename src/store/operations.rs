//! The idempotency keys that a person has used.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};

use crate::domain::{Fingerprint, OperationKey, PostId, UserId};
use crate::store::statement::statement;

/// What a key was used for. History is append-only, so this never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Used {
    /// The post that it concerned.
    pub post: PostId,
    actor: UserId,
    fingerprint: Vec<u8>,
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
    let rows = statement::<(Text, (BigInt, BigInt, Binary))>(
        "SELECT key, post_id, actor_id, fingerprint FROM history
         WHERE actor_id = $1 AND key = ANY ($2)",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Array<Text>, _>(keys)
    .load::<(String, Used)>(conn)?;
    Ok(rows.into_iter().collect())
}
