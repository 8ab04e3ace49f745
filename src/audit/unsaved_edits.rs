use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::domain::{Person, Post, RequestId};
use crate::store::statement::statement;

/// Records that the author of a post in review has changed its current text without
/// saving, so that reviewers know of it. Other edits are not recorded.
///
/// Edits within a minute are one edit. If the record cannot be written, the page is
/// shown all the same.
pub fn record_unsaved_edit(
    conn: &mut PgConnection,
    request: RequestId,
    person: &Person,
    post: &Post,
) {
    if !post.is_in_review() || post.author.id != person.id {
        return;
    }
    let written = statement::<()>(
        "INSERT INTO unsaved_edits AS e (post_id, revision) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT unsaved_edit_is_noted_once DO UPDATE
         SET last_at = greatest(e.last_at, clock_timestamp())
         WHERE e.last_at < clock_timestamp() - interval '1 minute'",
    )
    .bind::<BigInt, _>(post.id.0)
    .bind::<Integer, _>(post.current.number.0)
    .execute(conn);
    if let Err(error) = written {
        tracing::warn!(request_id = %request, %error, "an unsaved edit could not be recorded");
    }
}
