use actix_web::web::{ServiceConfig, get, post, resource};

use crate::api::changes;
use crate::api::document;
use crate::api::document_page;
use crate::api::posts;
use crate::api::records;

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
                .route(get().to(posts::list))
                .route(post().to(changes::create)),
        )
        .service(resource("/api/v1/posts/{id}").route(get().to(posts::show)))
        .service(resource("/api/v1/posts/{id}/history").route(get().to(posts::history)))
        .service(resource("/api/v1/posts/{id}/revisions").route(post().to(changes::revise)))
        .service(resource("/api/v1/posts/{id}/revisions/{number}").route(get().to(posts::revision)))
        .service(resource("/api/v1/posts/{id}/actions").route(get().to(posts::actions)))
        .service(resource("/api/v1/posts/{id}/submission").route(post().to(changes::submit)))
        .service(
            resource("/api/v1/posts/{id}/change-requests")
                .route(post().to(changes::request_changes)),
        )
        .service(
            resource("/api/v1/posts/{id}/change-requests/withdrawal")
                .route(post().to(changes::withdraw_request)),
        )
        .service(resource("/api/v1/posts/{id}/publication").route(post().to(changes::publish)))
        .service(resource("/api/v1/posts/{id}/archival").route(post().to(changes::archive)))
        .service(resource("/api/v1/accounts").route(get().to(records::accounts)))
        .service(resource("/api/v1/refusals").route(get().to(records::refusals)));
}

/// Returns whether a path is the API's, where errors are problems and no cookie
/// is looked at.
pub(crate) fn is_within(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
