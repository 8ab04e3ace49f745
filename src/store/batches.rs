//! Walks over a table a few rows at a time.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::store::statement::statement;

/// Calls `check` with ranges of ids that together hold every row of a table: those
/// after the first id, up to the second. `next` asks for the last id of the 500 that
/// come after `$1`. Each range has rows in it, so the work is bounded by them, whatever
/// their ids are.
pub(super) fn each_batch(
    conn: &mut PgConnection,
    next: &'static str,
    mut check: impl FnMut(&mut PgConnection, i64, i64) -> QueryResult<()>,
) -> QueryResult<()> {
    // A batch is few rows of a table: reading all of it for each would be quadratic.
    conn.batch_execute("SET LOCAL enable_seqscan = off")?;
    let mut after = i64::MIN;
    while let Some(upto) = end_of_batch(conn, next, after)? {
        check(conn, after, upto)?;
        after = upto;
    }
    conn.batch_execute("SET LOCAL enable_seqscan TO DEFAULT")
}

fn end_of_batch(
    conn: &mut PgConnection,
    next: &'static str,
    after: i64,
) -> QueryResult<Option<i64>> {
    statement::<Nullable<BigInt>>(next).bind::<BigInt, _>(after).get_result(conn)
}

/// Asks for the next 500 posts.
pub(super) const POSTS: &str =
    "SELECT max(id) FROM (SELECT id FROM posts WHERE id > $1 ORDER BY id LIMIT 500) AS batch";

/// Asks for the next 500 accounts.
pub(super) const ACCOUNTS: &str =
    "SELECT max(id) FROM (SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT 500) AS batch";
