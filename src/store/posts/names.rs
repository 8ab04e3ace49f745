//! Finds the people whom the filters of the change list name, and suggests others.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::domain::{UserId, Username};
use crate::store::row::{row, select};
use crate::store::values::can_work;

/// The usernames of people who can work in a role.
macro_rules! able {
    ($role:literal) => {
        concat!(
            "ARRAY(SELECT username FROM users WHERE ",
            can_work!("users", $role),
            " ORDER BY username LIMIT 50)"
        )
    };
}

row! {
    /// The accounts behind the names of a filter, the names to suggest instead, and
    /// what the reader of the list has not finished.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Names {
        /// The account with the author's username.
        pub author: Option<UserId> = "(SELECT id FROM users WHERE username = $1)",
        /// The account with the reviewer's username.
        pub reviewer: Option<UserId> = "(SELECT id FROM users WHERE username = $2)",
        /// The names of authors, in alphabetical order, at most fifty.
        pub authors: Vec<String> = able!("author"),
        /// The names of reviewers, likewise.
        pub reviewers: Vec<String> = able!("reviewer"),
        /// The reader's newest bulk archive of which something is left to do.
        pub unfinished: Option<i64> =
            "(SELECT max(b.id) FROM bulk_archives b
              WHERE b.actor_id = $3
                AND b.id IN (SELECT bulk_archive_id FROM bulk_archive_items
                             WHERE settled_at IS NULL))",
    }
}

/// Returns the accounts behind the names of a filter, the names to suggest, and the
/// reader's unfinished bulk archive.
pub fn names(
    conn: &mut PgConnection,
    author: Option<&Username>,
    reviewer: Option<&Username>,
    reader: UserId,
) -> QueryResult<Names> {
    select::<Names>("SELECT {columns}")
        .bind::<Nullable<Text>, _>(author.map(Username::as_str))
        .bind::<Nullable<Text>, _>(reviewer.map(Username::as_str))
        .bind::<BigInt, _>(reader.0)
        .get_result(conn)
}
