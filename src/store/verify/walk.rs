//! The walk over a whole database.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::truth::{Finding, Report, Scope, Truth};
use super::{by_hand, circumventions, expected, fingerprints, guards, questions, search_words};
use crate::domain::PostId;
use crate::store::statement::statement;

/// Walks the whole database as its owner and reports everything that breaks a
/// truth. It reads one consistent picture, keeps nothing that it makes, and
/// blocks no other transaction; it may take as long as it takes.
pub fn verify(conn: &mut PgConnection, runtime_role: &str) -> QueryResult<Report> {
    conn.build_transaction().repeatable_read().run(|conn| walk(conn, runtime_role))
}

/// Does what [`verify`] does on two connections at once, which takes little more than
/// half as long. Both read the same picture.
pub fn verify_on_two(
    conn: &mut PgConnection,
    second: &mut PgConnection,
    runtime_role: &str,
) -> QueryResult<Report> {
    conn.build_transaction().repeatable_read().run(|conn| {
        let picture =
            statement::<Text>("SELECT pg_export_snapshot()").get_result::<String>(conn)?;
        let parts = rolled_back(conn, |conn| {
            let (guards, questions) = look_at_guards(conn, runtime_role)?;
            thread::scope(|scope| {
                let other = scope.spawn(|| {
                    second.build_transaction().repeatable_read().run(|second| {
                        second.batch_execute(&format!("SET TRANSACTION SNAPSHOT '{picture}'"))?;
                        rolled_back(second, |second| {
                            Ok([recompute(second)?, questions.ask(second)?])
                        })
                    })
                });
                let asked = questions.ask(conn)?;
                let [recomputed, asked_by_other] =
                    other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                Ok(vec![guards, recomputed, asked, asked_by_other])
            })
        })?;
        report(conn, parts)
    })
}

/// Does what [`verify`] does, in the transaction of the caller. So it also sees changes
/// that are not committed yet.
pub fn walk(conn: &mut PgConnection, runtime_role: &str) -> QueryResult<Report> {
    let parts = rolled_back(conn, |conn| {
        let (guards, questions) = look_at_guards(conn, runtime_role)?;
        Ok(vec![guards, recompute(conn)?, questions.ask(conn)?])
    })?;
    report(conn, parts)
}

/// Runs a part of the walk. Nothing that it makes or sets stays.
fn rolled_back<T>(
    conn: &mut PgConnection,
    part: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    let ended = conn.transaction(|conn| {
        // Millions of rows are matched against each other: in memory, not on disk.
        conn.batch_execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '128MB';
             SET LOCAL enable_mergejoin TO DEFAULT;
             SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather TO DEFAULT",
        )?;
        Err::<(), _>(Ended::With(part(conn)?))
    });
    match ended {
        Err(Ended::With(done)) => Ok(done),
        Err(Ended::Failed(error)) => Err(error),
        Ok(()) => Err(Error::RollbackTransaction),
    }
}

/// How a transaction ends that is always rolled back.
enum Ended<T> {
    With(T),
    Failed(Error),
}

