//! What changes a post: one address for each action, and behind each the door.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use serde::de::DeserializeOwned;

use crate::api::api_request::{ApiRequest, JSON, Terms, change};
use crate::api::document::{ChangeProblems, CreateProblems};
use crate::api::posts::{PostPath, entity_tag};
use crate::api::requests::{ContentBody, NoteBody, NothingBody, ReasonBody};
use crate::api::responses::OutcomeBody;
use crate::domain::{
    Archive, Content, Create, FieldError, Note, Outcome, PostId, Publish, RequestChanges, Revise,
    RevisionNumber, Submit, WithdrawRequest,
};
use crate::http::{Context, Reply, post_id};
use crate::refusal::Refusal;
use crate::store::Store;
use crate::workflow::{self, Call};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api/v1/posts/{id}/revisions").route(web::post().to(revise)))
        .service(web::resource("/api/v1/posts/{id}/submission").route(web::post().to(submit)))
        .service(
            web::resource("/api/v1/posts/{id}/change-requests")
                .route(web::post().to(request_changes)),
        )
        .service(
            web::resource("/api/v1/posts/{id}/change-requests/withdrawal")
                .route(web::post().to(withdraw_request)),
        )
        .service(web::resource("/api/v1/posts/{id}/publication").route(web::post().to(publish)))
        .service(web::resource("/api/v1/posts/{id}/archival").route(web::post().to(archive)));
}

/// Takes an attempt at a post that exists to the door, with the revision that
/// was looked at.
async fn act<Body: DeserializeOwned + 'static>(
    context: Data<Context>,
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    attempt: impl FnOnce(&Store, &Call, PostId, RevisionNumber, Body) -> Result<Outcome, Refusal>
    + Send
    + 'static,
) -> HttpResponse {
    change(&context, ask, bytes, move |store, terms: Terms, body| {
        let (call, seen) = terms.seen()?;
        let body = body()?;
        let outcome = attempt(store, &call, post_id(&id)?, seen, body)?;
        Ok(done(StatusCode::OK, &outcome))
    })
    .await
}

fn done(status: StatusCode, outcome: &Outcome) -> Reply {
    Reply::json(status, JSON, &OutcomeBody::from(outcome))
        .with("etag", entity_tag(outcome.revision))
}

fn content(body: &ContentBody) -> Result<Content, Refusal> {
    Ok(Content::parse(&body.title, &body.summary, &body.body)?)
}

/// Begin a post as a draft
///
/// Its author is whoever the token belongs to.
#[utoipa::path(
    post, path = "/api/v1/posts", operation_id = "create", tag = "Posts",
    params(
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
            description = "Names this intention: the same key again answers with the same outcome."),
    ),
    request_body = ContentBody,
    responses(
        (status = 201, description = "It has begun, or had with this key.", body = OutcomeBody, headers(
            ("ETag" = String, description = "The entity tag of its revision."),
            ("Location" = String, description = "Where it is."),
        )),
        CreateProblems
    )
)]
pub(super) async fn create(ask: ApiRequest, bytes: Bytes, context: Data<Context>) -> HttpResponse {
    change(&context, ask, bytes, |store, terms: Terms, body| {
        let call = terms.keyed()?;
        let content = content(&body()?)?;
        let outcome = workflow::create(store, &call, &Create { content })?;
        let place = format!("/api/v1/posts/{}", outcome.post);
        Ok(done(StatusCode::CREATED, &outcome).with("location", place))
    })
    .await
}

/// Write a new revision
///
/// For its author, until it is published. What changes nothing makes no
/// revision: the outcome then names the one that there is.
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/revisions", operation_id = "revise", tag = "Actions",
    params(PostPath, super::document::Terms), request_body = ContentBody,
    responses(
        (status = 200, description = "It is done, or was with this key.", body = OutcomeBody,
            headers(("ETag" = String, description = "The entity tag of the revision."))),
        ChangeProblems
    )
)]
async fn revise(
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    act(context, ask, id, bytes, |store, call, post, seen, body: ContentBody| {
        workflow::perform(store, call, &Revise { post, seen, content: content(&body)? })
    })
    .await
}

/// Submit a draft for review
///
/// For its author, once title, summary and body are there.
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/submission", operation_id = "submit", tag = "Actions",
    params(PostPath, super::document::Terms),
    responses(
        (status = 200, description = "It is done, or was with this key.", body = OutcomeBody,
            headers(("ETag" = String, description = "The entity tag of the revision."))),
        ChangeProblems
    )
)]
async fn submit(
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    act(context, ask, id, bytes, |store, call, post, seen, _: NothingBody| {
        workflow::perform(store, call, &Submit { post, seen })
    })
    .await
}

/// Request changes
///
/// For a reviewer who is not its author. Nobody can publish the revision until
/// there is a newer one or the request is withdrawn.
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/change-requests", operation_id = "request_changes",
    tag = "Actions",
    params(PostPath, super::document::Terms), request_body = NoteBody,
    responses(
        (status = 200, description = "It is done, or was with this key.", body = OutcomeBody,
            headers(("ETag" = String, description = "The entity tag of the revision."))),
        ChangeProblems
    )
)]
async fn request_changes(
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    act(context, ask, id, bytes, |store, call, post, seen, body: NoteBody| {
        let note = Note::parse(&body.note)?;
        workflow::perform(store, call, &RequestChanges { post, seen, note })
    })
    .await
}

/// Withdraw your own change request
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/change-requests/withdrawal",
    operation_id = "withdraw_request", tag = "Actions",
    params(PostPath, super::document::Terms),
    responses(
        (status = 200, description = "It is done, or was with this key.", body = OutcomeBody,
            headers(("ETag" = String, description = "The entity tag of the revision."))),
        ChangeProblems
    )
)]
async fn withdraw_request(
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    act(context, ask, id, bytes, |store, call, post, seen, _: NothingBody| {
        workflow::perform(store, call, &WithdrawRequest { post, seen })
    })
    .await
}

/// Publish exactly this revision
///
/// For a reviewer who is not its author. What is published stays as it is.
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/publication", operation_id = "publish", tag = "Actions",
    params(PostPath, super::document::Terms),
    responses(
        (status = 200, description = "It is done, or was with this key.", body = OutcomeBody,
            headers(("ETag" = String, description = "The entity tag of the revision."))),
        ChangeProblems
    )
)]
async fn publish(
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    act(context, ask, id, bytes, |store, call, post, seen, _: NothingBody| {
        workflow::perform(store, call, &Publish { post, seen })
    })
    .await
}

/// Take a published post off the public site
///
/// For staff. There is no way back.
#[utoipa::path(
    post, path = "/api/v1/posts/{id}/archival", operation_id = "archive", tag = "Actions",
    params(PostPath, super::document::Terms), request_body = ReasonBody,
    responses(
        (status = 200, description = "It is done, or was with this key.", body = OutcomeBody,
            headers(("ETag" = String, description = "The entity tag of the revision."))),
        ChangeProblems
    )
)]
async fn archive(
    ask: ApiRequest,
    id: Path<String>,
    bytes: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    act(context, ask, id, bytes, |store, call, post, seen, body: ReasonBody| {
        let reason =
            Note::parse(&body.reason).map_err(|error| FieldError::new("reason", error.message))?;
        workflow::perform(store, call, &Archive { post, seen, reason })
    })
    .await
}
