//! The public edge: the public pages, the feed, signing in and out.

mod all_posts;
mod feed;
mod feed_ids;
mod fresh_pages;
mod freshness;
mod public;
mod render_cache;
mod sign_in;
mod sign_out;

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post, resource};

use crate::http::{Work, get_page};
use crate::site::fresh_pages::fresh_page;

pub use feed_ids::FeedIds;
pub use fresh_pages::FreshPages;

/// Registers the public routes.
pub fn routes(config: &mut ServiceConfig) {
    // A resource refuses a POST with 405; a route alone is not found.
    config
        .service(resource("/").route(fresh_page(Work::Short, public::home)))
        .service(resource("/posts").route(fresh_page(Work::Short, all_posts::all_posts)))
        .service(resource("/posts/{slug}").route(fresh_page(Work::Text, public::post)))
        .service(resource("/feed.atom").route(fresh_page(Work::Text, feed::feed)))
        .service(resource("/robots.txt").route(get_page(Work::Short, feed::robots)))
        .service(resource("/sitemap.xml").route(get_page(Work::Short, feed::sitemap_index)))
        .service(resource("/sitemap-{number}.xml").route(get_page(Work::Short, feed::sitemap)))
        .route("/sign-in", get().to(sign_in::show))
        .route("/sign-in", post().to(sign_in::submit))
        .route("/sign-out", post().to(sign_out::sign_out))
        .service(resource("/healthz").route(get().to(HttpResponse::Ok)))
        .service(resource("/readyz").route(get().to(public::ready)));
}
