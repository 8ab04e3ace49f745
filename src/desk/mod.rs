//! The edge for authors and reviewers.

mod desk_page;
mod draft;
mod editor;
mod editor_page;
mod next;
mod offers;
mod own_posts;
mod post;
mod revisions;
mod sent_before;
mod submitted_draft;
mod unread;

use actix_web::web::{ServiceConfig, resource};

use crate::http::{Edge, action_form, form, page, rendered_form, rendered_page};

/// Registers the desk's routes.
pub fn routes(config: &mut ServiceConfig) {
    // The last one takes what the others leave.
    config
        .route("/desk", page(desk_page::desk))
        .route("/desk/posts", page(own_posts::show))
        .route("/desk/next", page(next::next))
        .service(
            resource("/desk/posts/create")
                .route(rendered_page(editor::create_form))
                .route(rendered_form(editor::create)),
        )
        .service(
            resource("/desk/posts/{id}/revise")
                .route(rendered_page(editor::revise_form))
                .route(rendered_form(editor::revise)),
        )
        .route("/desk/posts/{id}", rendered_page(post::show))
        .route("/desk/posts/{id}/revisions", page(revisions::list))
        .route("/desk/posts/{id}/revisions/{number}", rendered_page(revisions::show))
        .route("/desk/posts/{id}/changes", rendered_page(revisions::changes))
        .service(
            resource("/desk/posts/{id}/{action}")
                .route(rendered_page(|store, request| {
                    action_form::show(store, request, Edge::Desk)
                }))
                .route(form(|store, request, form| {
                    action_form::submit(store, request, form, Edge::Desk)
                })),
        );
}
