//! Keeps the stored words of a database at one version of the rules in
//! `domain::search`. Words of an older version are made again.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};

use super::batches::{ACCOUNTS, POSTS, each_batch};
use super::row::{row, select};
use super::statement::statement;
use crate::domain::search;

/// Returns the version of the rules that made the stored words.
pub(super) fn version(conn: &mut PgConnection) -> QueryResult<i32> {
    statement::<Integer>("SELECT version FROM public.word_rules").get_result(conn)
}

/// Makes the words of all posts and accounts again, unless they are of this version
/// already. Returns whether they were of another one.
///
/// It is part of the transaction of the migrations. Rows are locked before their texts
/// are read, so no text is saved in between.
pub(super) fn apply(conn: &mut PgConnection) -> QueryResult<bool> {
    if version(conn)? == search::RULES {
        return Ok(false);
    }
    each_batch(conn, POSTS, |conn, after, upto| {
        conn.batch_execute(&format!(
            "SELECT FROM post_documents WHERE post_id > {after} AND post_id <= {upto}
             ORDER BY post_id FOR NO KEY UPDATE"
        ))?;
        remake(conn, after, upto, TEXTS, SET_DOCUMENTS)
    })?;
    each_batch(conn, ACCOUNTS, |conn, after, upto| remake(conn, after, upto, NAMES, SET_NAMES))?;
    statement::<Integer>("UPDATE word_rules SET version = $1 RETURNING version")
        .bind::<Integer, _>(search::RULES)
        .execute(conn)?;
    Ok(true)
}

const TEXTS: &str = "SELECT DISTINCT ON (r.post_id) {columns} FROM
     (SELECT post_id AS id, * FROM revisions WHERE post_id > $1 AND post_id <= $2) r
     ORDER BY r.post_id, r.number DESC";

const SET_DOCUMENTS: &str = "UPDATE post_documents SET document = made.words::tsvector
     FROM unnest($1, $2) AS made (id, words)
     WHERE post_id = made.id AND document <> made.words::tsvector RETURNING post_id";

const NAMES: &str = "SELECT {columns} FROM
     (SELECT id, username AS title, display_name AS summary, '' AS body FROM users
      WHERE id > $1 AND id <= $2 ORDER BY id FOR NO KEY UPDATE) r";

const SET_NAMES: &str = "UPDATE users SET name_words = made.words::tsvector
     FROM unnest($1, $2) AS made (id, words)
     WHERE users.id = made.id AND name_words <> made.words::tsvector RETURNING users.id";

row! {
    /// The texts whose words are stored: those of a post, or the names of an account.
    pub(super) struct TextsRow {
        pub(super) id: i64 = "r.id",
        title: String = "r.title",
        summary: String = "r.summary",
        body: String = "r.body",
    }
}

impl TextsRow {
    /// Returns the words of the texts.
    pub(super) fn words(&self) -> String {
        search::document(&[&self.title, &self.summary, &self.body])
    }
}

/// Makes the words of one batch again, and writes those that are others now.
fn remake(
    conn: &mut PgConnection,
    after: i64,
    upto: i64,
    texts: &'static str,
    set: &'static str,
) -> QueryResult<()> {
    let rows = select::<TextsRow>(texts)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(upto)
        .load::<TextsRow>(conn)?;
    let (ids, words): (Vec<i64>, Vec<String>) =
        rows.into_iter().map(|row| (row.id, row.words())).unzip();
    statement::<BigInt>(set)
        .bind::<Array<BigInt>, _>(ids)
        .bind::<Array<Text>, _>(words)
        .execute(conn)?;
    Ok(())
}
