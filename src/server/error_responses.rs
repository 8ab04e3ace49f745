//! Responses to requests that reach no handler.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::api;
use crate::http::{Context, ErrorKind, Request, Work, error_kind, error_page, problem, request_id};
use crate::refusal::Refusal;
use crate::store::Store;

/// Responds to an address without a route.
pub(super) async fn not_found(request: Request, context: Data<Context>) -> HttpResponse {
    if api::is_within(&request.path) {
        return problem::reply(&Refusal::NotFound.into(), request.id)
            .into_response(&context.settings);
    }
    context.page(Work::Short, request, |_, _| Err(Refusal::NotFound)).await
}

/// Replaces an error response of actix by an error page or a problem document. It runs
/// within the session's middleware: the page names who is signed in.
pub(super) async fn replace_framework_errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request_id(request.request());
    let response = match is_unknown(&request) {
        true => request.into_response(
            HttpResponse::build(error_kind::METHOD.status)
                .insert_header((header::ALLOW, "GET, POST"))
                .finish(),
        ),
        false => next.call(request).await?.map_into_boxed_body(),
    };
    let status = response.status();
    let is_by_actix = response.response().error().is_some() || status == error_kind::METHOD.status;
    let (request, response) = response.into_parts();
    let context = request.app_data::<Data<Context>>().cloned();
    let (Some(context), true) = (context, is_by_actix) else {
        return Ok(ServiceResponse::new(request, response));
    };
    if status.is_server_error() {
        tracing::error!(request_id = %id, error = ?response.error(), "a request failed");
    }
    let kind = ErrorKind::of_status(status);
    let mut replaced = if api::is_within(request.path()) {
        problem::of_kind(kind, id).into_response(&context.settings)
    } else if status.is_server_error() {
        error_page::defect(id).into_response(&context.settings)
    } else {
        let in_frame = move |store: &Store, request: &Request| {
            request.look_up_viewer(store);
            Ok(error_page::unusable(kind, request))
        };
        context.page(Work::Short, Request::of(&request), in_frame).await
    };
    if let Some(allowed) = response.headers().get(header::ALLOW) {
        replaced.headers_mut().insert(header::ALLOW, with_head(allowed));
    }
    Ok(ServiceResponse::new(request, replaced))
}

/// Returns whether the method is one that no page has. Each resource of the API says which
/// it has.
fn is_unknown(request: &ServiceRequest) -> bool {
    let is_known = [Method::GET, Method::HEAD, Method::POST].contains(request.method());
    !is_known && !api::is_within(request.path())
}

/// Adds HEAD to the allowed methods, if GET is one.
fn with_head(allowed: &HeaderValue) -> HeaderValue {
    let text = allowed.to_str().unwrap_or_default();
    if !text.split(',').any(|method| method.trim() == "GET") {
        return allowed.clone();
    }
    HeaderValue::try_from(text.replacen("GET", "GET, HEAD", 1)).unwrap_or(allowed.clone())
}
