//! The edge for authors and reviewers.

mod actions;
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

/// Registers the desk's routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(desk_page::routes)
        .configure(own_posts::routes)
        .configure(next::routes)
        .configure(editor::routes)
        .configure(post::routes)
        .configure(revisions::routes)
        .configure(actions::routes);
}
