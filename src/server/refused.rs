use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::api;
use crate::http::api_error::ApiError;
use crate::http::{Context, Request, error_kind, error_page, problem};

/// Responds to a request that is refused before any handler: with a problem, where it is
/// the API's, and elsewhere with a page.
pub(super) fn refused(request: &HttpRequest, why: &ApiError) -> HttpResponse {
    let asked = Request::of(request);
    let Some(context) = request.app_data::<Data<Context>>() else {
        return HttpResponse::new(error_kind::UNAVAILABLE.status);
    };
    let reply = match why {
        _ if api::is_within(request.path()) => problem::reply(why, asked.id),
        ApiError::Refused(refusal) => error_page::page(refusal, &asked, None),
        _ => error_page::unusable(why.kind(), &asked),
    };
    reply.into_response(&context.settings)
}
