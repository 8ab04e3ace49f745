//! The forms of the actions, other than those of the editor.

use actix_web::web::{self, ServiceConfig};

use crate::http::{Edge, action_form};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/desk/posts/{id}/{action}")
            .route(
                web::get().to(|request, path, context| {
                    action_form::show(request, path, context, Edge::Desk)
                }),
            )
            .route(web::post().to(|request, path, body, context| {
                action_form::submit(request, path, body, context, Edge::Desk)
            })),
    );
}
