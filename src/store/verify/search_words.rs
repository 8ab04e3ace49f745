//! The words by which posts and accounts are found, computed again and compared with
//! those that are stored.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::truth::{Finding, Scope, Truth};
use crate::domain::{PostId, search};
use crate::store::batches::{ACCOUNTS, POSTS, each_batch};
use crate::store::statement::statement;
use crate::store::word_rules;

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
const TEXTS: &str = "SELECT r.*, d.document::text
     FROM (SELECT DISTINCT ON (post_id) post_id, title, summary, body FROM revisions
           WHERE post_id > $1 AND post_id <= $2 ORDER BY post_id, number DESC) AS r
     LEFT JOIN post_documents d USING (post_id)";

const NAMES: &str = "SELECT id, username, display_name, '', name_words::text FROM users
     WHERE id > $1 AND id <= $2";

#[derive(Queryable)]
struct WordsRow {
    id: i64,
    texts: (String, String, String),
    words: Option<String>,
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
        let rows = statement::<(BigInt, (Text, Text, Text), Nullable<Text>)>(texts)
            .bind::<BigInt, _>(after)
            .bind::<BigInt, _>(upto)
            .load::<WordsRow>(conn)?;
        let differs = |WordsRow { texts: (title, summary, body), words, .. }: &WordsRow| {
            words.as_ref() != Some(&search::document(&[title, summary, body]))
        };
        ids.extend(rows.iter().filter(|row| differs(row)).map(|row| row.id));
        Ok(())
    })?;
    ids.sort_unstable();
    Ok(ids)
}
