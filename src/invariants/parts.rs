//! Holds the SQL that the statements of all actions share: the time, the history row,
//! the result and the parameters.
//!
//! Times come from the clock at the moment of writing, under the lock. They are never
//! earlier than the newest history row of the post. A transaction's own `now()` is as
//! old as its wait, and a clock may be set back.

use diesel::sql_types::{BigInt, Binary, Integer, Text};

use super::written_row::{WritingStatement, Written};
use crate::domain::{Fingerprint, OnPost, OperationKey, UserId};
use crate::policies::Validity;
use crate::store::row::select;

/// The key and the fingerprint that an effect is recorded under.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The idempotency key.
    pub key: &'a OperationKey,
    /// What it was used for.
    pub fingerprint: Fingerprint,
}

/// The statement of an action on a post: the changed relation `post`, its history row, and
/// other writes. Its time, as the relation `moment`, is a little later than the facts of the
/// policies. Their decision counts.
macro_rules! action {
    ($action:literal from $from:literal, post: $post:expr $(, $also:ident: $written:expr)*
        $(; $only:literal)?) => {
        concat!(
            "WITH moment AS MATERIALIZED (
                SELECT greatest(clock_timestamp(), max(at)) AS at FROM history WHERE post_id = $1
            ), post AS (", $post, "), ",
            recorded!($action, from $from, "$3", "$4", "$5"),
            $(", ", stringify!($also), " AS (", $written, ")",)*
            " ", outcome!(), $(" ", $only)?
        )
    };
}

/// The post as it is, if it is in one of these states at the revision that was seen.
macro_rules! post_in {
    ($states:literal) => {
        concat!(
            "SELECT id, state, current_revision, moment.at, slug FROM posts, moment
             WHERE id = $1 AND state IN (",
            $states,
            ") AND current_revision = $2"
        )
    };
}

/// The history row of the relation `post`, as the relation `recorded`, with the
/// parameters that are the actor, the key and the fingerprint.
macro_rules! recorded {
    ($action:literal, from $from:literal, $actor:literal, $key:literal, $fingerprint:literal) => {
        concat!(
            "recorded AS (
                INSERT INTO history (post_id, action, revision, from_state, to_state,
                    actor_id, key, fingerprint, at)
                SELECT id, '",
            $action,
            "', current_revision, ",
            $from,
            ", state, ",
            $actor,
            ", ",
            $key,
            ", ",
            $fingerprint,
            ", at FROM post
                RETURNING entered, at, revision
            )"
        )
    };
}

/// Returns the columns of [`Written`].
macro_rules! outcome {
    () => {
        "SELECT {columns} FROM post LEFT JOIN recorded ON true"
    };
}

pub(super) use {action, outcome, post_in, recorded};

/// Returns the statement with the five parameters that every action on a post has. They
/// are the post, its expected revision, the actor, the key and the fingerprint.
pub(super) fn upon<'a, A: OnPost>(
    validity: &Validity<'_, '_, A>,
    operation: &'a Operation<'a>,
    sql: &'static str,
) -> WritingStatement<'a> {
    let actor = validity.actor().id();
    select::<Written>(sql)
        .bind::<BigInt, _>(validity.subject().post().id.0)
        .bind::<Integer, _>(validity.subject().post().current.number.0)
        .bind::<BigInt, _>(actor.0)
        .bind::<Text, _>(operation.key.as_str())
        .bind::<Binary, _>(stored_fingerprint(operation, actor))
}

/// Returns the fingerprint of what this person sent, as history stores it.
pub(super) fn stored_fingerprint(operation: &Operation<'_>, actor: UserId) -> Vec<u8> {
    operation.fingerprint.by(actor).as_bytes().to_vec()
}
