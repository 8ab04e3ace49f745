use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::api;
use crate::http::{Context, Request, Settings, error_page};
use crate::refusal::Refusal;

/// Refuses a change that a page of another site asks for.
///
/// Browsers say where a request comes from, in `Sec-Fetch-Site` or the older
/// `Origin`. A change without either does not come from a browser's form, and
/// programs use the API. The API is exempt: it reads no cookie, and another site's
/// page cannot send a token in a header. (The algorithm of Go 1.25's
/// `CrossOriginProtection`.)
pub(super) async fn refuse(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_for_programs = api::is_within(request.path());
    // A change is sent as POST; what has another method is refused further inside.
    if request.method() != Method::POST || is_for_programs || is_same_site(&request) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let asked = Request::of(request.request());
    tracing::info!(request_id = %asked.id, path = asked.path, "refused: from another site");
    let response = match request.app_data::<Data<Context>>() {
        // A program that sends its token to a page has to sign in there.
        Some(context) if request.headers().contains_key(header::AUTHORIZATION) => {
            error_page::page(&Refusal::NotSignedIn, &asked, None).into_response(&context.settings)
        }
        Some(context) => error_page::from_another_site(&asked).into_response(&context.settings),
        None => HttpResponse::Forbidden().finish(),
    };
    Ok(request.into_response(response))
}

fn is_same_site(request: &ServiceRequest) -> bool {
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
