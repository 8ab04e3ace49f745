use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::api;
use crate::http::{Context, Request, error_page, problem};

/// Probes ask by whatever address the machine has, and learn nothing.
const FOR_PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Refuses a request for another host: see `Settings::is_our_host`.
pub(super) async fn refuse_other_hosts(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let context = request.app_data::<Data<Context>>().cloned();
    let is_ours = context.as_ref().is_some_and(|context| context.settings.is_our_host(host));
    if is_ours || FOR_PROBES.contains(&request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let asked = Request::of(request.request());
    tracing::info!(request_id = %asked.id, path = asked.path, "refused: for another host");
    let Some(context) = context else {
        return Ok(request.into_response(HttpResponse::MisdirectedRequest().finish()));
    };
    let reply = if api::is_within(request.path()) {
        problem::of_status(StatusCode::MISDIRECTED_REQUEST, asked.id)
    } else {
        error_page::unusable(StatusCode::MISDIRECTED_REQUEST, &asked)
    };
    Ok(request.into_response(reply.into_response(&context.settings)))
}
