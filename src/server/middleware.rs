//! What holds for every request: a name, headers, and a check that it comes
//! from our own pages.

use std::convert::Infallible;
use std::time::Instant;

use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::stream;

use crate::domain::RequestId;
use crate::http::request::HeadersOnly;
use crate::http::{Context, Request, Settings, error_page, problem};
use crate::refusal::Refusal;
use crate::{api, metrics};

/// Scripts, styles and pictures come from our own files; posts may show
/// pictures from elsewhere over TLS. Nothing is inline, nobody frames us.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' https:; connect-src 'self'; font-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// Names the request, turns every error into a page, and sets the headers
/// that no answer may lack.
pub(super) async fn every_answer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::new();
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    if method == Method::HEAD {
        // What answers GET answers HEAD (RFC 9110, 9.3.2), see `without_body`.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadersOnly);
    }
    let started = Instant::now();
    let context = request.app_data::<Data<Context>>().cloned();
    let mut response = match next.call(request).await {
        Ok(response) => as_page(id, response.map_into_boxed_body()),
        // A middleware failed, and the request is gone with it.
        Err(error) => {
            tracing::error!(request_id = %id, %error, "a request failed");
            let mut response = match &context {
                Some(context) => error_page::defect(id).into_response(&context.settings),
                None => HttpResponse::InternalServerError().finish(),
            };
            set_headers(response.headers_mut(), id, context.as_ref());
            metrics::answered(method.as_str(), None, response.status().as_u16(), started.elapsed());
            return Err(InternalError::from_response(error, response).into());
        }
    };
    let (status, took) = (response.status().as_u16(), started.elapsed());
    tracing::debug!(
        request_id = %id, %method, path = response.request().path(), status,
        micros = took.as_micros() as u64, "answered"
    );
    metrics::answered(method.as_str(), response.request().match_pattern(), status, took);
    set_headers(response.headers_mut(), id, context.as_ref());
    Ok(if method == Method::HEAD { without_body(response) } else { response })
}

/// Leaves out the body, and lets the head say what it said. The connection
/// would leave it out, too, but it remembers only what it was asked last, and a
/// file it would first have read to its end.
fn without_body(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|head, body| {
        match body.size() {
            BodySize::None | BodySize::Sized(0) => return body,
            BodySize::Sized(length) => {
                head.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            }
            BodySize::Stream => {}
        }
        // Chunks would end with one that says so, and that is a body.
        head.no_chunking(true);
        BoxBody::new(BodyStream::new(stream::empty::<Result<Bytes, Infallible>>()))
    })
}

fn set_headers(headers: &mut HeaderMap, id: RequestId, context: Option<&Data<Context>>) {
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY_POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        // A page whose address holds a secret says more strictly who may hear it.
        if name == "referrer-policy" && headers.contains_key(name) {
            continue;
        }
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if context.is_some_and(|context| context.settings.is_secure()) {
        // A year. Other hosts of the domain are not ours to speak for.
        let value = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}

/// Refuses a change that another site's page asks for.
///
/// Browsers say where a request comes from: `Sec-Fetch-Site`, or the older
/// `Origin`. A change without either is not a browser's form, and programs
/// have their own door: the API. It reads no cookie, so a browser cannot be made
/// to speak there for whoever is signed in with it, and a token in a header is
/// nothing that another site's page can have sent. Everywhere else a token says
/// nothing. (The algorithm of Go 1.25's `CrossOriginProtection`.)
pub(super) async fn against_other_sites(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_for_programs = api::is_within(request.path());
    if request.method().is_safe() || is_for_programs || comes_from_here(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let asked = Request::of(request.request());
    tracing::info!(request_id = %asked.id, path = asked.path, "refused: from another site");
    let answer = match request.app_data::<Data<Context>>() {
        Some(context) if shows_a_token(&request) => {
            error_page::page(&Refusal::NotSignedIn, &asked, None).into_response(&context.settings)
        }
        Some(context) => error_page::from_another_site(&asked).into_response(&context.settings),
        None => HttpResponse::Forbidden().finish(),
    };
    Ok(request.into_response(answer))
}

fn shows_a_token(request: &ServiceRequest) -> bool {
    request.headers().contains_key(header::AUTHORIZATION)
}

fn comes_from_here(request: &ServiceRequest) -> bool {
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let Some(settings) = request.app_data::<Data<Settings>>() else { return false };
    let is_our_origin = |origin| settings.is_our_origin(origin, text("host"));
    match (text("sec-fetch-site"), text("origin")) {
        (None, origin) => origin.is_some_and(is_our_origin),
        // Some browsers hide the origin, and say all the same where they are.
        (Some("same-origin" | "none"), None | Some("null")) => true,
        (Some("same-origin" | "none"), Some(origin)) => {
            is_our_origin(origin) || !settings.knows_its_origin()
        }
        (Some(_), _) => false,
    }
}

/// Answers what no route is for.
pub(super) async fn nothing_here(request: Request, context: Data<Context>) -> HttpResponse {
    let answer = if api::is_within(&request.path) {
        problem::answer(&Refusal::NotFound.into(), request.id)
    } else {
        error_page::page(&Refusal::NotFound, &request, None)
    };
    answer.into_response(&context.settings)
}

/// Returns the methods that an address takes: where GET is, HEAD is, too.
fn with_head(allowed: &HeaderValue) -> HeaderValue {
    let text = allowed.to_str().unwrap_or_default();
    if !text.split(',').any(|method| method.trim() == "GET") {
        return allowed.clone();
    }
    HeaderValue::try_from(text.replacen("GET", "GET, HEAD", 1)).unwrap_or(allowed.clone())
}

/// Returns the answer; if it is an error that actix found before any handler
/// did, as a page in our words.
fn as_page(id: RequestId, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let is_ours = response.response().error().is_none() && status != StatusCode::METHOD_NOT_ALLOWED;
    let (request, found) = response.into_parts();
    let context = request.app_data::<Data<Context>>().cloned();
    let (Some(context), false) = (context, is_ours) else {
        return ServiceResponse::new(request, found);
    };
    if status.is_server_error() {
        tracing::error!(request_id = %id, error = ?found.error(), "a request failed");
    }
    let answer = if api::is_within(request.path()) {
        problem::of_status(status, id)
    } else if status.is_server_error() {
        error_page::defect(id)
    } else {
        error_page::unusable(status, &Request::of(&request))
    };
    let mut page = answer.into_response(&context.settings);
    if let Some(allowed) = found.headers().get(header::ALLOW) {
        page.headers_mut().insert(header::ALLOW, with_head(allowed));
    }
    ServiceResponse::new(request, page)
}
