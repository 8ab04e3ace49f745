//! A repeated key is answered with the outcome of its first use.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use jiff::Timestamp;

use super::Call;
use crate::domain::{Action, Attempt, Outcome, PostId, RevisionNumber, Slug, State, UserId};
use crate::refusal::Refusal;
use crate::store::Unavailable;
use crate::store::failure::{Failure, classify};
use crate::store::row::{row, select};

/// Returns what the key did before, if it did anything.
pub(super) fn earlier_outcome<A: Attempt>(
    conn: &mut PgConnection,
    actor: UserId,
    call: &Call,
    attempt: &A,
) -> Result<Option<Outcome>, Refusal> {
    let row = select::<EarlierRow>(
        "SELECT {columns}
         FROM history WHERE actor_id = $1 AND key = $2",
    )
    .bind::<BigInt, _>(actor.0)
    .bind::<Text, _>(call.key.as_str())
    .get_result::<EarlierRow>(conn)
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
        Some(EarlierRow { fingerprint, outcome })
            if fingerprint == attempt.fingerprint().by(actor).as_bytes() =>
        {
            Ok(Some(outcome))
        }
        Some(EarlierRow { outcome, .. }) => Err(Refusal::KeyReused { post: Some(outcome.post) }),
    }
}

row! {
    struct EarlierRow {
        fingerprint: Vec<u8> = "fingerprint",
        outcome: Outcome,
    }
}

row! {
    for Outcome {
        action: Action = "action",
        post: PostId = "post_id",
        revision: RevisionNumber = "revision",
        state: State = "to_state",
        at: Timestamp = "at",
        slug: Option<Slug> = "(SELECT slug FROM posts WHERE id = post_id AND action = 'publish')",
    }
}
