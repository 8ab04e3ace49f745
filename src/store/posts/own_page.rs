//! An author's own posts in one state, page by page.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use super::own::{OwnLine, OwnOrder, own_lines};
use crate::domain::{State, UserId};
use crate::store::paging::Cursor;
use crate::store::row::select;

/// A page of an author's own posts in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnPosts {
    /// The posts, drafts by when they were saved and others by when they entered their
    /// state, the last one first.
    pub lines: Vec<OwnLine>,
    /// Where the next page begins, if there is one.
    pub next: Option<OwnStart>,
}

/// Where a page of an author's own posts begins. The list goes stretch by stretch, the
/// last posts to enter the state first. A stretch of drafts has a thousand, sorted by
/// when they were saved; one of other posts is a page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OwnStart {
    /// The last post of the stretch before, by when it entered its state; none for the
    /// first stretch.
    pub entered_before: Option<Cursor>,
    /// The last post of the page before, by when it was saved, if it is in the same
    /// stretch.
    pub after: Option<Cursor>,
}

/// Returns a page of an author's own posts in one state.
pub fn written_by(
    conn: &mut PgConnection,
    author: UserId,
    state: State,
    start: OwnStart,
    size: usize,
) -> QueryResult<OwnPosts> {
    let OwnOrder { stretch, key } = OwnOrder::of(state, size);
    let state = state.as_str();
    let posts = format!(
        "SELECT 0::bigint AS of_state, {key} AS sorted_by, one.*, older.last_since, older.last_id
         FROM (SELECT *, last_value(since) OVER stretch AS oldest_since,
                   last_value(id) OVER stretch AS oldest_id
               FROM (SELECT * FROM posts WHERE author_id = $1 AND state = '{state}'
                         AND (since, id) < ($2, $3)
                     ORDER BY since DESC, id DESC LIMIT {stretch}) few
               WINDOW stretch AS (ORDER BY since DESC, id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) one
         JOIN revisions saved ON saved.post_id = one.id AND saved.number = one.current_revision
         LEFT JOIN LATERAL (
             SELECT one.oldest_since AS last_since, one.oldest_id AS last_id
             WHERE EXISTS (SELECT FROM posts WHERE author_id = $1 AND state = '{state}'
                           AND (since, id) < (one.oldest_since, one.oldest_id))
         ) older ON true
         WHERE ({key}, one.id) < ($4, $5)
         ORDER BY {key} DESC, one.id DESC LIMIT {}",
        size + 1
    );
    let [above, after] = [start.entered_before, start.after]
        .map(|cursor| cursor.unwrap_or(Cursor { at: Timestamp::MAX, id: i64::MAX }));
    let mut lines = select::<OwnLine>(own_lines(&posts, "p.sorted_by DESC, p.id DESC"))
        .bind::<BigInt, _>(author.0)
        .bind::<Timestamptz, _>(Stored::from(above.at))
        .bind::<BigInt, _>(above.id)
        .bind::<Timestamptz, _>(Stored::from(after.at))
        .bind::<BigInt, _>(after.id)
        .load::<OwnLine>(conn)?;
    let has_more = lines.len() > size;
    lines.truncate(size);
    let next = lines.last().and_then(|last| match (has_more, last.last_of_stretch) {
        (true, _) => {
            let after = Cursor { at: last.revised_at, id: last.id.0 };
            Some(OwnStart { after: Some(after), ..start })
        }
        (false, last) => last.map(|last| OwnStart { entered_before: Some(last), after: None }),
    });
    Ok(OwnPosts { lines, next })
}
