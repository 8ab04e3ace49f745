//! The statements that write: all that ever changes a post.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::Broken;
use super::parts::{Operation, action, outcome, post_in, recorded, stored_fingerprint, upon};
use super::posts::{self, Mutation};
use super::written_row::{WritingStatement, Written};
use crate::domain::{
    Archive, Create, Outcome, Publish, RequestChanges, Revise, RevisionNumber, Slug, State, Submit,
    WithdrawRequest, search,
};
use crate::policies::Validity;
use crate::store::Transaction;
use crate::store::row::select;
use crate::store::values::can_work;

/// Writes a new post, and returns the outcome.
pub fn enforce_creation<'tx>(
    validity: Validity<'tx, '_, Create>,
    operation: &Operation<'_>,
    tx: &mut Transaction<'tx>,
) -> Result<Outcome, Broken> {
    let written = beginning(&validity, operation).load(tx.conn())?;
    posts::check(validity.attempt(), written, None, State::Draft, RevisionNumber(1))
}

/// Returns the statement that creates a post, its first revision and its history row.
fn beginning<'a>(
    validity: &Validity<'_, 'a, Create>,
    operation: &'a Operation<'_>,
) -> WritingStatement<'a> {
    let content = &validity.attempt().content;
    let [title, summary, body] = content.parts();
    let actor = validity.actor().id();
    select::<Written>(concat!(
        "WITH post AS (
            INSERT INTO posts (author_id, state, current_revision)
            VALUES ($1, 'draft', 1)
            RETURNING id, state, current_revision, created_at AS at, slug
        ), ",
        recorded!("create", from "NULL", "$1", "$2", "$3"),
        ", revision AS (
            INSERT INTO revisions (post_id, number, title, summary, body, author_id, at, key, slug)
            SELECT id, current_revision, $4, $5, $6, $1, at, $2, $8 FROM post
        ), document AS (
            INSERT INTO post_documents (post_id, document) SELECT id, $7::tsvector FROM post
        ) ",
        outcome!()
    ))
    .bind::<BigInt, _>(actor.0)
    .bind::<Text, _>(operation.key.as_str())
    .bind::<Binary, _>(stored_fingerprint(operation, actor))
    .bind::<Text, _>(title)
    .bind::<Text, _>(summary)
    .bind::<Text, _>(body)
    .bind::<Text, _>(search::document(&[title, summary, body]))
    .bind::<Nullable<Text>, _>(content.chosen_slug())
}

impl Mutation for Revise {
    const SQL: &'static str = action!(
        "revise" from "state",
        post: "UPDATE posts SET current_revision = current_revision + 1 FROM moment
            WHERE id = $1 AND state IN ('draft', 'in_review') AND current_revision = $2
            RETURNING id, state, current_revision, moment.at, slug",
        revision: "INSERT INTO revisions
                (post_id, number, title, summary, body, author_id, at, key, slug)
            SELECT id, current_revision, $6, $7, $8, $3, at, $4, $10 FROM post",
        document: "INSERT INTO post_documents (post_id, document)
            SELECT id, $9::tsvector FROM post
            ON CONFLICT (post_id) DO UPDATE SET document = excluded.document"
    );

    /// Writes the next revision, or none where the content is unchanged.
    fn statement<'a>(
        validity: &Validity<'_, 'a, Self>,
        operation: &'a Operation<'_>,
    ) -> WritingStatement<'a> {
        let content = &validity.attempt().content;
        let [title, summary, body] = content.parts();
        if *content == validity.subject().post().current.content {
            let unchanged = action!("revise" from "state", post: post_in!("'draft', 'in_review'"));
            return upon(validity, operation, unchanged);
        }
        upon(validity, operation, Self::SQL)
            .bind::<Text, _>(title)
            .bind::<Text, _>(summary)
            .bind::<Text, _>(body)
            .bind::<Text, _>(search::document(&[title, summary, body]))
            .bind::<Nullable<Text>, _>(content.chosen_slug())
    }

    fn leaves(validity: &Validity<'_, '_, Self>) -> RevisionNumber {
        let RevisionNumber(current) = validity.subject().post().current.number;
        let is_unchanged = validity.attempt().content == validity.subject().post().current.content;
        RevisionNumber(if is_unchanged { current } else { current.saturating_add(1) })
    }
}

impl Mutation for Submit {
    const SQL: &'static str = action!(
        "submit" from "'draft'",
        post: "UPDATE posts SET state = 'in_review', submitted_at = moment.at,
                submitted_by = $3, submitted_revision = current_revision
            FROM moment
            WHERE id = $1 AND state = 'draft' AND current_revision = $2
            RETURNING id, state, current_revision, moment.at, slug"
    );
}

impl Mutation for RequestChanges {
    const SQL: &'static str = action!(
        "request-changes" from "state",
        post: post_in!("'in_review'"),
        review: "INSERT INTO reviews (post_id, revision, reviewer_id, note, at, key)
            SELECT id, current_revision, $3, $6, at, $4 FROM post
            RETURNING id";
        "WHERE EXISTS (SELECT FROM review)"
    );
}

impl Mutation for WithdrawRequest {
    /// Withdraws every standing request to the current revision that this
    /// reviewer may withdraw: their own, and those of people who can no longer
    /// review.
    const SQL: &'static str = action!(
        "withdraw-request" from "state",
        post: post_in!("'in_review'"),
        review: concat!(
            "INSERT INTO reviews (post_id, revision, reviewer_id, note, withdraws, at, key)
            SELECT post.id, post.current_revision, $3, '', request.id, post.at, $4
            FROM post
            JOIN standing_requests request ON request.post_id = post.id
            JOIN users reviewer ON reviewer.id = request.reviewer_id
            WHERE reviewer.id = $3 OR NOT ", can_work!("reviewer", "reviewer"), "
            RETURNING id");
        "WHERE EXISTS (SELECT FROM review)"
    );
}

impl Mutation for Publish {
    const SQL: &'static str = action!(
        "publish" from "'in_review'",
        post: "UPDATE posts SET state = 'published', published_at = moment.at,
                published_by = $3, published_revision = current_revision,
                slug = coalesce($7, available_slug($6))
            FROM moment
            WHERE id = $1 AND state = 'in_review' AND current_revision = $2
            RETURNING id, state, current_revision, moment.at, slug"
    );

    fn statement<'a>(
        validity: &Validity<'_, 'a, Self>,
        operation: &'a Operation<'_>,
    ) -> WritingStatement<'a> {
        let slug = validity.subject().post().current.content.wanted_slug();
        // The address that was confirmed, or else the one that is free.
        let confirmed = validity.attempt().slug.as_ref().map(Slug::as_str);
        upon(validity, operation, Self::SQL)
            .bind::<Text, _>(slug.as_str().to_owned())
            .bind::<Nullable<Text>, _>(confirmed)
    }
}

impl Mutation for Archive {
    const SQL: &'static str = action!(
        "archive" from "'published'",
        post: "UPDATE posts SET state = 'archived', archived_at = moment.at,
                archived_by = $3, archive_reason = $6
            FROM moment
            WHERE id = $1 AND state = 'published' AND published_revision = $2
            RETURNING id, state, current_revision, moment.at, slug"
    );
}
