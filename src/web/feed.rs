//! What programs read of the public site: the feed, the sitemap, the rules for
//! robots.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig};
use askama::Template;
use jiff::Timestamp;

use super::layout::filters;
use super::public::reading;
use super::{Answer, Shared, Visit};
use crate::refusal::{Refusal, unreadable};
use crate::store::paging::Slice;
use crate::store::posts::{self, PublicPost};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(reading("/feed.atom").to(feed))
        .service(reading("/robots.txt").to(robots))
        .service(reading("/sitemap.xml").to(sitemap_index))
        .service(reading("/sitemap-{number}.xml").to(sitemap));
}

/// How many posts the feed carries.
const IN_FEED: usize = 20;

/// The newest posts as Atom (RFC 4287), with their whole text.
#[derive(Template)]
#[template(path = "public/feed.xml")]
struct Feed {
    site: String,
    updated: Timestamp,
    entries: Vec<Entry>,
}

struct Entry {
    post: PublicPost,
    html: Arc<str>,
}

async fn feed(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    let rendered = shared.rendered.clone();
    shared
        .answer(visit, None, move |store, visit| {
            let conn = &mut *store.checkout()?;
            let newest = posts::published(conn, &Slice::newest(IN_FEED)).map_err(unreadable)?.lines;
            let html = rendered.html(conn, &newest)?;
            let entries: Vec<Entry> =
                newest.into_iter().zip(html).map(|(post, html)| Entry { post, html }).collect();
            let updated =
                entries.first().map_or(Timestamp::UNIX_EPOCH, |entry| entry.post.published_at);
            let feed = Feed { site: visit.site.clone(), updated, entries };
            Ok(Answer::ok(&feed).of_type("application/atom+xml; charset=utf-8").revalidated())
        })
        .await
}

#[derive(Template)]
#[template(path = "public/robots.txt")]
struct Robots {
    site: String,
}

async fn robots(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |_, visit| {
            let robots = Robots { site: visit.site.clone() };
            Ok(Answer::ok(&robots).of_type("text/plain; charset=utf-8").revalidated())
        })
        .await
}

/// How many posts, published or not, one sitemap speaks of: the protocol
/// allows 50,000 addresses in a file.
const PER_SITEMAP: i64 = 10_000;

/// The highest number of a sitemap: the protocol allows 50,000 in an index.
const MOST_SITEMAPS: i64 = 49_999;

/// The list of sitemaps. It grows with the ids, so it needs no count.
#[derive(Template)]
#[template(path = "public/sitemap_index.xml")]
struct SitemapIndex {
    site: String,
    numbers: std::ops::RangeInclusive<i64>,
}

async fn sitemap_index(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |store, visit| {
            let newest = posts::highest_id(&mut *store.checkout()?).map_err(unreadable)?;
            let index = SitemapIndex {
                site: visit.site.clone(),
                numbers: 0..=(newest / PER_SITEMAP).min(MOST_SITEMAPS),
            };
            Ok(Answer::ok(&index).of_type("application/xml; charset=utf-8").revalidated())
        })
        .await
}

#[derive(Template)]
#[template(path = "public/sitemap.xml")]
struct Sitemap {
    site: String,
    /// The first sitemap also names the pages that list posts.
    is_first: bool,
    posts: Vec<(String, Timestamp)>,
}

async fn sitemap(visit: Visit, number: Path<String>, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, move |store, visit| {
            let number: i64 = number.parse::<u32>().map_err(|_| Refusal::NotFound)?.into();
            let first = number * PER_SITEMAP;
            let posts = posts::addresses(&mut *store.checkout()?, first..first + PER_SITEMAP)
                .map_err(unreadable)?;
            let sitemap = Sitemap { site: visit.site.clone(), is_first: number == 0, posts };
            Ok(Answer::ok(&sitemap).of_type("application/xml; charset=utf-8").revalidated())
        })
        .await
}
