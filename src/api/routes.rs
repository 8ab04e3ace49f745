use actix_web::web::{ServiceConfig, get, resource};

use crate::api::changes;
use crate::api::document;
use crate::api::document_page;
use crate::api::handle::{change, read};
use crate::api::posts;
use crate::api::records;
use crate::http::Work;

/// Registers the API's routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api").route(get().to(document_page::page)))
        .service(resource("/api/v1/openapi.json").route(get().to(document::file)));
    operations(config);
}

/// The routes that the document describes.
fn operations(config: &mut ServiceConfig) {
    config
        .service(
            resource("/api/v1/posts")
                .route(read(Work::Short, posts::list))
                .route(change(Work::Short, changes::create)),
        )
        .service(resource("/api/v1/posts/{id}").route(read(Work::Short, posts::show)))
        .service(resource("/api/v1/posts/{id}/history").route(read(Work::Short, posts::history)))
        .service(
            resource("/api/v1/posts/{id}/revisions").route(change(Work::Short, changes::revise)),
        )
        .service(
            resource("/api/v1/posts/{id}/revisions/{number}")
                .route(read(Work::Short, posts::revision)),
        )
        .service(resource("/api/v1/posts/{id}/actions").route(read(Work::Text, posts::actions)))
        .service(
            resource("/api/v1/posts/{id}/submission").route(change(Work::Text, changes::submit)),
        )
        .service(
            resource("/api/v1/posts/{id}/change-requests")
                .route(change(Work::Short, changes::request_changes)),
        )
        .service(
            resource("/api/v1/posts/{id}/change-requests/withdrawal")
                .route(change(Work::Short, changes::withdraw_request)),
        )
        .service(
            resource("/api/v1/posts/{id}/publication").route(change(Work::Text, changes::publish)),
        )
        .service(
            resource("/api/v1/posts/{id}/archival").route(change(Work::Short, changes::archive)),
        )
        .service(resource("/api/v1/accounts").route(read(Work::Short, records::accounts)))
        .service(resource("/api/v1/refusals").route(read(Work::Short, records::refusals)));
}

/// Returns whether a path is the API's, where errors are problems and no cookie
/// is looked at.
pub(crate) fn is_within(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
