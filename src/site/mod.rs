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

use crate::http::page;

pub use feed_ids::FeedIds;
pub use fresh_pages::FreshPages;
pub use render_cache::RenderCache;

/// Registers the public routes.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/").route(get().to(public::home)))
        .service(resource("/posts").route(get().to(all_posts::all_posts)))
        .service(resource("/posts/{slug}").route(get().to(public::post)))
        .service(resource("/feed.atom").route(get().to(feed::feed)))
        .service(resource("/robots.txt").route(page(feed::robots)))
        .service(resource("/sitemap.xml").route(page(feed::sitemap_index)))
        .service(resource("/sitemap-{number}.xml").route(page(feed::sitemap)))
        .service(
            resource("/sign-in").route(get().to(sign_in::show)).route(post().to(sign_in::submit)),
        )
        .route("/sign-out", post().to(sign_out::sign_out))
        .route("/healthz", get().to(HttpResponse::Ok))
        .route("/readyz", get().to(public::ready));
}
