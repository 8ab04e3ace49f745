//! Makes the checks of `verify` from the constraints of the catalogue and their
//! comments.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use super::truth::{Scope, Truth};

#[derive(QueryableByName)]
struct QuestionRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sentence: String,
    #[diesel(sql_type = Bool)]
    is_of_post: bool,
    #[diesel(sql_type = Text)]
    broken: String,
}

/// Returns a check for each constraint of the schema that the search path
/// names, by name. The queries work on any schema of the same tables.
pub(super) fn of_constraints(conn: &mut PgConnection) -> QueryResult<Vec<Truth>> {
    let rows: Vec<QuestionRow> = diesel::sql_query(include_str!("questions.sql")).load(conn)?;
    let truth = |row: QuestionRow| Truth {
        name: row.name,
        sentence: row.sentence,
        scope: if row.is_of_post { Scope::Post } else { Scope::Whole },
        broken: row.broken,
    };
    Ok(rows.into_iter().map(truth).collect())
}
