//! The OpenAPI document, made from the types of the handlers.

use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::api::json;
use crate::api::links::Links;
use crate::http::Context;
use crate::http::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Imprimatur",
        version = "1",
        description = "A publishing workflow that cannot be talked into an impossible state. \
                       Programs ask through the same door as everybody else.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        super::posts::list,
        super::changes::create,
        super::posts::show,
        super::posts::history,
        super::posts::revision,
        super::posts::actions,
        super::changes::revise,
        super::changes::submit,
        super::changes::request_changes,
        super::changes::withdraw_request,
        super::changes::publish,
        super::changes::archive,
        super::records::accounts,
        super::records::refusals,
    ),
    tags(
        (name = "Posts", description = "What there is to read, and how a post begins."),
        (name = "Actions", description = "What can be done to a post. Each is asked of the same door as on a page."),
        (name = "Records", description = "What staff read."),
    ),
    security(("token" = [])),
    components(schemas(Problem)),
    modifiers(&BearerToken, &Links)
)]
struct Api;

/// Adds how programs authenticate.
struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("imprimatur_…")
            .description(Some("A token of your account, made on its page."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Returns the OpenAPI document of the API.
pub fn openapi() -> Document {
    Api::openapi()
}

pub(super) async fn file(context: Data<Context>) -> HttpResponse {
    json::reply(&openapi()).into_response(&context.settings)
}
