//! Connects the addresses of the API to their handlers.

use actix_web::Route;
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
    config.service(
        resource("/api/v1/posts")
            .route(read(Work::Short, posts::list))
            .route(change(Work::Short, changes::create)),
    );
    let mut resource = |path: &str, route: Route| {
        config.service(resource(path).route(route));
    };
    resource("/api/v1/posts/{id}", read(Work::Short, posts::show));
    resource("/api/v1/posts/{id}/history", read(Work::Short, posts::history));
    resource("/api/v1/posts/{id}/revisions", change(Work::Short, changes::revise));
    resource("/api/v1/posts/{id}/revisions/{number}", read(Work::Short, posts::revision));
    resource("/api/v1/posts/{id}/actions", read(Work::Text, posts::actions));
    resource("/api/v1/posts/{id}/submission", change(Work::Text, changes::submit));
    resource("/api/v1/posts/{id}/change-requests", change(Work::Short, changes::request_changes));
    resource(
        "/api/v1/posts/{id}/change-requests/withdrawal",
        change(Work::Short, changes::withdraw_request),
    );
    resource("/api/v1/posts/{id}/publication", change(Work::Text, changes::publish));
    resource("/api/v1/posts/{id}/archival", change(Work::Short, changes::archive));
    resource("/api/v1/accounts", read(Work::Short, records::accounts));
    resource("/api/v1/refusals", read(Work::Short, records::refusals));
}

/// Returns whether a path is the API's, where errors are problems and no cookie
/// is looked at.
pub(crate) fn is_within(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
