//! The seven statements that write: all that ever changes a post.
//!
//! Times come from the clock at the moment of writing, under the lock, and
//! never before the fact that they follow: a transaction's own `now()` is as
//! old as its wait.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz};
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use crate::domain::{
    Archive, Create, OnPost, Outcome, PostId, Publish, RequestChanges, Revise, RevisionNumber,
    Slug, State, Submit, WithdrawRequest,
};
use crate::invariants::Broken;
use crate::invariants::posts::{self, Mutation, Operation, Written};
use crate::policies::Validity;
use crate::store::Transaction;
use crate::store::statement::{Statement, statement};

/// Post, state, revision and time; then state, time and revision of the history row.
type Row = (
    BigInt,
    Text,
    Integer,
    Timestamptz,
    (Nullable<Text>, Nullable<Timestamptz>, Nullable<Integer>),
);

/// Writes the beginning of a post, and returns what it did.
///
/// # Errors
///
/// As [`enforce`].
pub fn enforce_creation<'tx>(
    validity: Validity<'tx, '_, Create>,
    operation: &Operation<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<Outcome, Broken> {
    let written = begin(&validity, operation, tx.conn())?;
    posts::check::<Create>(written, None, State::Draft, RevisionNumber(1))
}

/// Begins a post: the post, its first revision, its draft transition.
fn begin(
    validity: &Validity<'_, '_, Create>,
    operation: &Operation<'_>,
    conn: &mut PgConnection,
) -> QueryResult<Vec<Written>> {
    let [title, summary, body] = validity.attempt().content.parts();
    written(
        statement::<Row>(
            "WITH post AS (
                INSERT INTO posts (author_id, state, current_revision)
                VALUES ($1, 'draft', 1)
                RETURNING id, state, current_revision, created_at AS at
            ), operation AS (
                INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                SELECT $1, $2, 'create', id, current_revision, state, $3, at FROM post
            ), revision AS (
                INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
                SELECT id, current_revision, $4, $5, $6, $1, at, $2 FROM post
            ), entered AS (
                INSERT INTO transitions (post_id, from_state, to_state, actor_id, at, revision, operation_key)
                SELECT id, NULL, state, $1, at, current_revision, $2 FROM post
                RETURNING to_state, at, revision
            )
            SELECT post.id, post.state, post.current_revision, post.at,
                   entered.to_state, entered.at, entered.revision
            FROM post LEFT JOIN entered ON true",
        )
        .bind::<BigInt, _>(validity.actor().id().0)
        .bind::<Text, _>(operation.key.as_str())
        .bind::<Binary, _>(operation.fingerprint.as_bytes())
        .bind::<Text, _>(title)
        .bind::<Text, _>(summary)
        .bind::<Text, _>(body),
        conn,
    )
}

impl Mutation for Revise {
    /// Writes the next revision, or none where the content is what it was.
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>> {
        let [title, summary, body] = validity.attempt().content.parts();
        if validity.attempt().content == validity.subject().post().current.content {
            return written(
                upon(
                    validity,
                    operation,
                    "WITH post AS (
                        SELECT id, state, current_revision, clock_timestamp() AS at FROM posts
                        WHERE id = $1 AND state IN ('draft', 'in_review') AND current_revision = $2
                    ), operation AS (
                        INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                        SELECT $3, $4, 'revise', id, current_revision, state, $5, at FROM post
                    )
                    SELECT id, state, current_revision, at, NULL, NULL::timestamptz, NULL::integer
                    FROM post",
                ),
                conn,
            );
        }
        written(
            upon(
                validity,
                operation,
                "WITH post AS (
                    UPDATE posts SET current_revision = current_revision + 1
                    WHERE id = $1 AND state IN ('draft', 'in_review') AND current_revision = $2
                    RETURNING id, state, current_revision, clock_timestamp() AS at
                ), operation AS (
                    INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                    SELECT $3, $4, 'revise', id, current_revision, state, $5, at FROM post
                ), revision AS (
                    INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, operation_key)
                    SELECT id, current_revision, $6, $7, $8, $3, at, $4 FROM post
                )
                SELECT id, state, current_revision, at, NULL, NULL::timestamptz, NULL::integer
                FROM post",
            )
            .bind::<Text, _>(title)
            .bind::<Text, _>(summary)
            .bind::<Text, _>(body),
            conn,
        )
    }

    fn leaves(validity: &Validity<'_, '_, Self>) -> RevisionNumber {
        let RevisionNumber(current) = validity.subject().post().current.number;
        let is_unchanged = validity.attempt().content == validity.subject().post().current.content;
        RevisionNumber(if is_unchanged { current } else { current.saturating_add(1) })
    }
}

