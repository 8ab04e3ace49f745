//! Lists of posts. Each goes by an index and ends at a limit: nothing here
//! counts a table or skips rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Stored;

use super::byline::byline;
use crate::domain::{Byline, PostId, RevisionNumber, State};
use crate::store::statement::{Statement, statement};
use crate::store::visibility::Visibility;

/// One line of a list of posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostLine {
    /// The post.
    pub id: PostId,
    /// Where it stands.
    pub state: State,
    /// Its current title, which a draft may lack.
    pub title: String,
    /// Its current summary.
    pub summary: String,
    /// Who writes it.
    pub author: Byline,
    /// Since when it has been in its state.
    pub since: Timestamp,
    /// Its current revision.
    pub revision: RevisionNumber,
    /// How many change requests stand against that.
    pub standing_requests: i64,
    /// Where the public finds it, from publication on.
    pub slug: Option<String>,
}

type LineSqlType =
    (BigInt, Text, Text, Text, BigInt, Text, Timestamptz, Integer, BigInt, Nullable<Text>);

#[derive(Queryable)]
struct LineRow {
    id: i64,
    state: State,
    title: String,
    summary: String,
    author: i64,
    author_name: String,
    since: Stored,
    revision: i32,
    standing_requests: i64,
    slug: Option<String>,
}

impl From<LineRow> for PostLine {
    fn from(row: LineRow) -> Self {
        Self {
            id: PostId(row.id),
            state: row.state,
            title: row.title,
            summary: row.summary,
            author: byline(row.author, row.author_name),
            since: row.since.to_jiff(),
            revision: RevisionNumber(row.revision),
            standing_requests: row.standing_requests,
            slug: row.slug,
        }
    }
}

/// The columns of a [`PostLine`], from `posts p`, `users author` and `revisions r`.
macro_rules! lines_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.state, r.title, r.summary, author.id, author.display_name,
                p.since, p.current_revision,
                (SELECT count(*) FROM standing_requests request
                 WHERE request.post_id = p.id AND request.revision = p.current_revision
                   AND p.state = 'in_review'),
                p.slug
             FROM posts p
             JOIN users author ON author.id = p.author_id
             JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
             WHERE ",
            $condition
        )
    };
}

/// Returns every post that the reader may see, newest first, at most `limit`,
/// from before the given post on.
pub fn all(
    conn: &mut PgConnection,
    visibility: Visibility,
    state: Option<State>,
    before: Option<PostId>,
    limit: i64,
) -> QueryResult<Vec<PostLine>> {
    lines(
        statement(lines_where!(
            "post_is_visible(p.state, p.author_id, $1, $2, $3)
             AND ($4::text IS NULL OR p.state = $4) AND p.id < $5
             ORDER BY p.id DESC"
        ))
        .seen_by(visibility)
        .bind::<Nullable<Text>, _>(state.map(State::as_str))
        .bind::<BigInt, _>(before.map_or(i64::MAX, |post| post.0))
        .at_most(limit),
        conn,
    )
}

fn lines(
    statement: Statement<'_, LineSqlType>,
    conn: &mut PgConnection,
) -> QueryResult<Vec<PostLine>> {
    let rows = statement.load::<LineRow>(conn)?;
    Ok(rows.into_iter().map(PostLine::from).collect())
}
