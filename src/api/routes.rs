use actix_web::web::{self, ServiceConfig};

use crate::api::changes;
use crate::api::document;
use crate::api::document_page;
use crate::api::posts;
use crate::api::records;

/// Registers the API's routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api").route(web::get().to(document_page::page)))
        .service(web::resource("/api/v1/openapi.json").route(web::get().to(document::file)));
    operations(config);
}

/// The routes that the document describes.
fn operations(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/api/v1/posts")
                .route(web::get().to(posts::list))
                .route(web::post().to(changes::create)),
        )
        .service(web::resource("/api/v1/posts/{id}").route(web::get().to(posts::show)))
        .service(web::resource("/api/v1/posts/{id}/history").route(web::get().to(posts::history)))
        .service(
            web::resource("/api/v1/posts/{id}/revisions").route(web::post().to(changes::revise)),
        )
        .service(
            web::resource("/api/v1/posts/{id}/revisions/{number}")
                .route(web::get().to(posts::revision)),
        )
        .service(web::resource("/api/v1/posts/{id}/actions").route(web::get().to(posts::actions)))
        .service(
            web::resource("/api/v1/posts/{id}/submission").route(web::post().to(changes::submit)),
        )
        .service(
            web::resource("/api/v1/posts/{id}/change-requests")
                .route(web::post().to(changes::request_changes)),
        )
        .service(
            web::resource("/api/v1/posts/{id}/change-requests/withdrawal")
                .route(web::post().to(changes::withdraw_request)),
        )
        .service(
            web::resource("/api/v1/posts/{id}/publication").route(web::post().to(changes::publish)),
        )
        .service(
            web::resource("/api/v1/posts/{id}/archival").route(web::post().to(changes::archive)),
        )
        .service(web::resource("/api/v1/accounts").route(web::get().to(records::accounts)))
        .service(web::resource("/api/v1/refusals").route(web::get().to(records::refusals)));
}

/// Returns whether a path is the API's, where errors are problems and no cookie
/// is looked at.
pub(crate) fn is_within(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