impl<T> From<Error> for Ended<T> {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Some of the checks, and what they found.
struct PartialReport {
    truths: Vec<Arc<Truth>>,
    findings: Vec<Finding>,
}

fn report(conn: &mut PgConnection, parts: Vec<PartialReport>) -> QueryResult<Report> {
    let (posts, rows) = count(conn)?;
    let (mut truths, mut findings) = (Vec::new(), Vec::new());
    for part in parts {
        truths.extend(part.truths);
        findings.extend(part.findings);
    }
    truths.sort_by(|one, other| one.name.cmp(&other.name));
    findings.sort_by(|one, other| one.truth.name.cmp(&other.truth.name));
    Ok(Report { posts, rows, truths, findings })
}

/// Compares the guards, and makes from them the questions about the rows.
fn look_at_guards(
    conn: &mut PgConnection,
    runtime_role: &str,
) -> QueryResult<(PartialReport, Questions)> {
    let found = guards::list(conn, "public", runtime_role)?;
    let mut wrong = circumventions::list(conn, runtime_role)?;
    let of_constraints = match expected::build(conn, runtime_role)? {
        Ok(expected) => {
            wrong.extend(guards::differences(&expected.guards, &found));
            expected.truths
        }
        Err(sentence) => {
            wrong.push(sentence);
            questions::of_constraints(conn)?
        }
    };
    let truth = Arc::new(guards::truth());
    let finding = |detail| Finding { truth: Arc::clone(&truth), post: None, detail };
    let findings = wrong.into_iter().map(finding).collect();
    let questions = of_constraints.into_iter().chain(by_hand::truths()).map(Arc::new).collect();
    Ok((
        PartialReport { truths: vec![truth], findings },
        Questions { all: questions, taken: AtomicUsize::new(0) },
    ))
}

/// The questions about rows that the database answers alone. Connections share them:
/// each takes the next one.
struct Questions {
    all: Vec<Arc<Truth>>,
    taken: AtomicUsize,
}

impl Questions {
    /// Asks until none is left.
    fn ask(&self, conn: &mut PgConnection) -> QueryResult<PartialReport> {
        let mut part = PartialReport { truths: Vec::new(), findings: Vec::new() };
        while let Some(truth) = self.all.get(self.taken.fetch_add(1, Ordering::Relaxed)) {
            part.findings.extend(examine(conn, truth)?);
            part.truths.push(Arc::clone(truth));
        }
        Ok(part)
    }
}

/// Computes again the values that the program made of its texts, and compares.
fn recompute(conn: &mut PgConnection) -> QueryResult<PartialReport> {
    let fingerprints = Arc::new(fingerprints::truth());
    let words = search_words::truths().map(Arc::new);
    let mut findings = fingerprints::check(conn, &fingerprints)?;
    findings.extend(search_words::check(conn, &words)?);
    let truths = std::iter::once(fingerprints).chain(words).collect();
    Ok(PartialReport { truths, findings })
}

#[derive(QueryableByName)]
struct BrokenRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    post_id: Option<i64>,
    #[diesel(sql_type = Text)]
    detail: String,
}

/// Asks for the rows that fail a check. Where a table is so different that it cannot
/// be asked, this is a finding, too.
fn examine(conn: &mut PgConnection, truth: &Arc<Truth>) -> QueryResult<Vec<Finding>> {
    let asked = conn.transaction::<Vec<BrokenRow>, Error, _>(|conn| {
        let query = diesel::sql_query(&truth.broken);
        match truth.scope {
            Scope::Post => query.bind::<Nullable<BigInt>, _>(None::<i64>).load(conn),
            Scope::Whole => query.load(conn),
        }
    });
    let rows = match asked {
        Err(Error::DatabaseError(_, information)) => vec![BrokenRow {
            post_id: None,
            detail: format!("it could not be checked: {}", information.message()),
        }],
        other => other?,
    };
    let finding = |row: BrokenRow| Finding {
        truth: Arc::clone(truth),
        post: row.post_id.map(PostId),
        detail: row.detail,
    };
    Ok(rows.into_iter().map(finding).collect())
}

/// Counts the posts, and all rows of the tables that questions are asked of.
fn count(conn: &mut PgConnection) -> QueryResult<(i64, i64)> {
    let tables: Vec<String> = statement::<Text>(
        "SELECT format('SELECT count(*) AS rows FROM %I', relname) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
           AND pg_has_role(relowner, 'USAGE')
           AND relname NOT IN ('__diesel_schema_migrations', 'runtime_privileges')",
    )
    .load(conn)?;
    let posts = statement::<BigInt>("SELECT count(*) FROM posts").get_result::<i64>(conn)?;
    let rows = match tables.is_empty() {
        true => posts,
        false => statement::<BigInt>(format!(
            "SELECT sum(rows)::bigint FROM ({}) AS counted",
            tables.join(" UNION ALL ")
        ))
        .get_result::<i64>(conn)?,
    };
    Ok((posts, rows))
}
