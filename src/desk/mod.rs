//! The edge for authors and reviewers.

mod actions;
mod draft;
mod editor;
mod post;
mod posts;
mod revisions;

use actix_web::web::ServiceConfig;

/// Registers the desk's routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(posts::routes)
        .configure(editor::routes)
        .configure(post::routes)
        .configure(revisions::routes)
        .configure(actions::routes);
}
