//! The middleware around every request: an id, headers, HEAD, logs and metrics.

use std::convert::Infallible;
use std::time::Instant;

use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse};
use futures_util::stream;

use crate::domain::RequestId;
use crate::http::{Context, HeadersOnly, error_kind, error_page};
use crate::metrics;

/// Scripts and styles come from this site's files, and are never inline. Posts may
/// show images of other sites over TLS. No site may show these pages in a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self' https:; connect-src 'self'; font-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// Gives the request an id, turns every error into a page, and sets the headers of
/// every response.
pub(super) async fn every_response(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::new();
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    if method == Method::HEAD {
        // The handler of GET serves HEAD (RFC 9110, 9.3.2), see `without_body`.
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadersOnly);
    }
    let asks_for_upgrade = request.head().upgrade();
    let started = Instant::now();
    let context = request.app_data::<Data<Context>>().cloned();
    let mut response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        // A middleware failed, and the request is gone with it.
        Err(error) => {
            tracing::error!(request_id = %id, %error, "a request failed");
            let mut response = match &context {
                Some(context) => error_page::defect(id).into_response(&context.settings),
                None => HttpResponse::new(error_kind::DEFECT.status),
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
    // No other protocol is spoken here. Its bytes must not be read as the next request.
    if asks_for_upgrade {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    set_headers(response.headers_mut(), id, context.as_ref());
    Ok(if method == Method::HEAD { without_body(response) } else { response })
}

/// Removes the body and keeps the headers. The connection would do it, too. But it
/// knows only the method of the last request, and would read a file to its end.
fn without_body(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    response.map_body(|head, body| {
        match body.size() {
            BodySize::None | BodySize::Sized(0) => return body,
            BodySize::Sized(length) => {
                head.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            }
            BodySize::Stream => {}
        }
        // Chunked encoding would send an end marker, which is a body.
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
        // A page whose address holds a secret has a stricter one.
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
