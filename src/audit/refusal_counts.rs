//! Records refusals: [`MAX_RECORDED`] of each person and hour row by row, and the rest
//! as a count, so that a script cannot fill the database.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::entry::AuditEntry;
use super::refusal_log::RefusalFilter;
use crate::domain::{Interface, Layer, RecordedAction, UserId};
use crate::store::statement::statement;

/// The most refusals of one person in one hour that are recorded as rows.
pub const MAX_RECORDED: i64 = 100;

/// Records a refusal, or counts it when the person has [`MAX_RECORDED`] in this hour.
/// Refusals at the same time can exceed the limit by the number of database
/// connections.
///
/// A row is on disk when this returns. A count is not: all refusals of one person wait
/// for the same row, and would wait for the disk, too. A crash of PostgreSQL can lose
/// the counts of its last moment.
pub(super) fn insert(
    conn: &mut PgConnection,
    entry: &AuditEntry,
    actor: UserId,
    layer: Layer,
    reasons: serde_json::Value,
) -> QueryResult<()> {
    statement::<BigInt>(
        "WITH earlier AS (
             SELECT count(*) = rows AS is_full FROM (
                 SELECT FROM refusals
                 WHERE actor_id = $3 AND at >= date_trunc('hour', statement_timestamp(), 'UTC')
                 LIMIT rows
             ) AS newest
         ), recorded AS (
             INSERT INTO refusals (request_id, interface, actor_id, action, post_id,
                                   revision_seen, layer, reasons)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM earlier WHERE NOT is_full
         )
         INSERT INTO refusal_counts (actor_id, hour, action, layer, interface, left_out)
         SELECT $3, date_trunc('hour', statement_timestamp(), 'UTC'), $4, $7, $2, 1
         FROM earlier WHERE CASE WHEN is_full
             THEN set_config('synchronous_commit', 'off', true) = 'off' END
         ON CONFLICT ON CONSTRAINT refusals_are_counted_once
         DO UPDATE SET left_out = refusal_counts.left_out + 1",
    )
    .at_most_each(MAX_RECORDED)
    .bind::<Uuid, _>(entry.request.0)
    .bind::<Text, _>(entry.interface.as_str())
    .bind::<BigInt, _>(actor.0)
    .bind::<Text, _>(entry.action.as_str())
    .bind::<Nullable<BigInt>, _>(entry.post.map(|post| post.0))
    .bind::<Nullable<Integer>, _>(entry.seen.map(|seen| seen.0))
    .bind::<Text, _>(layer.as_str())
    .bind::<Jsonb, _>(reasons)
    .execute(conn)?;
    Ok(())
}

/// Returns how many refusals that match the filter were counted and not
/// recorded. The counts know neither posts nor codes: with one of these in the
/// filter the answer is 0. Times are looked at to the hour.
pub fn left_out(conn: &mut PgConnection, filter: &RefusalFilter) -> QueryResult<i64> {
    if filter.post.is_some() || filter.code.is_some() {
        return Ok(0);
    }
    statement::<BigInt>(
        "SELECT coalesce(sum(left_out), 0)::bigint FROM refusal_counts
         WHERE hour >= date_trunc('hour', $1, 'UTC') AND hour < $2
           AND ($3 IS NULL OR actor_id = $3)
           AND ($4 IS NULL OR action = $4)
           AND ($5 IS NULL OR layer = $5)
           AND ($6 IS NULL OR interface = $6)",
    )
    .bind::<Timestamptz, _>(filter.since.unwrap_or(Timestamp::UNIX_EPOCH).to_diesel())
    .bind::<Timestamptz, _>(filter.until.unwrap_or(Timestamp::MAX).to_diesel())
    .bind::<Nullable<BigInt>, _>(filter.actor.map(|actor| actor.0))
    .bind::<Nullable<Text>, _>(filter.action.map(RecordedAction::as_str))
    .bind::<Nullable<Text>, _>(filter.layer.map(Layer::as_str))
    .bind::<Nullable<Text>, _>(filter.interface.map(Interface::as_str))
    .get_result(conn)
}
