//! The form of an action on one post, at an address of the admin.

use actix_web::web::{self, ServiceConfig};

use crate::http::{Edge, action_form};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/admin/posts/{id}/{action}")
            .route(web::get().to(|request, path, context| {
                action_form::show(request, path, context, Edge::Admin)
            }))
            .route(web::post().to(|request, path, body, context| {
                action_form::submit(request, path, body, context, Edge::Admin)
            })),
    );
}
