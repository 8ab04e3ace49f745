//! Keeps the invariants of bulk archives: each starts once, and keeps what was decided.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Text};

use crate::domain::{Action, Fingerprint};
use crate::policies::Validity;
use crate::policies::posts::BulkArchive;
use crate::store::Transaction;
use crate::store::bulk::BulkId;
use crate::store::statement::statement;

/// Stores a bulk archive, unless it is stored already under its key, and returns its
/// id. Returns `None` where the key was used for other content.
pub fn enforce<'tx>(
    validity: Validity<'tx, '_, BulkArchive<'_>>,
    tx: &mut Transaction<'tx>,
) -> QueryResult<Option<BulkId>> {
    let BulkArchive { key, posts, reason } = validity.attempt();
    let actor = validity.actor().id().0;
    let texts: Vec<String> = posts.iter().map(|(post, seen)| format!("{post}-{seen}")).collect();
    let fingerprint = Fingerprint::of(Action::Archive, &[reason.as_str(), &texts.join(" ")]);
    let (ids, seen): (Vec<i64>, Vec<i32>) =
        posts.iter().map(|(post, seen)| (post.0, seen.0)).unzip();
    statement::<BigInt>(
        "WITH started AS (
             INSERT INTO bulk_archives (actor_id, key, fingerprint, reason)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT ON CONSTRAINT bulk_archive_is_begun_once DO NOTHING
             RETURNING id
         )
         INSERT INTO bulk_archive_items (bulk_archive_id, post_id, revision_seen)
         SELECT started.id, meant.post_id, meant.seen
         FROM started, unnest($5::bigint[], $6::integer[]) AS meant (post_id, seen)
         RETURNING bulk_archive_id",
    )
    .bind::<BigInt, _>(actor)
    .bind::<Text, _>(key.as_str())
    .bind::<Binary, _>(fingerprint.as_bytes())
    .bind::<Text, _>(reason.as_str())
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Array<Integer>, _>(seen)
    .load::<i64>(tx.conn())?;
    // A new statement sees what another request stored at the same instant.
    let id = statement::<BigInt>(
        "SELECT id FROM bulk_archives WHERE actor_id = $1 AND key = $2 AND fingerprint = $3",
    )
    .bind::<BigInt, _>(actor)
    .bind::<Text, _>(key.as_str())
    .bind::<Binary, _>(fingerprint.as_bytes())
    .get_result::<i64>(tx.conn())
    .optional()?;
    Ok(id.map(BulkId))
}
