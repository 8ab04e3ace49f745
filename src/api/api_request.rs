use std::future::{Ready, ready};

use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload};
use diesel::pg::PgConnection;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::accounts::{self, Credential, tokens};
use crate::api::query::Query;
use crate::api::quotas::{QUOTA, Quotas, Share, WINDOW};
use crate::domain::{Interface, OperationKey, Person, RequestId, RevisionNumber, SecretHash};
use crate::http::api_error::{ApiError, Misplaced};
use crate::http::problem;
use crate::http::{Context, Form, Reply};
use crate::refusal::{Refusal, read_error};
use crate::store::{Store, Unavailable};
use crate::workflow::Call;

/// What kind of document an answer is.
pub(super) const JSON: &str = "application/json";

/// One request of a program, as far as handlers need to know it.
pub(super) struct ApiRequest {
    pub(super) request: RequestId,
    path: String,
    query: String,
    headers: HeaderMap,
    quotas: Data<Quotas>,
}

impl FromRequest for ApiRequest {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.extensions().get::<RequestId>().copied();
        let quotas = request.app_data::<Data<Quotas>>().cloned();
        ready(Ok(Self {
            request: id.unwrap_or_default(),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            headers: request.headers().clone(),
            quotas: quotas.unwrap_or_else(|| Data::new(Quotas::new())),
        }))
    }
}

/// A header that means something only when it comes once.
enum Header<'a> {
    Absent,
    Once(&'a str),
    Unusable,
}

impl ApiRequest {
    fn header(&self, name: &str) -> Header<'_> {
        let mut values = self.headers.get_all(name);
        match (values.next().map(header::HeaderValue::to_str), values.next()) {
            (None, _) => Header::Absent,
            (Some(Ok(value)), None) => Header::Once(value),
            _ => Header::Unusable,
        }
    }

    /// Returns the token that the request shows, as it is stored. Another scheme
    /// is no token, and neither is a cookie.
    fn token(&self) -> Result<SecretHash, ApiError> {
        let shown = match self.header("authorization") {
            Header::Absent => return Err(ApiError::NoToken),
            Header::Unusable => return Err(ApiError::MalformedAuthorization),
            Header::Once(shown) => shown,
        };
        match shown.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                let token = token.trim();
                if token.is_empty() || token.contains([' ', ',']) {
                    return Err(ApiError::MalformedAuthorization);
                }
                tokens::parse(token).ok_or(ApiError::BadToken)
            }
            None if shown.eq_ignore_ascii_case("bearer") => Err(ApiError::MalformedAuthorization),
            _ => Err(ApiError::NoToken),
        }
    }

    /// Returns nothing where the answer may be JSON (RFC 9110, 12.5.1).
    fn takes_json(&self) -> Result<(), ApiError> {
        let mut ranges = self
            .headers
            .get_all("accept")
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .map(|range| range.trim().to_ascii_lowercase())
            .filter(|range| !range.is_empty())
            .peekable();
        let suits = |range: String| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let is_wanted = !parts.any(|part| {
                part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32))
            });
            is_wanted && ["*/*", "application/*", JSON].contains(&kind)
        };
        if ranges.peek().is_none() || ranges.any(suits) {
            Ok(())
        } else {
            Err(ApiError::NotAcceptable)
        }
    }

    /// Returns the revision that was looked at: see the module's page for what
    /// is which status.
    fn seen(&self) -> Result<RevisionNumber, ApiError> {
        let tag = match self.header("if-match") {
            Header::Absent => return Err(ApiError::NoRevision),
            Header::Once(tag) if tag.trim() == "*" => return Err(ApiError::NoRevision),
            Header::Once(tag) => tag.trim(),
            Header::Unusable => return Err(ApiError::NoSuchRevision),
        };
        let number = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let number = number.and_then(|number| {
            let parsed = number.parse::<i32>().ok()?;
            (parsed >= 1 && parsed.to_string() == number).then_some(parsed)
        });
        number.map(RevisionNumber).ok_or(ApiError::NoSuchRevision)
    }

    fn key(&self) -> Result<Option<OperationKey>, ApiError> {
        match self.header("idempotency-key") {
            Header::Absent => Ok(None),
            Header::Once(key) => OperationKey::parse(key).map(Some).map_err(|_| ApiError::BadKey),
            Header::Unusable => Err(ApiError::BadKey),
        }
    }

    /// Returns what the body says. Where nothing has to be said, nothing may be
    /// sent, too.
    fn body<Body: DeserializeOwned>(&self, bytes: &[u8]) -> Result<Body, ApiError> {
        let bytes = if bytes.is_empty() && self.header_is_absent("content-type") {
            b"{}"
        } else {
            let kind = match self.header("content-type") {
                Header::Once(kind) => kind.split(';').next().unwrap_or_default().trim(),
                Header::Absent | Header::Unusable => "",
            };
            if !kind.eq_ignore_ascii_case(JSON) {
                return Err(ApiError::NotJson);
            }
            bytes
        };
        // A list would do for serde, with the fields in their order.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
                Ok(_) => ApiError::Unexpected(Misplaced {
                    field: "body".to_owned(),
                    message: "Send a JSON object.".to_owned(),
                }),
                Err(error) => trouble("body".to_owned(), &error),
            });
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let body = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            // Before the first field, and where reading stopped within one.
            let field = if [".", "?"].contains(&&*path) { "body".to_owned() } else { path };
            trouble(field, error.inner())
        })?;
        reader.end().map_err(|error| trouble("body".to_owned(), &error))?;
        Ok(body)
    }

    fn header_is_absent(&self, name: &str) -> bool {
        matches!(self.header(name), Header::Absent)
    }
}

