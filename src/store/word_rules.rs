//! The stored words of a database are all of one version of the rules in
//! `domain::search`. Where it is an older one, they are made again.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text};

use super::batches::{ACCOUNTS, POSTS, each_batch};
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

const TEXTS: &str = "SELECT DISTINCT ON (post_id) post_id, title, summary, body FROM revisions
     WHERE post_id > $1 AND post_id <= $2 ORDER BY post_id, number DESC";

const SET_DOCUMENTS: &str = "UPDATE post_documents SET document = made.words::tsvector
     FROM unnest($1, $2) AS made (id, words)
     WHERE post_id = made.id AND document <> made.words::tsvector RETURNING post_id";

const NAMES: &str = "SELECT id, username, display_name, '' FROM users
     WHERE id > $1 AND id <= $2 ORDER BY id FOR NO KEY UPDATE";

const SET_NAMES: &str = "UPDATE users SET name_words = made.words::tsvector
     FROM unnest($1, $2) AS made (id, words)
     WHERE users.id = made.id AND name_words <> made.words::tsvector RETURNING users.id";

/// Makes the words of one batch again, and writes those that are others now.
fn remake(
    conn: &mut PgConnection,
    after: i64,
    upto: i64,
    texts: &'static str,
    set: &'static str,
) -> QueryResult<()> {
    let rows = statement::<(BigInt, Text, Text, Text)>(texts)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(upto)
        .load::<(i64, String, String, String)>(conn)?;
    let (ids, words): (Vec<i64>, Vec<String>) = rows
        .into_iter()
        .map(|(id, title, summary, body)| {
            (id, search::document(&[title.as_str(), &summary, &body]))
        })
        .unzip();
    statement::<BigInt>(set)
        .bind::<Array<BigInt>, _>(ids)
        .bind::<Array<Text>, _>(words)
        .execute(conn)?;
    Ok(())
}
