//! The public pages, and the probes of the server's health.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, ServiceConfig};
use askama::Template;

use crate::domain::Slug;
use crate::http::{Context, Layout, Reply, Request, get_only};
use crate::postgres::Supervisor;
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::site::render_cache::RenderCache;
use crate::store::paging::PageRequest;
use crate::store::posts::{self, Address, PublicPost};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(get_only("/").to(home))
        .service(get_only("/posts/{slug}").to(post))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/readyz", web::get().to(ready));
}

/// How many posts the front page shows.
const ON_FRONT_PAGE: usize = 20;

/// The newest posts. Public pages do not look up who is signed in, so they are the
/// same for everyone.
#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    layout: Layout,
    site: String,
    posts: Vec<PublicPost>,
}

async fn home(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let posts =
                posts::published(&mut *store.checkout()?, &PageRequest::newest(ON_FRONT_PAGE))
                    .map_err(read_error)?;
            let layout = Layout::new(request, "Imprimatur", None);
            let site = request.site.clone();
            Ok(Reply::ok(&HomePage { layout, site, posts: posts.lines }).revalidated())
        })
        .await
}

#[derive(Template)]
#[template(path = "public/post.html")]
struct PublicPostPage {
    layout: Layout,
    site: String,
    post: PublicPost,
    body: Arc<str>,
}

impl PublicPostPage {
    /// Returns the canonical address of the post.
    fn address(&self) -> String {
        format!("{}/posts/{}", self.site, self.post.slug)
    }

    /// Returns the description of the post for programs (schema.org, as JSON-LD). A
    /// published post never changes, so it has no date of modification.
    fn linked_data(&self) -> String {
        let data = serde_json::json!({
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "headline": self.post.title,
            "description": self.post.summary,
            "author": { "@type": "Person", "name": self.post.author },
            "publisher": { "@type": "Organization", "name": "Imprimatur", "url": format!("{}/", self.site) },
            "datePublished": self.post.published_at.to_string(),
            "url": self.address(),
            "mainEntityOfPage": self.address(),
        });
        // Inside a script element only `<` could end the data.
        data.to_string().replace('<', "\\u003c")
    }
}

#[derive(Template)]
#[template(path = "public/gone.html")]
struct GonePage {
    layout: Layout,
}

async fn post(
    request: Request,
    slug: Path<String>,
    context: Data<Context>,
    rendered: Data<RenderCache>,
) -> HttpResponse {
    context
        .page(request, move |store, request| {
            let slug = Slug::parse(&slug).ok_or(Refusal::NotFound)?;
            let conn = &mut *store.checkout()?;
            let found = posts::at_address(conn, &slug).map_err(read_error)?;
            match found.ok_or(Refusal::NotFound)? {
                Address::Gone => {
                    let layout = Layout::new(request, "This post was removed", None);
                    Ok(Reply::page(StatusCode::GONE, &GonePage { layout }))
                }
                Address::Published(post) => {
                    let body = rendered.html_of(conn, &post)?;
                    let layout = Layout::new(request, &post.title, None);
                    let site = request.site.clone();
                    let page = PublicPostPage { layout, site, post: *post, body };
                    Ok(Reply::ok(&page).revalidated())
                }
            }
        })
        .await
}

/// Responds whether requests can be served: whether the database answers.
async fn ready(request: Request, context: Data<Context>) -> HttpResponse {
    let store = context.store.clone();
    let is_ready = web::block(move || {
        let mut conn = store.checkout().ok()?;
        crate::accounts::any_exists(&mut conn).ok()
    })
    .await;
    match is_ready {
        Ok(Some(_)) => HttpResponse::Ok().finish(),
        Ok(None) | Err(_) => {
            let why = if Supervisor::database_is_down() {
                "the private database stopped and is being restarted"
            } else {
                "the database does not answer"
            };
            tracing::warn!(request_id = %request.id, why, "not ready");
            HttpResponse::ServiceUnavailable()
                .insert_header(("retry-after", "2"))
                .content_type("text/plain; charset=utf-8")
                .body(format!("Not ready: {why}.\n"))
        }
    }
}