impl Mutation for Submit {
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>> {
        written(
            upon(
                validity,
                operation,
                "WITH moment AS MATERIALIZED (
                    SELECT greatest(clock_timestamp(), created_at) AS at FROM posts WHERE id = $1
                ), post AS (
                    UPDATE posts SET state = 'in_review', submitted_at = moment.at,
                        submitted_by = $3, submitted_revision = current_revision
                    FROM moment
                    WHERE id = $1 AND state = 'draft' AND current_revision = $2
                    RETURNING id, state, current_revision, submitted_at AS at
                ), operation AS (
                    INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                    SELECT $3, $4, 'submit', id, current_revision, state, $5, at FROM post
                ), entered AS (
                    INSERT INTO transitions (post_id, from_state, to_state, actor_id, at, revision, operation_key)
                    SELECT id, 'draft', state, $3, at, current_revision, $4 FROM post
                    RETURNING to_state, at, revision
                )
                SELECT post.id, post.state, post.current_revision, post.at,
                       entered.to_state, entered.at, entered.revision
                FROM post LEFT JOIN entered ON true",
            ),
            conn,
        )
    }
}

impl Mutation for RequestChanges {
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>> {
        written(
            upon(
                validity,
                operation,
                "WITH post AS (
                    SELECT id, state, current_revision, clock_timestamp() AS at FROM posts
                    WHERE id = $1 AND state = 'in_review' AND current_revision = $2
                ), operation AS (
                    INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                    SELECT $3, $4, 'request-changes', id, current_revision, state, $5, at FROM post
                ), review AS (
                    INSERT INTO reviews (post_id, revision, reviewer_id, note, at, operation_key)
                    SELECT id, current_revision, $3, $6, at, $4 FROM post
                    RETURNING revision
                )
                SELECT post.id, post.state, review.revision, post.at,
                       NULL, NULL::timestamptz, NULL::integer
                FROM post JOIN review ON true",
            )
            .bind::<Text, _>(validity.attempt().note.as_str()),
            conn,
        )
    }
}

impl Mutation for WithdrawRequest {
    /// Takes back every request of this reviewer that stands against the
    /// current revision; usually that is one.
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>> {
        written(
            upon(
                validity,
                operation,
                "WITH post AS (
                    SELECT id, state, current_revision, clock_timestamp() AS at FROM posts
                    WHERE id = $1 AND state = 'in_review' AND current_revision = $2
                ), operation AS (
                    INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                    SELECT $3, $4, 'withdraw-request', id, current_revision, state, $5, at FROM post
                ), review AS (
                    INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, operation_key)
                    SELECT post.id, post.current_revision, $3, '', request.id, post.at, $4
                    FROM post JOIN reviews request
                        ON request.post_id = post.id AND request.revision = post.current_revision
                    WHERE request.reviewer_id = $3 AND request.withdraws IS NULL
                      AND NOT EXISTS (SELECT FROM reviews w WHERE w.withdraws = request.id)
                    RETURNING revision
                )
                SELECT DISTINCT post.id, post.state, review.revision, post.at,
                       NULL, NULL::timestamptz, NULL::integer
                FROM post JOIN review ON true",
            ),
            conn,
        )
    }
}