/// Returns what is wrong with a body: JSON that cannot be read, or that says
/// something else than what is asked for.
fn trouble(field: String, error: &serde_json::Error) -> ApiError {
    let place = Misplaced { field, message: format!("{error}.") };
    match error.classify() {
        serde_json::error::Category::Data => ApiError::Unexpected(place),
        serde_json::error::Category::Syntax
        | serde_json::error::Category::Eof
        | serde_json::error::Category::Io => ApiError::Malformed(place),
    }
}

/// Answers a request of a program: lets it in, runs its work where it may
/// block, and says how much of its share is left.
async fn answer(
    context: &Context,
    ask: ApiRequest,
    work: impl FnOnce(&Store, &ApiRequest, &SecretHash, Share) -> Result<Reply, ApiError>
    + Send
    + 'static,
) -> HttpResponse {
    let request = ask.request;
    let (answer, share) = match ask.token() {
        Err(trouble) => (problem::reply(&trouble, request), None),
        Ok(token) => {
            let share = ask.quotas.take(&token);
            (within_its_share(context, ask, token, share, work).await, Some(share))
        }
    };
    let answer = match share {
        None => answer,
        Some(share) => answer
            .with("ratelimit-policy", format!("\"token\";q={QUOTA};w={}", WINDOW.as_secs()))
            .with(
                "ratelimit",
                format!("\"token\";r={};t={}", share.left.unwrap_or(0), share.seconds),
            ),
    };
    answer.into_response(&context.settings)
}

async fn within_its_share(
    context: &Context,
    ask: ApiRequest,
    token: SecretHash,
    share: Share,
    work: impl FnOnce(&Store, &ApiRequest, &SecretHash, Share) -> Result<Reply, ApiError>
    + Send
    + 'static,
) -> Reply {
    let request = ask.request;
    if share.left.is_none() {
        tracing::info!(request_id = %request, "a token has asked too much");
        return problem::reply(&ApiError::TooMany(share.seconds), request);
    }
    let Some(_place) = context.admit() else {
        return problem::reply(&Refusal::from(Unavailable::Busy).into(), request);
    };
    let done = context.blocking(request, move |store| {
        ask.takes_json()
            .and_then(|()| work(store, &ask, &token, share))
            .unwrap_or_else(|trouble| problem::reply(&token_first(store, &token, trouble), request))
    });
    done.await.unwrap_or_else(|| {
        problem::of_status(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR, request)
    })
}

