//! Does every promise hold for every row?
//!
//! Constraints and triggers refuse what would break a promise, so there should
//! be nothing to find. But a restore runs with triggers off, an owner can drop
//! a constraint, an index can be damaged. This walks a whole database and
//! reports every row that could not have come into being with the guards in
//! place, and every guard that is not.
//!
//! Each truth carries the name and the sentence of the constraint or trigger
//! that keeps it. Some triggers speak of change alone, such as
//! `submission_facts_are_final`: what a row was before cannot be seen in it, so
//! they have no truth here. Their effect is seen where the post and its
//! history, written together, no longer agree.

mod bulk;
mod guards;
mod history;
mod people;
mod posts;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

use crate::domain::PostId;

/// A proposition, and how to find what contradicts it.
#[derive(Debug, PartialEq, Eq)]
pub struct Truth {
    /// The name of the constraint or trigger that keeps it.
    pub name: &'static str,
    /// What is the case.
    pub sentence: &'static str,
    /// What it speaks of.
    pub scope: Scope,
    /// A query for what breaks it: `post_id`, which may be null, and `detail`,
    /// which names ids and never quotes what somebody wrote.
    pub broken: &'static str,
}

/// What a truth speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Of each post by itself: the query has one parameter, the post to look
    /// at, or null for every post.
    Post,
    /// Of the database as a whole.
    Whole,
}

/// Returns every truth: of people, of posts, of their history, of what is done
/// in bulk, of the guards.
pub fn truths() -> impl Iterator<Item = &'static Truth> {
    [people::TRUTHS, posts::TRUTHS, history::TRUTHS, bulk::TRUTHS, guards::TRUTHS]
        .into_iter()
        .flatten()
}

/// A row that breaks a truth, or a guard that is not in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The truth.
    pub truth: &'static Truth,
    /// The post it concerns, if it concerns one.
    pub post: Option<PostId>,
    /// Which row, and what is wrong with it.
    pub detail: String,
}

/// What a walk has found.
#[derive(Debug)]
pub struct Report {
    /// How many posts were looked at.
    pub posts: i64,
    /// How many rows there were in all.
    pub rows: i64,
    /// How many truths were tried.
    pub truths: usize,
    /// Everything that breaks one, in the order of the truths.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Returns how many truths are broken.
    pub fn broken_truths(&self) -> usize {
        let mut names: Vec<&str> = self.findings.iter().map(|finding| finding.truth.name).collect();
        names.dedup();
        names.len()
    }
}

/// Walks the whole database, or looks at one post, and reports everything that
/// breaks a truth. It reads one consistent picture, writes nothing and locks
/// nobody out; it may take as long as it takes.
///
/// # Errors
///
/// The database's; a missing table is one.
pub fn verify(conn: &mut PgConnection, post: Option<PostId>) -> QueryResult<Report> {
    let mut transaction = conn.build_transaction().read_only().repeatable_read();
    transaction.run(|conn| {
        // Millions of rows are matched against each other: in memory, not on disk.
        conn.batch_execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB';
             SET LOCAL jit TO DEFAULT; SET LOCAL max_parallel_workers_per_gather TO DEFAULT",
        )?;
        walk(conn, post)
    })
}

/// Does what [`verify`] does, in the transaction that the caller is in: what
/// that has changed and not committed yet is seen as well.
///
/// # Errors
///
/// As [`verify`].
pub fn walk(conn: &mut PgConnection, post: Option<PostId>) -> QueryResult<Report> {
    let (posts, rows) = count(conn, post)?;
    let mut report = Report { posts, rows, truths: 0, findings: Vec::new() };
    for truth in truths().filter(|truth| post.is_none() || truth.scope == Scope::Post) {
        report.truths += 1;
        report.findings.extend(examine(conn, truth, post)?);
    }
    Ok(report)
}

/// What was found of one truth.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The truth.
    pub truth: &'static Truth,
    /// What breaks it: nothing, where it holds.
    pub broken: Vec<String>,
}

/// Returns whether each truth that speaks of posts holds for this one. It asks
/// what [`verify`] asks, in one statement, so that a page can ask it.
pub fn of_post(conn: &mut PgConnection, post: PostId) -> QueryResult<Vec<Verdict>> {
    let asked: Vec<_> = truths().filter(|truth| truth.scope == Scope::Post).collect();
    let questions = asked.iter().enumerate().map(|(number, truth)| {
        format!("SELECT {number} AS truth, detail FROM ({}) AS broken", truth.broken)
    });
    let questions: Vec<String> = questions.collect();
    let rows: Vec<NumberedRow> = diesel::sql_query(questions.join(" UNION ALL "))
        .bind::<Nullable<BigInt>, _>(Some(post.0))
        .load(conn)?;
    let verdict = |(number, truth): (usize, &'static Truth)| {
        let broken = rows.iter().filter(|row| usize::try_from(row.truth) == Ok(number));
        Verdict { truth, broken: broken.map(|row| row.detail.clone()).collect() }
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

#[derive(QueryableByName)]
struct BrokenRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    post_id: Option<i64>,
    #[diesel(sql_type = Text)]
    detail: String,
}

fn examine(
    conn: &mut PgConnection,
    truth: &'static Truth,
    post: Option<PostId>,
) -> QueryResult<Vec<Finding>> {
    let query = diesel::sql_query(truth.broken);
    let rows: Vec<BrokenRow> = match truth.scope {
        Scope::Post => query.bind::<Nullable<BigInt>, _>(post.map(|post| post.0)).load(conn)?,
        Scope::Whole => query.load(conn)?,
    };
    let finding =
        |row: BrokenRow| Finding { truth, post: row.post_id.map(PostId), detail: row.detail };
    Ok(rows.into_iter().map(finding).collect())
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    posts: i64,
    #[diesel(sql_type = BigInt)]
    others: i64,
}

fn count(conn: &mut PgConnection, post: Option<PostId>) -> QueryResult<(i64, i64)> {
    let counts: Counts = diesel::sql_query(
        "SELECT (SELECT count(*) FROM posts WHERE id = coalesce($1, id)) AS posts,
             (SELECT count(*) FROM operations WHERE post_id = coalesce($1, post_id))
             + (SELECT count(*) FROM revisions WHERE post_id = coalesce($1, post_id))
             + (SELECT count(*) FROM reviews WHERE post_id = coalesce($1, post_id))
             + (SELECT count(*) FROM transitions WHERE post_id = coalesce($1, post_id))
             + CASE WHEN $1 IS NULL THEN (SELECT count(*) FROM users)
                 + (SELECT count(*) FROM account_events) + (SELECT count(*) FROM sessions)
                 + (SELECT count(*) FROM password_links) + (SELECT count(*) FROM tokens)
                 + (SELECT count(*) FROM refusals) + (SELECT count(*) FROM incidents)
               ELSE 0 END AS others",
    )
    .bind::<Nullable<BigInt>, _>(post.map(|post| post.0))
    .get_result(conn)?;
    Ok((counts.posts, counts.posts + counts.others))
}
