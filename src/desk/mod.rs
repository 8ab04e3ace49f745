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

use actix_web::web::ServiceConfig;

use crate::domain::Interface;
use crate::http::action_place::{ActionPlace, Back};
use crate::http::{Layout, Work, action_form, get_page, post_form};

const ACTIONS: ActionPlace = ActionPlace {
    interface: Interface::Page,
    posts: "/desk/posts",
    layout: |_, request, person| Ok(Layout::new(request, "", Some(person))),
    back: Back::Post("/desk", "My desk"),
};

/// Registers the desk's routes.
pub fn routes(config: &mut ServiceConfig) {
    // The last route takes the paths that the others leave.
    config
        .route("/desk", get_page(Work::Text, desk_page::desk))
        .route("/desk/posts", get_page(Work::Text, own_posts::show))
        .route("/desk/next", get_page(Work::Short, next::next))
        .route("/desk/posts/create", get_page(Work::Text, editor::create_form))
        .route("/desk/posts/create", post_form(Work::Text, editor::create))
        .route("/desk/posts/{id}/revise", get_page(Work::Text, editor::revise_form))
        .route("/desk/posts/{id}/revise", post_form(Work::Text, editor::revise))
        .route("/desk/posts/{id}", get_page(Work::Text, post::show))
        .route("/desk/posts/{id}/revisions", get_page(Work::Short, revisions::list))
        .route("/desk/posts/{id}/revisions/{number}", get_page(Work::Text, revisions::show))
        .route("/desk/posts/{id}/changes", get_page(Work::Text, revisions::changes))
        .route(
            "/desk/posts/{id}/{action}",
            get_page(Work::Text, |store, request| action_form::show(store, request, &ACTIONS)),
        )
        .route(
            "/desk/posts/{id}/{action}",
            post_form(Work::Text, |store, request, form| {
                action_form::submit(store, request, form, &ACTIONS)
            }),
        );
}
