//! The stored bulk archives: their posts, and the outcome of each so far.

use diesel::deserialize;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use crate::domain::{PostId, Reason, RevisionNumber, UserId};
use crate::store::statement::statement;

/// The id of a bulk archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkId(pub i64);

/// A decision to archive many posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Its id.
    pub id: BulkId,
    /// The key of the form that began it.
    pub key: String,
    /// The reason.
    pub reason: String,
    /// When it was created.
    pub began_at: Timestamp,
    /// Its posts in ascending order.
    pub items: Vec<Item>,
}

/// One post of a bulk archive.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Item {
    /// The post, as it was named.
    pub post: PostId,
    /// The revision that was seen when it was chosen.
    pub seen: RevisionNumber,
    /// Its title now; empty where there is no such post.
    pub title: String,
    /// The outcome.
    pub outcome: ItemOutcome,
}

/// The outcome of one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemOutcome {
    /// It has no outcome yet.
    ToDo {
        /// Whether it was tried while another request kept it locked. Then it comes
        /// after the others.
        is_put_off: bool,
    },
    /// It is archived.
    Archived,
    /// It was refused, for these reasons.
    Refused(Vec<Reason>),
}

type OutcomeSqlType = (Bool, Nullable<Timestamptz>, Nullable<Jsonb>);

impl Queryable<OutcomeSqlType, Pg> for ItemOutcome {
    type Row = (bool, NullableTimestamp, Option<serde_json::Value>);

    fn build((is_put_off, settled_at, refusal): Self::Row) -> deserialize::Result<Self> {
        Ok(match (settled_at.to_jiff(), refusal) {
            (None, _) => Self::ToDo { is_put_off },
            (Some(_), None) => Self::Archived,
            (Some(_), Some(reasons)) => {
                Self::Refused(serde_json::from_value(reasons).unwrap_or_default())
            }
        })
    }
}

type ItemSqlType = (Text, Text, Timestamptz, (BigInt, Integer, Text, OutcomeSqlType));

/// One post of a bulk archive, with the bulk archive's own columns first.
#[derive(Queryable)]
struct ItemRow {
    key: String,
    reason: String,
    began_at: Stored,
    item: Item,
}

/// Returns a bulk archive of this person with all of its posts.
pub fn find(conn: &mut PgConnection, id: BulkId, actor: UserId) -> QueryResult<Option<Bulk>> {
    let rows = statement::<ItemSqlType>(
        "SELECT b.key, b.reason, b.began_at, i.post_id, i.revision_seen,
             coalesce(btrim(r.title), ''), i.put_off_at IS NOT NULL, i.settled_at, i.refusal
         FROM bulk_archives b
         JOIN bulk_archive_items i ON i.bulk_archive_id = b.id
         LEFT JOIN posts p ON p.id = i.post_id
         LEFT JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         WHERE b.id = $1 AND b.actor_id = $2
         ORDER BY i.post_id",
    )
    .bind::<BigInt, _>(id.0)
    .bind::<BigInt, _>(actor.0)
    .load::<ItemRow>(conn)?;
    let mut bulk = None;
    for row in rows {
        let bulk = bulk.get_or_insert(Bulk {
            id,
            key: row.key,
            reason: row.reason,
            began_at: row.began_at.to_jiff(),
            items: Vec::new(),
        });
        bulk.items.push(row.item);
    }
    Ok(bulk)
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
