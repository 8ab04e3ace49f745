use diesel::prelude::*;
use diesel::sql_types::BigInt;

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
    let mut after = i64::MIN;
    loop {
        let query = statement::<diesel::sql_types::Nullable<BigInt>>(next);
        let upto = query.bind::<BigInt, _>(after).get_result::<Option<i64>>(conn)?;
        let Some(upto) = upto else { return Ok(()) };
        check(conn, after, upto)?;
        after = upto;
    }
}

/// Asks for the next 500 posts.
pub(super) const POSTS: &str =
    "SELECT max(id) FROM (SELECT id FROM posts WHERE id > $1 ORDER BY id LIMIT 500) AS batch";

/// Asks for the next 500 accounts.
pub(super) const ACCOUNTS: &str =
    "SELECT max(id) FROM (SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT 500) AS batch";
