//! A repeated key is answered with the outcome of its first use.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz};
use jiff_diesel::Timestamp as Stored;

use super::Call;
use crate::domain::{Action, Attempt, Outcome, PostId, RevisionNumber, Slug, State, UserId};
use crate::refusal::Refusal;
use crate::store::Unavailable;
use crate::store::failure::{Failure, classify};
use crate::store::statement::statement;

/// Returns what the key did before, if it did anything.
pub(super) fn earlier_outcome<A: Attempt>(
    conn: &mut PgConnection,
    actor: UserId,
    call: &Call,
    attempt: &A,
) -> Result<Option<Outcome>, Refusal> {
    type Row = (Text, BigInt, Integer, Text, Timestamptz, Binary, Nullable<Text>);
    let row = statement::<Row>(
        "SELECT action, post_id, revision, to_state, at, fingerprint,
             (SELECT slug FROM posts WHERE id = post_id AND action = 'publish')
         FROM history WHERE actor_id = $1 AND key = $2",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Text, _>(call.key.as_str())
    .get_result::<(Action, i64, i32, State, Stored, Vec<u8>, Option<String>)>(conn)
    .optional()
    .map_err(|error| match classify(&error) {
        Failure::Unavailable(why) => why,
        Failure::Constraint(_) | Failure::Conflict | Failure::Defect(_) => {
            tracing::error!(request_id = %call.caller.request, %error, "an operation could not be looked up");
            Unavailable::ConnectionLost
        }
    })?;
    match row {
        None => Ok(None),
        Some((action, post, revision, state, at, fingerprint, slug))
            if fingerprint == attempt.fingerprint().by(actor).as_bytes() =>
        {
            Ok(Some(Outcome {
                action,
                post: PostId(post),
                revision: RevisionNumber(revision),
                state,
                at: at.to_jiff(),
                slug: slug.and_then(|slug| Slug::parse(&slug)),
            }))
        }
        Some((_, post, ..)) => Err(Refusal::KeyReused { post: Some(PostId(post)) }),
    }
}
