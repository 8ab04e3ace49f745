use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::domain::{Person, Post, RequestId};
use crate::store::statement::statement;
use crate::store::visibility::Visibility;

/// Records that a reviewer reads the current revision of another person's post
/// in review. Other readings are not recorded.
///
/// A GET may leave this record, because it is not an effect that the client
/// asked for (RFC 9110, 9.2.1). Readings within a minute are one reading. If the
/// record cannot be written, the page is shown all the same.
pub fn record_reading(conn: &mut PgConnection, request: RequestId, person: &Person, post: &Post) {
    if !Visibility::of(person).reviews(post) {
        return;
    }
    let written = statement::<()>(
        "INSERT INTO readings AS r (post_id, revision, reader_id) VALUES ($1, $2, $3)
         ON CONFLICT ON CONSTRAINT reading_is_noted_once DO UPDATE
         SET last_at = greatest(r.last_at, clock_timestamp())
         WHERE r.last_at < clock_timestamp() - interval '1 minute'",
    )
    .bind::<BigInt, _>(post.id.0)
    .bind::<Integer, _>(post.current.number.0)
    .bind::<BigInt, _>(person.id.0)
    .execute(conn);
    if let Err(error) = written {
        tracing::warn!(request_id = %request, %error, "a reading could not be recorded");
    }
}
