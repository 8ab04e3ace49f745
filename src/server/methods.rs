use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

use crate::api;

/// Refuses a method that no page has. Each resource of the API says which it has.
pub(super) async fn refuse_unknown(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let is_known = [Method::GET, Method::HEAD, Method::POST].contains(request.method());
    if is_known || api::is_within(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let refused =
        HttpResponse::MethodNotAllowed().insert_header((header::ALLOW, "GET, POST")).finish();
    Ok(request.into_response(refused))
}
