//! Keeps the invariants of bulk archives: each starts once, and keeps what was decided.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Jsonb, Nullable, Text};

use crate::domain::{Action, Fingerprint, PostId};
use crate::policies::Validity;
use crate::policies::posts::BulkArchive;
use crate::store::Transaction;
use crate::store::bulk::{BulkId, ItemOutcome};
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

/// Stores the outcomes of some posts. An outcome that is stored already stays:
/// another request was faster, and stored the same one.
pub fn note(
    conn: &mut PgConnection,
    id: BulkId,
    outcomes: &[(PostId, ItemOutcome)],
) -> QueryResult<()> {
    let mut posts = Vec::new();
    let mut refusals = Vec::new();
    let mut put_off = Vec::new();
    for (post, outcome) in outcomes {
        posts.push(post.0);
        put_off.push(matches!(outcome, ItemOutcome::ToDo { .. }));
        refusals.push(match outcome {
            ItemOutcome::ToDo { .. } | ItemOutcome::Archived => None,
            ItemOutcome::Refused(reasons) => serde_json::to_value(reasons).ok(),
        });
    }
    statement::<()>(
        "UPDATE bulk_archive_items i
         SET put_off_at = CASE WHEN found.is_put_off THEN clock_timestamp() ELSE i.put_off_at END,
             settled_at = CASE WHEN NOT found.is_put_off THEN clock_timestamp() END,
             refusal = found.refusal
         FROM unnest($2::bigint[], $3::boolean[], $4::jsonb[]) AS found (post_id, is_put_off, refusal)
         WHERE i.bulk_archive_id = $1 AND i.post_id = found.post_id AND i.settled_at IS NULL",
    )
    .bind::<BigInt, _>(id.0)
    .bind::<Array<BigInt>, _>(posts)
    .bind::<Array<Bool>, _>(put_off)
    .bind::<Array<Nullable<Jsonb>>, _>(refusals)
    .execute(conn)?;
    Ok(())
}
