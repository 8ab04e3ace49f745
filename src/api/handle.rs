//! Checks the token and the quota of each request, then calls its handler where it may block.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{self, Bytes, Data};
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, Route};
use futures_util::future::OptionFuture;
use serde::de::DeserializeOwned;

use crate::accounts::{self, Credential};
use crate::api::api_request::ApiRequest;
use crate::api::headers::ContentKind;
use crate::api::json;
use crate::api::quotas::{QUOTA, QuotaUse, WINDOW};
use crate::api::read_request::ReadRequest;
use crate::domain::{Interface, OperationKey, PostId, RevisionNumber, SecretHash};
use crate::http::api_error::ApiError;
use crate::http::{Context, Form, NotDone, Reply, Segments, Sender, Shown, Work};
use crate::http::{error_kind, problem};
use crate::refusal::Refusal;
use crate::store::{Store, Unavailable};
use crate::workflow::{Call, Caller};

/// Replies to a request to read, as the person whose token it is.
type ReadHandler = fn(ReadRequest) -> Result<Reply, ApiError>;

/// Replies to a request to change something: the workflow has the one connection.
type ChangeHandler = fn(&Store, Change) -> Result<Reply, ApiError>;

/// Returns the route of an operation that reads, which is that much work.
pub(super) fn read(work: Work, handler: ReadHandler) -> Route {
    web::get().to(move |request: ApiRequest, context: Data<Context>| async move {
        respond(&context, request, work, move |store, request, token| {
            let mut conn = store.checkout().map_err(Refusal::from)?;
            let credential = Credential::Token(token.clone());
            let reader = accounts::identify(&mut conn, &credential)?;
            let reader = reader.ok_or(ApiError::BAD_TOKEN)?;
            let fields = Form::parse_query(&request.query).map_err(Refusal::from)?;
            let (ApiRequest { path, segments, .. }, kept) = (request, String::new());
            handler(ReadRequest { conn, reader, path, segments, fields, kept })
        })
        .await
    })
}

/// Returns the route of an operation that changes something, which is that much work. To
/// save a long text is more.
pub(super) fn change(work: Work, handler: ChangeHandler) -> Route {
    web::post().to(move |request: ApiRequest, sent: Sent, context: Data<Context>| async move {
        let Sent(bytes) = sent;
        let work = if bytes.len() > SHORT { Work::Text } else { work };
        respond(&context, request, work, move |store, request, token| {
            Form::parse_query(&request.query).and_then(Form::finish).map_err(Refusal::from)?;
            let key = request.headers.key?;
            let credential = Credential::Token(token.clone());
            let caller = Caller { credential, interface: Interface::Api, request: request.id };
            let change = Change {
                has_key: key.is_some(),
                call: Call { caller, key: key.unwrap_or_else(OperationKey::random) },
                seen: request.headers.seen,
                content: request.headers.content,
                segments: request.segments,
                bytes,
            };
            handler(store, change)
        })
        .await
    })
}

/// A request to change something.
pub(super) struct Change {
    call: Call,
    has_key: bool,
    seen: Result<RevisionNumber, ApiError>,
    content: ContentKind,
    segments: Segments,
    bytes: Bytes,
}

impl Change {
    /// Returns the inputs of an action on an existing post.
    pub(super) fn of_post<Body: DeserializeOwned>(
        self,
    ) -> Result<(Call, PostId, RevisionNumber, Body), ApiError> {
        let (seen, body) = (self.seen?, body(&self.bytes, self.content)?);
        Ok((self.call, self.segments.post_id()?, seen, body))
    }

    /// Returns the inputs of a new post.
    pub(super) fn of_nothing<Body: DeserializeOwned>(self) -> Result<(Call, Body), ApiError> {
        if !self.has_key {
            return Err(ApiError::NO_KEY);
        }
        Ok((self.call, body(&self.bytes, self.content)?))
    }
}

/// The body of a request. One of a type that is refused is not waited for.
struct Sent(Bytes);

