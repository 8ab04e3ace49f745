//! The words by which posts and accounts are found, computed again and compared with
//! those that are stored.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::truth::{Finding, Scope, Truth};
use crate::domain::{PostId, search};
use crate::store::batches::{ACCOUNTS, POSTS, each_batch};
use crate::store::row::{row, select};
use crate::store::word_rules;
use crate::store::word_rules::TextsRow;

/// Returns the check of posts, and the one of accounts.
pub(super) fn truths() -> [Truth; 2] {
    [
        (
            "post_is_found_by_its_newest_text",
            "The search index of a post matches its newest revision.",
        ),
        (
            "account_is_found_by_its_name",
            "The search index of an account matches its username and display name.",
        ),
    ]
    .map(|(name, sentence)| Truth::new(name, sentence, Scope::Whole, ""))
}

/// Returns every post and every account whose stored words are other ones. Where all of
/// them are of other rules, it says so once.
pub(super) fn check(
    conn: &mut PgConnection,
    [of_posts, of_accounts]: &[Arc<Truth>; 2],
) -> QueryResult<Vec<Finding>> {
    let version = word_rules::version(conn)?;
    if version != search::RULES {
        return Ok(vec![Finding {
            truth: Arc::clone(of_posts),
            post: None,
            detail: format!(
                "all search words are of version {version} of their rules, and this program has \
                 version {}: run `imprimatur migrate`",
                search::RULES
            ),
        }]);
    }
    let posts = differing(conn, POSTS, TEXTS)?;
    let accounts = differing(conn, ACCOUNTS, NAMES)?;
    let posts = posts.into_iter().map(|id| Finding {
        truth: Arc::clone(of_posts),
        post: Some(PostId(id)),
        detail: "its search words are of another text".to_owned(),
    });
    let accounts = accounts.into_iter().map(|id| Finding {
        truth: Arc::clone(of_accounts),
        post: None,
        detail: format!("the search words of user {id} are of another name"),
    });
    Ok(posts.chain(accounts).collect())
}

/// Words are compared as PostgreSQL writes them: reading them would take five times as long.
const TEXTS: &str = "SELECT {columns}
     FROM (SELECT DISTINCT ON (post_id) post_id AS id, title, summary, body FROM revisions
           WHERE post_id > $1 AND post_id <= $2 ORDER BY post_id, number DESC) AS r
     LEFT JOIN (SELECT post_id, document::text AS words FROM post_documents) AS stored
         ON stored.post_id = r.id";

const NAMES: &str = "SELECT {columns}
     FROM (SELECT id, username AS title, display_name AS summary, '' AS body,
               name_words::text AS words
           FROM users WHERE id > $1 AND id <= $2) AS r
     CROSS JOIN LATERAL (SELECT r.words) AS stored";

row! {
    struct WordsRow {
        texts: TextsRow,
        stored: Option<String> = "stored.words",
    }
}

/// Returns the ids of the rows whose stored words differ from those that the
/// texts have. `next` asks for the end of a batch, and `texts` for its texts and
/// words.
fn differing(
    conn: &mut PgConnection,
    next: &'static str,
    texts: &'static str,
) -> QueryResult<Vec<i64>> {
    let mut ids = Vec::new();
    each_batch(conn, next, |conn, after, upto| {
        let rows = select::<WordsRow>(texts)
            .bind::<BigInt, _>(after)
            .bind::<BigInt, _>(upto)
            .load::<WordsRow>(conn)?;
        let differs = |row: &&WordsRow| row.stored.as_ref() != Some(&row.texts.words());
        ids.extend(rows.iter().filter(differs).map(|row| row.texts.id));
        Ok(())
    })?;
    ids.sort_unstable();
    Ok(ids)
}
