//! Protects the site against DNS rebinding and cross-site requests, before any handler.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use super::refused::refused;
use crate::api;
use crate::http::api_error::ApiError;
use crate::http::{Context, Request, Settings, error_kind, error_page, request_id};
use crate::refusal::Refusal;

/// Probes ask by whatever address the machine has, and learn nothing.
const FOR_PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Refuses a request for another host, and a change that a page of another site asks for.
pub(super) async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (why, response) = if is_for_another_host(&request) {
        let error = ApiError::Http(error_kind::OTHER_HOST);
        ("for another host", refused(request.request(), &error))
    } else if is_from_another_site(&request) {
        ("from another site", from_another_site(&request))
    } else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let id = request_id(request.request());
    tracing::info!(request_id = %id, path = request.path(), "refused: {why}");
    Ok(request.into_response(response))
}

/// See `Settings::is_our_host`.
fn is_for_another_host(request: &ServiceRequest) -> bool {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let settings = request.app_data::<Data<Settings>>();
    let is_ours = settings.is_some_and(|settings| settings.is_our_host(host));
    !is_ours && !FOR_PROBES.contains(&request.path())
}

/// Returns whether this is a change that does not come from a page of this site.
///
/// Browsers say where a request comes from, in `Sec-Fetch-Site` or the older
/// `Origin`. A change without either does not come from a browser's form, and
/// programs use the API. The API is exempt: it reads no cookie, and another site's
/// page cannot send a token in a header. (The algorithm of Go 1.25's
/// `CrossOriginProtection`.)
fn is_from_another_site(request: &ServiceRequest) -> bool {
    // A change is sent as POST. Other methods are refused further inside.
    if request.method() != Method::POST || api::is_within(request.path()) {
        return false;
    }
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let Some(settings) = request.app_data::<Data<Settings>>() else { return true };
    let is_our_origin = |origin| settings.is_our_origin(origin, text("host"));
    let is_same_site = match (text("sec-fetch-site"), text("origin")) {
        (None, origin) => origin.is_some_and(is_our_origin),
        // Some browsers hide the origin, and say all the same where they are.
        (Some("same-origin" | "none"), None | Some("null")) => true,
        (Some("same-origin" | "none"), Some(origin)) => {
            is_our_origin(origin) || !settings.knows_its_origin()
        }
        (Some(_), _) => false,
    };
    !is_same_site
}

fn from_another_site(request: &ServiceRequest) -> HttpResponse {
    match request.app_data::<Data<Context>>() {
        Some(context) if !request.headers().contains_key(header::AUTHORIZATION) => {
            let asked = Request::of(request.request());
            error_page::from_another_site(&asked).into_response(&context.settings)
        }
        // A program that sends its token to a page has to sign in there.
        _ => refused(request.request(), &ApiError::Refused(Refusal::NotSignedIn)),
    }
}
