//! The fingerprint of a history row, computed again from what the database has of
//! its actor, its action and its content.

use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::truth::{Finding, Scope, Truth};
use crate::domain::{Action, Fingerprint, PostId, UserId};
use crate::store::batches::{POSTS, each_batch};
use crate::store::row::{row, select};

pub(super) fn truth() -> Truth {
    let sentence =
        "The fingerprint of a history row matches its actor, its action and its content.";
    Truth::new("fingerprint_is_of_what_was_sent", sentence, Scope::Whole, "")
}

/// Returns every history row whose fingerprint is another one.
pub(super) fn check(conn: &mut PgConnection, truth: &Arc<Truth>) -> QueryResult<Vec<Finding>> {
    let mut findings = Vec::new();
    each_batch(conn, POSTS, |conn, after, upto| {
        let rows = rows(conn, after, upto)?;
        findings.extend(rows.iter().filter(|row| !row.agrees()).map(|row| Finding {
            truth: Arc::clone(truth),
            post: Some(PostId(row.post)),
            detail: format!("{} of revision {} by user {}", row.action, row.revision, row.actor),
        }));
        Ok(())
    })?;
    findings.sort_by(|one, other| (one.post, &one.detail).cmp(&(other.post, &other.detail)));
    Ok(findings)
}

row! {
    struct HistoryRow {
        post: i64 = "h.post_id",
        action: Action = "h.action",
        revision: i32 = "h.revision",
        actor: i64 = "h.actor_id",
        fingerprint: Vec<u8> = "h.fingerprint",
        wrote_revision: bool = "coalesce(r.key = h.key, false)",
        words: String =
            "coalesce(CASE h.action WHEN 'archive' THEN p.archive_reason ELSE review.note END, '')",
        title: String = "coalesce(r.title, '')",
        summary: String = "coalesce(r.summary, '')",
        body: String = "coalesce(r.body, '')",
        slug: Option<String> = "r.slug",
        published_slug: Option<String> = "CASE h.action WHEN 'publish' THEN p.slug END",
    }
}

fn rows(conn: &mut PgConnection, after: i64, upto: i64) -> QueryResult<Vec<HistoryRow>> {
    select::<HistoryRow>(
        // Each table is limited to the batch by itself: a join alone would not limit it.
        "WITH h AS (SELECT * FROM history WHERE post_id > $1 AND post_id <= $2),
             p AS (SELECT * FROM posts WHERE id > $1 AND id <= $2),
             r AS (SELECT * FROM revisions WHERE post_id > $1 AND post_id <= $2),
             review AS (SELECT * FROM reviews WHERE post_id > $1 AND post_id <= $2)
         SELECT {columns}
         FROM h
         LEFT JOIN p ON p.id = h.post_id
         LEFT JOIN r ON r.post_id = h.post_id AND r.number = h.revision
             AND h.action IN ('create', 'revise')
         LEFT JOIN review ON h.action = 'request-changes' AND review.post_id = h.post_id
             AND review.reviewer_id = h.actor_id AND review.key = h.key
         WHERE h.action IN ('create', 'revise', 'submit', 'request-changes',
                            'withdraw-request', 'publish', 'archive')",
    )
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(upto)
    .load(conn)
}

impl HistoryRow {
    /// Returns whether the fingerprint is that of the sent values. A publication came
    /// with the address that was shown, or with none.
    fn agrees(&self) -> bool {
        let sent_slug = self.slug.as_deref();
        self.is_of(sent_slug)
            || self.published_slug.as_deref().is_some_and(|it| self.is_of(Some(it)))
    }

    fn is_of(&self, slug: Option<&str>) -> bool {
        let (post, seen) = match self.action {
            Action::Create => (String::new(), String::new()),
            // The revision seen is the one before, unless nothing was changed.
            Action::Revise if self.wrote_revision => {
                (self.post.to_string(), (self.revision - 1).to_string())
            }
            Action::Revise
            | Action::Submit
            | Action::RequestChanges
            | Action::WithdrawRequest
            | Action::Publish
            | Action::Archive => (self.post.to_string(), self.revision.to_string()),
        };
        let parts = [&post, &seen, &self.words, &self.title, &self.summary, &self.body];
        let parts = parts.map(String::as_str).into_iter().chain(slug);
        let parts: Vec<&str> = parts.collect();
        Fingerprint::of(self.action, &parts).by(UserId(self.actor)).as_bytes() == self.fingerprint
    }
}
