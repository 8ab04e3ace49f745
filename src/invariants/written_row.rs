//! What the statement of an action returns, as a row.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff_diesel::{NullableTimestamp, Timestamp as Stored};

use super::posts::Written;
use crate::domain::{PostId, RevisionNumber, Slug, State};
use crate::store::statement::Statement;

/// The columns, as every statement of an action returns them.
pub(super) type RowSqlType = (
    BigInt,
    Text,
    Integer,
    Timestamptz,
    Nullable<Text>,
    Nullable<Timestamptz>,
    Nullable<Integer>,
    Nullable<Text>,
);

/// The post after the action, and its history row.
#[derive(Queryable)]
struct Row {
    post: i64,
    state: State,
    revision: i32,
    at: Stored,
    entered: Option<State>,
    recorded_at: NullableTimestamp,
    recorded_revision: Option<i32>,
    slug: Option<String>,
}

impl From<Row> for Written {
    fn from(row: Row) -> Self {
        let recorded = row.recorded_at.to_jiff().zip(row.recorded_revision);
        Self {
            post: PostId(row.post),
            state: row.state,
            revision: RevisionNumber(row.revision),
            at: row.at.to_jiff(),
            entered: row
                .entered
                .zip(recorded)
                .map(|(state, (at, revision))| (state, at, RevisionNumber(revision))),
            slug: row.slug.and_then(|slug| Slug::parse(&slug)),
        }
    }
}

/// Runs the statement of an action, and returns what it wrote.
pub(super) fn written(
    statement: Statement<'_, RowSqlType>,
    conn: &mut PgConnection,
) -> QueryResult<Vec<Written>> {
    Ok(statement.load::<Row>(conn)?.into_iter().map(Written::from).collect())
}
