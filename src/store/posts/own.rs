//! An author's own posts. Each list goes by an index and ends at a limit.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use jiff::Timestamp;

use super::desk_line::{Name, Requests, look, requests_of};
use super::words::Words;
use crate::domain::{Byline, Content, PostId, Reading, RevisionNumber, State, TextPart, UserId};
use crate::store::Loan;
use crate::store::paging::Cursor;
use crate::store::row::{row, select};
use crate::store::values::byline;

row! {
    /// One of an author's own posts, with its state and who has to act next.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OwnLine {
        pub id: PostId = "p.id",
        pub state: State = "p.state",
        /// Since when it has been in its state.
        pub since: Timestamp = "p.since",
        /// How many posts the author has in its state, as far as [`COUNTED_OWN`].
        pub of_state: i64 = "p.of_state",
        /// The last post of its stretch, by when that entered its state, if another stretch
        /// follows.
        pub(super) last_of_stretch: Option<Cursor> = "p.last_since, p.last_id",
        pub name: Name,
        /// What shows whether it lacks something.
        text: TextRow,
        pub revision: RevisionNumber = "r.number",
        pub revised_at: Timestamp = "r.at",
        /// Who brought it into its state, from published on.
        pub by: Option<Byline> = byline!("doer"),
        /// Where the public finds it, from publication on.
        pub slug: Option<String> = "p.slug",
        /// Why it is archived, if it is.
        pub archive_reason: Option<String> = "p.archive_reason",
        /// The change requests that stand against the current revision.
        pub request: Option<Requests>,
        /// Which reviewer looked last, while it is in review.
        pub last_reading: Option<Reading>,
    }
}

row! {
    /// As much of a text as shows its missing parts.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TextRow {
        title: String = "r.title",
        summary: String = "r.summary",
        /// As much of it as shows whether readers see anything: of a draft that does not
        /// begin with a word, all of it.
        body: String =
            "CASE WHEN p.state <> 'draft' OR opening(r.body) ~ '^[-#>*_ ]*[A-Za-z]'
                  THEN opening(r.body) ELSE r.body END",
        has_slug: bool = "r.slug IS NOT NULL",
    }
}

/// How far an author's own posts are counted. So many drafts are sorted by when they
/// were saved: the last ones to become drafts.
pub const COUNTED_OWN: usize = 1000;

/// The order of an author's own posts in one state.
pub(super) struct OwnOrder {
    /// How many are read at once, the last ones to enter the state.
    pub(super) stretch: usize,
    /// What a stretch is sorted by.
    pub(super) key: &'static str,
}

impl OwnOrder {
    /// Drafts are sorted by when they were saved; other posts by when they entered
    /// their state, as their index has them.
    pub(super) fn of(state: State, limit: usize) -> Self {
        match state {
            State::Draft => Self { stretch: COUNTED_OWN, key: "saved.at" },
            State::InReview | State::Published | State::Archived => {
                Self { stretch: limit, key: "one.since" }
            }
        }
    }
}

impl OwnLine {
    /// Returns the parts that it still lacks before it can be submitted. This may have to
    /// read all of the text.
    pub fn missing(&self) -> Vec<TextPart> {
        Loan::assert_none();
        let TextRow { title, summary, body, has_slug } = self.text.clone();
        let chosen = has_slug.then(|| CHOSEN.to_owned());
        Content::stored([title, summary, body], chosen).missing()
    }
}

/// In place of a chosen web address: which one it is does not matter here.
const CHOSEN: &str = "chosen";

/// Returns an author's own posts, in the order of these states, and at most so many of each.
/// The drafts are those saved last, and the others those that entered their state last.
pub fn newest_of_each_state(
    conn: &mut PgConnection,
    author: UserId,
    wanted: &[(State, usize)],
) -> QueryResult<Vec<OwnLine>> {
    // A limit for each state that is no literal would be one that the planner
    // does not know.
    let of_each = wanted.iter().enumerate().map(|(place, (state, most))| {
        let OwnOrder { stretch, key } = OwnOrder::of(*state, *most);
        let state = state.as_str();
        format!(
            "(SELECT {place} AS place, {key} AS sorted_by, (SELECT count(*) FROM (
                  SELECT FROM posts WHERE author_id = $1 AND state = '{state}' LIMIT {COUNTED_OWN}
              ) few) AS of_state, NULL::timestamptz AS last_since, NULL::bigint AS last_id, one.*
              FROM (SELECT * FROM posts WHERE author_id = $1 AND state = '{state}'
                    ORDER BY since DESC, id DESC LIMIT {stretch}) one
              JOIN revisions saved ON saved.post_id = one.id AND saved.number = one.current_revision
              ORDER BY {key} DESC, one.id DESC LIMIT {most})"
        )
    });
    let posts = of_each.collect::<Vec<_>>().join(" UNION ALL ");
    select::<OwnLine>(own_lines(&posts, "p.place, p.sorted_by DESC, p.id DESC"))
        .bind::<BigInt, _>(author.0)
        .load(conn)
}

/// Returns those of an author's own posts whose newest text has the words, the newest
/// first.
pub fn own_with_words(
    conn: &mut PgConnection,
    author: UserId,
    words: &Words,
    limit: usize,
) -> QueryResult<Vec<OwnLine>> {
    let posts = format!(
        "SELECT 0::bigint AS of_state, NULL::timestamptz AS last_since, NULL::bigint AS last_id, posts.*
         FROM post_documents d JOIN posts ON posts.id = d.post_id
         WHERE d.document @@ $2::tsquery AND posts.author_id = $1
         ORDER BY d.post_id DESC LIMIT {limit}"
    );
    select::<OwnLine>(own_lines(&posts, "p.id DESC"))
        .planned_anew()
        .bind::<BigInt, _>(author.0)
        .bind::<Text, _>(words.query())
        .load(conn)
}

/// Returns the query that has the lines of these posts, in this order.
pub(super) fn own_lines(posts: &str, order: &str) -> String {
    let facts = concat!(
        " p
         JOIN revisions r ON r.post_id = p.id AND r.number = p.current_revision
         LEFT JOIN users doer ON doer.id = coalesce(p.archived_by, p.published_by) ",
        requests_of!("standing_requests"),
        look!()
    );
    format!("SELECT {{columns}} FROM ({posts}) {facts} ORDER BY {order}")
}