impl Mutation for Publish {
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>> {
        let slug = Slug::from_title(&validity.subject().post().current.content.title);
        written(
            upon(
                validity,
                operation,
                "WITH moment AS MATERIALIZED (
                    SELECT greatest(clock_timestamp(), submitted_at) AS at FROM posts WHERE id = $1
                ), post AS (
                    UPDATE posts SET state = 'published', published_at = moment.at,
                        published_by = $3, published_revision = current_revision,
                        slug = available_slug($6)
                    FROM moment
                    WHERE id = $1 AND state = 'in_review' AND current_revision = $2
                    RETURNING id, state, current_revision, published_at AS at
                ), operation AS (
                    INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                    SELECT $3, $4, 'publish', id, current_revision, state, $5, at FROM post
                ), entered AS (
                    INSERT INTO transitions (post_id, from_state, to_state, actor_id, at, revision, operation_key)
                    SELECT id, 'in_review', state, $3, at, current_revision, $4 FROM post
                    RETURNING to_state, at, revision
                )
                SELECT post.id, post.state, post.current_revision, post.at,
                       entered.to_state, entered.at, entered.revision
                FROM post LEFT JOIN entered ON true",
            )
            .bind::<Text, _>(slug.as_str().to_owned()),
            conn,
        )
    }
}

impl Mutation for Archive {
    fn write(
        validity: &Validity<'_, '_, Self>,
        operation: &Operation<'_>,
        conn: &mut PgConnection,
    ) -> QueryResult<Vec<Written>> {
        written(
            upon(
                validity,
                operation,
                "WITH moment AS MATERIALIZED (
                    SELECT greatest(clock_timestamp(), published_at) AS at FROM posts WHERE id = $1
                ), post AS (
                    UPDATE posts SET state = 'archived', archived_at = moment.at,
                        archived_by = $3, archive_reason = $6
                    FROM moment
                    WHERE id = $1 AND state = 'published' AND published_revision = $2
                    RETURNING id, state, published_revision, archived_at AS at
                ), operation AS (
                    INSERT INTO operations (actor_id, key, action, post_id, revision, state, fingerprint, at)
                    SELECT $3, $4, 'archive', id, published_revision, state, $5, at FROM post
                ), entered AS (
                    INSERT INTO transitions (post_id, from_state, to_state, actor_id, at, revision, operation_key)
                    SELECT id, 'published', state, $3, at, published_revision, $4 FROM post
                    RETURNING to_state, at, revision
                )
                SELECT post.id, post.state, post.published_revision, post.at,
                       entered.to_state, entered.at, entered.revision
                FROM post LEFT JOIN entered ON true",
            )
            .bind::<Text, _>(validity.attempt().reason.as_str()),
            conn,
        )
    }
}

/// Returns the statement with the five parameters that every action on a post
/// has: the post, the revision it must be at, the actor, the key, the fingerprint.
fn upon<'a, A: OnPost>(
    validity: &Validity<'_, '_, A>,
    operation: &'a Operation<'a>,
    sql: &'static str,
) -> Statement<'a, Row> {
    statement::<Row>(sql)
        .bind::<BigInt, _>(validity.subject().post().id.0)
        .bind::<Integer, _>(validity.subject().post().current.number.0)
        .bind::<BigInt, _>(validity.actor().id().0)
        .bind::<Text, _>(operation.key.as_str())
        .bind::<Binary, _>(operation.fingerprint.as_bytes())
}

fn written(statement: Statement<'_, Row>, conn: &mut PgConnection) -> QueryResult<Vec<Written>> {
    type Loaded = (i64, State, i32, Stored, (Option<State>, NullableTimestamp, Option<i32>));
    let rows = statement.load::<Loaded>(conn)?;
    Ok(rows
        .into_iter()
        .map(|(post, state, revision, at, (entered, entered_at, entered_revision))| Written {
            post: PostId(post),
            state,
            revision: RevisionNumber(revision),
            at: at.to_jiff(),
            entered: match (entered, entered_at.to_jiff(), entered_revision) {
                (Some(state), Some(at), Some(revision)) => {
                    Some((state, at, RevisionNumber(revision)))
                }
                _ => None,
            },
        })
        .collect())
}
