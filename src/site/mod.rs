//! The public edge: the public pages, the feed, signing in and out.

mod all_posts;
mod feed;
mod feed_ids;
mod public;
mod render_cache;
mod sign_in;
mod sign_out;

use actix_web::web::ServiceConfig;

pub use feed_ids::FeedIds;
pub use render_cache::RenderCache;

/// Registers the public routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .configure(public::routes)
        .configure(all_posts::routes)
        .configure(feed::routes)
        .configure(sign_in::routes)
        .configure(sign_out::routes);
}
