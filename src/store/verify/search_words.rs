//! The words by which posts and accounts are found, computed again and compared with
//! those that are stored.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use super::truth::{Finding, Scope, Truth};
use crate::domain::{PostId, search};
use crate::store::statement::statement;
use crate::store::verify::batches::{ACCOUNTS, POSTS, each_batch};

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
    .map(|(name, sentence)| Truth {
        name: name.to_owned(),
        sentence: sentence.to_owned(),
        scope: Scope::Whole,
        broken: String::new(),
    })
}

/// Returns every post and every account whose stored words are other ones.
pub(super) fn check(
    conn: &mut PgConnection,
    [of_posts, of_accounts]: &[Arc<Truth>; 2],
) -> QueryResult<Vec<Finding>> {
    let posts = differing(conn, POSTS, TEXTS, WRONG_POSTS)?;
    let accounts = differing(conn, ACCOUNTS, NAMES, WRONG_ACCOUNTS)?;
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

const TEXTS: &str = "SELECT DISTINCT ON (post_id) post_id, title, summary, body FROM revisions
     WHERE post_id > $1 AND post_id <= $2 ORDER BY post_id, number DESC";

const WRONG_POSTS: &str = "SELECT made.id
     FROM unnest($1, $2) AS made (id, words) LEFT JOIN post_documents d ON d.post_id = made.id
     WHERE d.document IS DISTINCT FROM made.words::tsvector ORDER BY 1";

const NAMES: &str = "SELECT id, username, display_name, '' FROM users
     WHERE id > $1 AND id <= $2 ORDER BY id";

const WRONG_ACCOUNTS: &str = "SELECT made.id
     FROM unnest($1, $2) AS made (id, words) JOIN users u ON u.id = made.id
     WHERE u.name_words IS DISTINCT FROM made.words::tsvector ORDER BY 1";

#[derive(Queryable)]
struct TextRow {
    id: i64,
    texts: (String, String, String),
}

/// Returns the ids of the rows whose stored words differ from those that the
/// texts have. `next` asks for the end of a batch, `texts` for its texts,
/// and `wrong` compares the words that were made of them.
fn differing(
    conn: &mut PgConnection,
    next: &'static str,
    texts: &'static str,
    wrong: &'static str,
) -> QueryResult<Vec<i64>> {
    let mut ids = Vec::new();
    each_batch(conn, next, |conn, after, upto| {
        let rows = statement::<(BigInt, (Text, Text, Text))>(texts)
            .bind::<BigInt, _>(after)
            .bind::<BigInt, _>(upto)
            .load::<TextRow>(conn)?;
        let words = |row: &TextRow| search::document(&[&row.texts.0, &row.texts.1, &row.texts.2]);
        let made: Vec<String> = rows.iter().map(words).collect();
        let found = statement::<BigInt>(wrong)
            .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(made)
            .load::<i64>(conn)?;
        ids.extend(found);
        Ok(())
    })?;
    Ok(ids)
}
