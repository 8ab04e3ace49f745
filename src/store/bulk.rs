//! The stored bulk archives: their posts, and the outcome of each so far.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use jiff::Timestamp;

use crate::domain::{PostId, Reason, RevisionNumber, Title, UserId};
use crate::store::row::{row, select};

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

row! {
    /// One post of a bulk archive.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Item {
        /// The post, as it was named.
        pub post: PostId = "i.post_id",
        /// The revision that was seen when it was chosen.
        pub seen: RevisionNumber = "i.revision_seen",
        /// Its title now; empty where there is no such post.
        pub title: Title = "coalesce(btrim(r.title), '')",
        pub outcome: ItemOutcome,
    }
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

row! {
    /// The outcome of one post, as it is stored.
    pub struct OutcomeRow {
        is_put_off: bool = "i.put_off_at IS NOT NULL",
        settled_at: Option<Timestamp> = "i.settled_at",
        reasons: Option<Vec<Reason>> = "i.refusal",
    }
}

row! {
    ItemOutcome from OutcomeRow,
    row => match (row.settled_at, row.reasons) {
        (None, _) => Self::ToDo { is_put_off: row.is_put_off },
        (Some(_), None) => Self::Archived,
        (Some(_), Some(reasons)) => Self::Refused(reasons),
    }
}

row! {
    /// One post of a bulk archive, with the bulk archive's own columns first.
    struct ItemRow {
        key: String = "b.key",
        reason: String = "b.reason",
        began_at: Timestamp = "b.began_at",
        item: Item,
    }
}

/// Returns a bulk archive of this person with all of its posts.
pub fn find(conn: &mut PgConnection, id: BulkId, actor: UserId) -> QueryResult<Option<Bulk>> {
    let rows = select::<ItemRow>(
        "SELECT {columns} FROM bulk_archives b
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
            began_at: row.began_at,
            items: Vec::new(),
        });
        bulk.items.push(row.item);
    }
    Ok(bulk)
}
