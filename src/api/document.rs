//! The OpenAPI document, made from the types of the handlers.

use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{RefOr, Schema};
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
        description = "A small publishing workflow: drafts, review, publishing, archiving. The \
                       API has the same permissions and rules as the web pages.",
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
        (name = "Posts", description = "Read and create posts."),
        (name = "Actions", description = "Change a post."),
        (name = "Records", description = "For staff."),
    ),
    security(("token" = [])),
    components(schemas(Problem)),
    modifiers(&BearerToken, &OptionalBodies, &Links)
)]
struct Api;

/// Adds how programs authenticate.
struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("imprimatur_…")
            .description(Some("A token that you create on your account page."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Says that a body may be left out, and not that it may be `null`.
struct OptionalBodies;

impl Modify for OptionalBodies {
    fn modify(&self, document: &mut Document) {
        let posts = document.paths.paths.values_mut().filter_map(|path| path.post.as_mut());
        let bodies = posts.filter_map(|operation| match operation.request_body.as_mut() {
            Some(RefOr::T(body)) => Some(body),
            Some(RefOr::Ref(_)) | None => None,
        });
        for content in bodies.flat_map(|body| body.content.values_mut()) {
            let RefOr::T(content) = content else { continue };
            if let Some(RefOr::T(Schema::OneOf(choice))) = &content.schema {
                let object = choice.items.iter().find(|item| matches!(item, RefOr::Ref(_)));
                content.schema = object.cloned().or(content.schema.take());
            }
        }
    }
}

/// Returns the OpenAPI document of the API.
pub fn openapi() -> Document {
    Api::openapi()
}

pub(super) async fn file(context: Data<Context>) -> HttpResponse {
    json::reply(&openapi()).into_response(&context.settings)
}