impl FromRequest for Sent {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_read = matches!(ContentKind::of(request), ContentKind::Unnamed | ContentKind::Json);
        let bytes = is_read.then(|| Bytes::from_request(request, payload));
        Box::pin(async move {
            let bytes = OptionFuture::from(bytes).await.transpose()?;
            Ok(Self(bytes.unwrap_or_default()))
        })
    }
}

/// Parses a body. An operation whose body has no fields needs none.
fn body<Body: DeserializeOwned>(bytes: &[u8], content: ContentKind) -> Result<Body, ApiError> {
    match content {
        ContentKind::Unnamed if bytes.is_empty() => json::parse(b"{}"),
        ContentKind::Json => json::parse(bytes),
        ContentKind::OtherCharset => Err(ApiError::OTHER_CHARSET),
        ContentKind::Encoded => Err(ApiError::ENCODED),
        ContentKind::Unnamed | ContentKind::Other => Err(ApiError::NOT_JSON),
    }
}

/// The longest body that is no text which takes long to save, in bytes.
const SHORT: usize = 16 * 1024;

/// Replies to a request, with what is left of the token's quota.
async fn respond(
    context: &Context,
    request: ApiRequest,
    work: Work,
    handler: impl FnOnce(&Store, ApiRequest, &SecretHash) -> Result<Reply, ApiError> + Send + 'static,
) -> HttpResponse {
    let token = match &request.headers.token {
        Ok(token) => token.clone(),
        Err(error) => return problem::reply(error, request.id).into_response(&context.settings),
    };
    let quota = request.quotas.take(&token);
    within_quota(context, request, token, quota, work, handler)
        .await
        .with("ratelimit-policy", format!("\"token\";q={QUOTA};w={}", WINDOW.as_secs()))
        .with("ratelimit", format!("\"token\";r={};t={}", quota.left.unwrap_or(0), quota.seconds))
        .into_response(&context.settings)
}

async fn within_quota(
    context: &Context,
    request: ApiRequest,
    token: SecretHash,
    quota: QuotaUse,
    work: Work,
    handler: impl FnOnce(&Store, ApiRequest, &SecretHash) -> Result<Reply, ApiError> + Send + 'static,
) -> Reply {
    let id = request.id;
    if quota.left.is_none() {
        tracing::info!(request_id = %id, "a token has used up its quota");
        return problem::reply(&ApiError::TooMany(quota.seconds), id);
    }
    let sender = Sender { shows: Shown::Token(token.clone()), network: request.network };
    let admission = match context.admissions.admit(&sender, id, work).await {
        Ok(admission) => admission,
        Err(refusal) => return problem::reply(&refusal.into(), id),
    };
    let admitted = admission.clone();
    let reply = admission.blocking(move |store| {
        let reply = match request.headers.accepts_json {
            true => handler(store, request, &token),
            false => Err(ApiError::NOT_ACCEPTABLE),
        };
        reply.unwrap_or_else(|error| {
            let error = check_token(store, &token, error);
            if error.kind() == error_kind::BAD_TOKEN {
                admitted.note_end();
            }
            problem::reply(&error, id)
        })
    });
    reply.await.unwrap_or_else(|not_done| match not_done {
        NotDone::Busy => problem::reply(&Refusal::from(Unavailable::Busy).into(), id),
        NotDone::Panicked => problem::of_kind(error_kind::DEFECT, id),
    })
}

/// Returns the error of a request that was refused before the workflow saw its token. A
/// request whose token does not work learns only that.
fn check_token(store: &Store, token: &SecretHash, error: ApiError) -> ApiError {
    if !error.is_about_what_was_sent() {
        return error;
    }
    let credential = Credential::Token(token.clone());
    let known = store
        .checkout()
        .map_err(Refusal::from)
        .and_then(|mut conn| Ok(accounts::identify(&mut conn, &credential)?.is_some()));
    match known {
        Ok(true) => error,
        Ok(false) => ApiError::BAD_TOKEN,
        Err(refusal) => refusal.into(),
    }
}