/// Returns what to say of a request that is not as it should be: nothing, but to
/// whoever has a token that works. The door asks that first; who is stopped
/// before it is asked here.
fn token_first(store: &Store, token: &SecretHash, trouble: ApiError) -> ApiError {
    if !trouble.is_about_what_was_sent() {
        return trouble;
    }
    let credential = Credential::Token(token.clone());
    let known = store.checkout().map_err(Refusal::from).and_then(|mut conn| {
        Ok(accounts::identify(&mut conn, &credential).map_err(read_error)?.is_some())
    });
    match known {
        Ok(true) => trouble,
        Ok(false) => ApiError::BadToken,
        Err(refusal) => refusal.into(),
    }
}

/// Answers a request to read: one connection, who reads, and what they may see.
pub(super) async fn read(
    context: &Context,
    ask: ApiRequest,
    work: impl FnOnce(&mut PgConnection, &Person, &mut Query) -> Result<Reply, ApiError>
    + Send
    + 'static,
) -> HttpResponse {
    answer(context, ask, move |store, ask, token, _| {
        let conn = &mut *store.checkout().map_err(Refusal::from)?;
        let credential = Credential::Token(token.clone());
        let reader = accounts::identify(conn, &credential).map_err(read_error)?;
        let reader = reader.ok_or(ApiError::BadToken)?;
        let fields = Form::parse(ask.query.as_bytes()).map_err(Refusal::from)?;
        work(conn, &reader, &mut Query { path: ask.path.clone(), fields })
    })
    .await
}

/// How a change says which revision its author looked at, and under which key.
pub(super) struct Terms {
    pub(super) call: Call,
    seen: Result<RevisionNumber, ApiError>,
    has_key: bool,
}

impl Terms {
    /// Returns the revision that was looked at.
    pub(super) fn seen(self) -> Result<(Call, RevisionNumber), ApiError> {
        Ok((self.call, self.seen?))
    }

    /// Returns the call, if it came with a key of its own.
    pub(super) fn keyed(self) -> Result<Call, ApiError> {
        if self.has_key { Ok(self.call) } else { Err(ApiError::NoKey) }
    }
}

/// Answers a request to change something: through the door, which has the one
/// connection. `work` gets the body, once it is known to be well formed.
pub(super) async fn change<Body: DeserializeOwned>(
    context: &Context,
    ask: ApiRequest,
    bytes: actix_web::web::Bytes,
    work: impl FnOnce(
        &Store,
        Terms,
        &mut dyn FnMut() -> Result<Body, ApiError>,
    ) -> Result<Reply, ApiError>
    + Send
    + 'static,
) -> HttpResponse {
    answer(context, ask, move |store, ask, token, share| {
        Form::parse(ask.query.as_bytes()).and_then(Form::finish).map_err(Refusal::from)?;
        let key = ask.key()?;
        let has_key = key.is_some();
        let terms = Terms {
            call: Call {
                credential: Credential::Token(token.clone()),
                interface: Interface::Api,
                request: ask.request,
                key: key.unwrap_or_else(OperationKey::random),
            },
            seen: ask.seen(),
            has_key,
        };
        let done = work(store, terms, &mut || ask.body(&bytes));
        if share.is_first {
            note_use(store, ask.request, token);
        }
        done
    })
    .await
}

/// Notes that a token was used, once in each window; nothing hangs on it.
fn note_use(store: &Store, request: RequestId, token: &SecretHash) {
    let noted = store
        .checkout()
        .map_err(|why| why.to_string())
        .and_then(|mut conn| tokens::note_use(&mut conn, token).map_err(|error| error.to_string()));
    if let Err(error) = noted {
        tracing::warn!(request_id = %request, error, "the use of a token could not be noted");
    }
}
