//! Public pages, rendered once for as long as nothing in the database changes.

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag, Header, HeaderName, HeaderValue, IfNoneMatch};
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, Route};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::http::entity_tag::is_cached;
use crate::http::{Context, Reply, Request, Work, client_network};
use crate::refusal::Refusal;
use crate::site::feed_ids::FeedIds;
use crate::site::freshness::{Freshness, Snapshot};
use crate::site::render_cache::RenderCache;
use crate::store::Store;

/// The maximum size in bytes.
const CAPACITY: u64 = 12 * 1024 * 1024;

/// The expected number of pages.
const PAGES: usize = 1024;

/// The pages that visitors read most, as they are sent.
///
/// A page is sent from here where the database shows the very snapshot in which it was
/// rendered, asked after the request arrived. So a post that is archived is gone at
/// once, on every server. A reader with a cookie gets a page of their own, never from
/// here.
pub struct FreshPages {
    freshness: Freshness,
    pages: Cache<String, FreshPage, Bytesize>,
    /// The bodies of the posts in them.
    pub(super) rendered: RenderCache,
    /// The ids of the feed, which is one of them.
    pub(super) feed_ids: FeedIds,
}

/// Returns the reply to a request for a public page.
type PublicHandler = fn(&Store, &Request, &FreshPages) -> Result<Reply, Refusal>;

/// Returns the route of a public page. `handler` makes it, with that much work, where the
/// database shows something new.
pub(super) fn fresh_page(work: Work, handler: PublicHandler) -> Route {
    web::get().to(move |request, context, pages: Data<FreshPages>| async move {
        let kept = Data::clone(&pages);
        let render = move |store: &Store, request: &Request| handler(store, request, &kept);
        pages.respond(request, context, work, render).await
    })
}

#[derive(Clone)]
struct FreshPage {
    snapshot: Snapshot,
    tag: EntityTag,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl FreshPages {
    /// Returns an empty cache.
    pub(crate) fn start(store: Store, feed_ids: FeedIds) -> std::io::Result<Self> {
        let pages = Cache::with_weighter(PAGES, CAPACITY, Bytesize);
        let freshness = Freshness::start(store)?;
        Ok(Self { freshness, pages, rendered: RenderCache::new(), feed_ids })
    }

    pub(super) async fn database_answers(&self) -> bool {
        self.freshness.ask().await.is_some()
    }

    async fn respond(
        &self,
        request: HttpRequest,
        context: Data<Context>,
        work: Work,
        render: impl FnOnce(&Store, &Request) -> Result<Reply, Refusal> + Send + 'static,
    ) -> HttpResponse {
        if request.headers().contains_key(header::COOKIE) {
            return context.page(work, Request::of(&request), render).await;
        }
        let place = match context.admissions.glance(client_network(&request)) {
            Ok(place) => place,
            Err(refusal) => return context.refuse(&refusal, &Request::of(&request), None),
        };
        let before = self.freshness.now().await;
        drop(place);
        let Some(before) = before else {
            return context.page(work, Request::of(&request), render).await;
        };
        let address = request.uri().to_string();
        if let Some(page) = self.pages.get(&address)
            && page.snapshot == before
        {
            return page.response(&request);
        }
        let response = context.page(work, Request::of(&request), render).await;
        let (response, page) = FreshPage::of(response, before);
        if let Some(page) = page {
            // It is sent again only where a later snapshot is the same: then the one in
            // which it was rendered was, too.
            self.pages.insert(address, page);
        }
        response
    }
}

impl FreshPage {
    /// Returns the response, and the page in it if it may be sent again.
    fn of(response: HttpResponse, snapshot: Snapshot) -> (HttpResponse, Option<Self>) {
        let tag = response.headers().get(header::ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok()?.parse().ok());
        let (StatusCode::OK, Some(tag)) = (response.status(), tag) else {
            return (response, None);
        };
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
        let (head, body) = response.into_parts();
        match body.try_into_bytes() {
            Ok(body) => {
                let response = head.set_body(body.clone()).map_into_boxed_body();
                (response, Some(Self { snapshot, tag, headers, body }))
            }
            Err(body) => (head.set_body(body), None),
        }
    }

    fn response(&self, request: &HttpRequest) -> HttpResponse {
        let is_cached =
            IfNoneMatch::parse(request).is_ok_and(|cached| is_cached(&cached, &self.tag));
        let status = if is_cached { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        let mut response = HttpResponse::build(status);
        // What the browser has cached has its media type already.
        let sent =
            self.headers.iter().filter(|(name, _)| !is_cached || name != header::CONTENT_TYPE);
        for header in sent.cloned() {
            response.insert_header(header);
        }
        if is_cached { response.finish() } else { response.body(self.body.clone()) }
    }
}

/// The weight of an entry: about its size in memory.
#[derive(Clone)]
struct Bytesize;

impl Weighter<String, FreshPage> for Bytesize {
    fn weight(&self, address: &String, page: &FreshPage) -> u64 {
        (address.len() + size_of::<FreshPage>() + page.body.len()) as u64
    }
}
