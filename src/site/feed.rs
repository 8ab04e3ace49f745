//! The feed, the sitemaps and the rules for robots.

use std::sync::Arc;

use askama::Template;
use jiff::Timestamp;

use crate::http::{Reply, Request, Site};
use crate::refusal::Refusal;
use crate::render::{filters, markdown};
use crate::site::feed_ids::FeedIds;
use crate::site::fresh_pages::FreshPages;
use crate::site::render_cache::PublicBody;
use crate::store::Store;
use crate::store::posts::{self, PublicPost, PublishedAddress};

/// How many posts the feed has.
const IN_FEED: usize = 20;

/// How many bytes of text the feed has. From the first post on whose text is longer than
/// what is left, posts have their summary and their link.
const TEXT_IN_FEED: usize = 1024 * 1024;

/// The newest posts as Atom (RFC 4287), with their whole text.
#[derive(Template)]
#[template(path = "public/feed.xml")]
struct Feed {
    site: Arc<Site>,
    id: String,
    updated: Timestamp,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    post: PublicPost,
    address: String,
    /// The text, as far as there is room for it.
    html: Option<String>,
}

impl Entry {
    /// Returns the entry of a post, and takes the length of its text from the rest.
    fn new(
        site: &Site,
        ids: &FeedIds,
        post: PublicPost,
        body: Option<&PublicBody>,
        left: &mut usize,
    ) -> Self {
        let address = format!("{}/posts/{}", site.url, post.slug);
        let body = body.filter(|body| body.html.len() <= *left);
        let html = body.map(|body| markdown::for_feed(&body.html, &address));
        let html = html.filter(|html| html.len() <= *left);
        // Those after the first for which there is no room are not rendered.
        *left = html.as_ref().map_or(0, |html| *left - html.len());
        Self { id: ids.entry(post.id), post, address, html }
    }
}

pub(super) fn feed(store: &Store, request: &Request, pages: &FreshPages) -> Result<Reply, Refusal> {
    let mut conn = store.checkout()?;
    let (newest, changed) = posts::newest(&mut conn, IN_FEED)?;
    let mut bodies = pages.rendered.read(&mut conn, &newest)?;
    drop(conn);
    let site = request.site.clone();
    let (mut entries, mut left) = (Vec::new(), TEXT_IN_FEED);
    for post in newest {
        let body = (left > 0).then(|| pages.rendered.render(&mut bodies, &post)).transpose()?;
        entries.push(Entry::new(&site, &pages.feed_ids, post, body.as_deref(), &mut left));
    }
    let updated = changed.unwrap_or(Timestamp::UNIX_EPOCH);
    let feed = Feed { site, id: pages.feed_ids.feed(), updated, entries };
    Ok(Reply::ok(&feed).of_type("application/atom+xml; charset=utf-8").revalidated())
}

#[derive(Template)]
#[template(path = "public/robots.txt")]
struct Robots {
    site: Arc<Site>,
}

pub(super) fn robots(_: &Store, request: &Request) -> Result<Reply, Refusal> {
    let robots = Robots { site: request.site.clone() };
    Ok(Reply::ok(&robots).of_type("text/plain; charset=utf-8").revalidated())
}

/// How many ids of posts, published or not, one sitemap covers. The protocol allows
/// 50,000 addresses in a file.
const PER_SITEMAP: i64 = 10_000;

/// The highest number of a sitemap. The protocol allows 50,000 in an index.
const LAST_SITEMAP: i64 = 49_999;

/// The list of sitemaps, computed from the highest id without a count.
#[derive(Template)]
#[template(path = "public/sitemap_index.xml")]
struct SitemapIndex {
    site: Arc<Site>,
    numbers: std::ops::RangeInclusive<i64>,
}

pub(super) fn sitemap_index(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let newest = posts::highest_id(&mut *store.checkout()?)?;
    let index = SitemapIndex {
        site: request.site.clone(),
        numbers: 0..=(newest / PER_SITEMAP).min(LAST_SITEMAP),
    };
    Ok(Reply::ok(&index).of_type("application/xml; charset=utf-8").revalidated())
}

#[derive(Template)]
#[template(path = "public/sitemap.xml")]
struct Sitemap {
    site: Arc<Site>,
    /// Whether it is the first, which also lists the pages that are not posts.
    is_first: bool,
    posts: Vec<PublishedAddress>,
}

pub(super) fn sitemap(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let number: i64 = request.segments.number::<u32>("number")?.into();
    let first = number * PER_SITEMAP;
    let posts = posts::addresses(&mut *store.checkout()?, first..first + PER_SITEMAP)?;
    let sitemap = Sitemap { site: request.site.clone(), is_first: number == 0, posts };
    Ok(Reply::ok(&sitemap).of_type("application/xml; charset=utf-8").revalidated())
}
