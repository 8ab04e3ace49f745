//! What the statement of an action returns, as a row.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use jiff_diesel::Timestamp as Stored;

use super::posts::Written;
use crate::domain::{PostId, RevisionNumber, Slug, State};
use crate::store::statement::Statement;

/// The columns, as every statement of an action returns them.
pub(super) type RowSqlType =
    (BigInt, Text, Integer, Timestamptz, Nullable<(Text, Timestamptz, Integer)>, Nullable<Text>);

/// The post after the action, and its history row.
#[derive(Queryable)]
struct Row {
    post: PostId,
    state: State,
    revision: RevisionNumber,
    at: Stored,
    entered: Option<(State, Stored, RevisionNumber)>,
    slug: Option<String>,
}

impl From<Row> for Written {
    fn from(row: Row) -> Self {
        Self {
            post: row.post,
            state: row.state,
            revision: row.revision,
            at: row.at.to_jiff(),
            entered: row.entered.map(|(state, at, revision)| (state, at.to_jiff(), revision)),
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
