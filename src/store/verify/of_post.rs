//! The checks of one post, for a page.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use super::truth::{Scope, Truth};
use super::{by_hand, questions};
use crate::domain::PostId;

/// The result of one check.
#[derive(Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The check.
    pub truth: Truth,
    /// What breaks it: nothing, where it holds.
    pub broken: Vec<String>,
}

/// Returns whether each check of posts passes for this one. It asks
/// what [`verify`](super::verify) asks, in one statement, so that a page can.
pub fn of_post(conn: &mut PgConnection, post: PostId) -> QueryResult<Vec<CheckResult>> {
    let truths = questions::of_constraints(conn)?.into_iter().chain(by_hand::truths());
    let asked: Vec<Truth> = truths.filter(|truth| truth.scope == Scope::Post).collect();
    let questions = asked.iter().enumerate().map(|(number, truth)| {
        format!("SELECT {number} AS truth, detail FROM ({}) AS broken", truth.broken)
    });
    let questions: Vec<String> = questions.collect();
    let rows: Vec<NumberedRow> = diesel::sql_query(questions.join(" UNION ALL "))
        .bind::<Nullable<BigInt>, _>(Some(post.0))
        .load(conn)?;
    let verdict = |(number, truth): (usize, Truth)| {
        let broken = rows.iter().filter(|row| usize::try_from(row.truth) == Ok(number));
        CheckResult { truth, broken: broken.map(|row| row.detail.clone()).collect() }
    };
    Ok(asked.into_iter().enumerate().map(verdict).collect())
}

#[derive(QueryableByName)]
struct NumberedRow {
    #[diesel(sql_type = Integer)]
    truth: i32,
    #[diesel(sql_type = Text)]
    detail: String,
}
