//! Changes posts for programs. Each action has an address of its own.

use actix_web::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::api::bodies::{ContentBody, NoteBody, NothingBody, PublicationBody, ReasonBody};
use crate::api::handle::Change;
use crate::api::headers::entity_tag;
use crate::api::json::JSON;
use crate::api::parameters::{ChangeHeaders, CreateHeaders, PostPath};
use crate::api::replies::{ChangeProblems, CreateProblems, Done};
use crate::domain::{
    Archive, Content, Create, Note, Outcome, PostId, Publish, RequestChanges, Revise,
    RevisionNumber, Slug, Submit, WithdrawRequest,
};
use crate::http::Reply;
use crate::http::api_error::ApiError;
use crate::refusal::Refusal;
use crate::render::documents::OutcomeBody;
use crate::store::Store;
use crate::workflow::{self, Call};

/// Takes an attempt at an existing post to the workflow.
fn act<Body: DeserializeOwned>(
    change: Change,
    attempt: impl FnOnce(&Call, PostId, RevisionNumber, Body) -> Result<Outcome, Refusal>,
) -> Result<Reply, ApiError> {
    let (call, post, seen, body) = change.of_post()?;
    Ok(done(StatusCode::OK, &attempt(&call, post, seen, body)?))
}

fn done(status: StatusCode, outcome: &Outcome) -> Reply {
    Reply::json(status, JSON, &OutcomeBody::from(outcome))
        .with("etag", entity_tag(outcome.revision))
}

fn content(body: &ContentBody) -> Result<Content, Refusal> {
    let slug = body.slug.as_deref().unwrap_or_default();
    Ok(Content::parse_with_slug(&body.title, &body.summary, &body.body, slug)?)
}

/// Create a draft
///
/// The owner of the token becomes its author.
#[utoipa::path(
    post, path = "/api/v1/posts", operation_id = "create", tag = "Posts",
    params(CreateHeaders),
    request_body = ContentBody,
    responses(
        (status = 201, description = "Created, or already created with this \
                                      key.", body = OutcomeBody, headers(
            ("ETag" = String, description = "The entity tag of the revision."),
            ("Location" = String, description = "The address of the post."),
        )),
        CreateProblems
    )
)]
pub(super) fn create(store: &Store, change: Change) -> Result<Reply, ApiError> {
    let (call, body) = change.of_nothing()?;
    let content = content(&body)?;
    let outcome = workflow::create(store, &call, &Create { content })?;
    let location = format!("/api/v1/posts/{}", outcome.post);
    Ok(done(StatusCode::CREATED, &outcome).with("location", location))
}

/// Defines the handler of an action on an existing post, by its address, what its body
/// says, and what is attempted.
macro_rules! action {
    ($(#[$doc:meta])* $name:ident $path:literal $(request_body = $sent:ty,)?
        |$post:ident, $seen:ident, $body:tt: $Body:ty| $attempt:expr) => {
        $(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "Actions", params(PostPath, ChangeHeaders),
            $(request_body = $sent,)? responses(Done, ChangeProblems)
        )]
        pub(super) fn $name(store: &Store, change: Change) -> Result<Reply, ApiError> {
            act(change, |call, $post, $seen, $body: $Body| {
                workflow::perform(store, call, &$attempt)
            })
        }
    };
}

action! {
    /// Save a new revision
    ///
    /// For the author, until the post is published. An unchanged text makes no new
    /// revision: the outcome then has the current one.
    revise "/api/v1/posts/{id}/revisions" request_body = ContentBody,
    |post, seen, body: ContentBody| Revise { post, seen, content: content(&body)? }
}

action! {
    /// Submit a draft for review
    ///
    /// For the author. Title, summary and body are required.
    submit "/api/v1/posts/{id}/submission"
    |post, seen, _: NothingBody| Submit { post, seen }
}

action! {
    /// Request changes
    ///
    /// For a reviewer who is not the author. The revision cannot be published until the
    /// request is withdrawn or there is a newer revision.
    request_changes "/api/v1/posts/{id}/change-requests" request_body = NoteBody,
    |post, seen, body: NoteBody| RequestChanges { post, seen, note: Note::parse(&body.note)? }
}

action! {
    /// Withdraw a change request
    ///
    /// For the reviewer who made it. When they can no longer review, for any reviewer.
    withdraw_request "/api/v1/posts/{id}/change-requests/withdrawal"
    |post, seen, _: NothingBody| WithdrawRequest { post, seen }
}

action! {
    /// Publish a revision
    ///
    /// For a reviewer who is not the author. A published post cannot be edited, and its
    /// web address cannot be changed.
    publish "/api/v1/posts/{id}/publication" request_body = Option<PublicationBody>,
    |post, seen, body: PublicationBody| Publish {
        post,
        seen,
        slug: body.slug.as_deref().map(Slug::parse_shown).transpose()?,
    }
}

action! {
    /// Archive a published post
    ///
    /// For staff. This cannot be undone.
    archive "/api/v1/posts/{id}/archival" request_body = ReasonBody,
    |post, seen, body: ReasonBody| Archive {
        post,
        seen,
        reason: Note::of_field("reason", &body.reason)?,
    }
}
