//! What somebody's operation keys have done.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Text};

use crate::domain::{Fingerprint, OperationKey, PostId, UserId};
use crate::store::statement::statement;

/// What a key was used for. It was used for good: operations never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The post that it concerned.
    pub post: PostId,
    fingerprint: Vec<u8>,
}

impl Used {
    /// Returns whether it was used for exactly this.
    pub fn was_for(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprint == fingerprint.as_bytes()
    }
}

/// Returns which of a person's keys have been used, and for what. A key that is
/// not there may be used the next moment: the door has the last word.
///
/// # Errors
///
/// The database's.
pub fn used(
    conn: &mut PgConnection,
    actor: UserId,
    keys: &[OperationKey],
) -> QueryResult<HashMap<String, Used>> {
    let keys: Vec<&str> = keys.iter().map(OperationKey::as_str).collect();
    let rows = statement::<(Text, BigInt, Binary)>(
        "SELECT key, post_id, fingerprint FROM operations WHERE actor_id = $1 AND key = ANY ($2)",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Array<Text>, _>(keys)
    .load::<(String, i64, Vec<u8>)>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(key, post, fingerprint)| (key, Used { post: PostId(post), fingerprint }))
        .collect())
}
