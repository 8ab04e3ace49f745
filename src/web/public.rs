//! What everybody can read.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path, ServiceConfig};
use askama::Template;
use jiff::Timestamp;

use super::layout::filters;
use super::{Answer, Layout, Shared, Visit, markdown};
use crate::domain::{FieldError, PostId, Slug};
use crate::refusal::{Refusal, unreadable};
use crate::store::posts::{self, Address, PostLine, PublicPost};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(reading("/").to(home))
        .service(reading("/posts/{slug}").to(post))
        .route("/healthz", web::get().to(HttpResponse::Ok))
        .route("/readyz", web::get().to(ready));
}

/// A resource that answers GET and HEAD alike.
pub(super) fn reading(path: &str) -> Reading {
    Reading(path.to_owned())
}

pub(super) struct Reading(String);

impl Reading {
    pub(super) fn to<F, Args>(self, handler: F) -> actix_web::Resource
    where
        F: actix_web::Handler<Args> + Clone,
        Args: actix_web::FromRequest + 'static,
        F::Output: actix_web::Responder + 'static,
    {
        web::resource(self.0).route(web::get().to(handler.clone())).route(web::head().to(handler))
    }
}

/// How many posts a page of the front page has.
const PER_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    layout: Layout,
    site: String,
    posts: Vec<PostLine>,
    is_first: bool,
    older: Option<String>,
}

async fn home(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |store, visit| {
            let mut query = visit.query_fields()?;
            let before = query.take("before").map_err(Refusal::from_field)?;
            let before = before.map(|cursor| parse_cursor(&cursor)).transpose()?;
            let conn = &mut *store.checkout()?;
            let viewer = visit.viewer_if_any(conn)?;
            let mut found =
                posts::published(conn, before, PER_PAGE as i64 + 1).map_err(unreadable)?;
            let has_older = found.len() > PER_PAGE;
            found.truncate(PER_PAGE);
            let older = found.last().filter(|_| has_older).map(cursor);
            let layout = visit.layout("Imprimatur", viewer.as_ref()).of_everybody();
            let site = visit.site.clone();
            let page = HomePage { layout, site, posts: found, is_first: before.is_none(), older };
            Ok(Answer::ok(&page).revalidated())
        })
        .await
}

/// Returns the place in the list after which the next page begins.
fn cursor(line: &PostLine) -> String {
    format!("{}-{}", line.since.as_microsecond(), line.id)
}

fn parse_cursor(text: &str) -> Result<(Timestamp, PostId), Refusal> {
    text.split_once('-')
        .and_then(|(at, id)| {
            let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
            Some((at, PostId(id.parse().ok()?)))
        })
        .ok_or_else(|| {
            Refusal::from_field(FieldError::new("before", "Use the link of a page to go on."))
        })
}

#[derive(Template)]
#[template(path = "public/post.html")]
struct PublicPostPage {
    layout: Layout,
    site: String,
    post: PublicPost,
    body: String,
}

impl PublicPostPage {
    /// Returns the one address of the post, wherever somebody found it.
    fn address(&self) -> String {
        format!("{}/posts/{}", self.site, self.post.slug)
    }

    /// Returns what the post is, for programs (schema.org, as JSON-LD).
    fn linked_data(&self) -> String {
        let data = serde_json::json!({
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "headline": self.post.content.title.as_str(),
            "description": self.post.content.summary.as_str(),
            "author": { "@type": "Person", "name": self.post.author },
            "datePublished": self.post.published_at.to_string(),
            "mainEntityOfPage": self.address(),
        });
        // Within a script element only `<` could end what is data.
        data.to_string().replace('<', "\\u003c")
    }
}

#[derive(Template)]
#[template(path = "public/gone.html")]
struct GonePage {
    layout: Layout,
}

async fn post(visit: Visit, slug: Path<String>, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, move |store, visit| {
            let slug = Slug::parse(&slug).ok_or(Refusal::NotFound)?;
            let conn = &mut *store.checkout()?;
            let found = posts::at_address(conn, &slug).map_err(unreadable)?;
            let viewer = visit.viewer_if_any(conn)?;
            match found.ok_or(Refusal::NotFound)? {
                Address::Gone => {
                    let layout = visit.layout("This post is gone", viewer.as_ref()).of_everybody();
                    Ok(Answer::page(StatusCode::GONE, &GonePage { layout }))
                }
                Address::Published(post) => {
                    let layout =
                        visit.layout(post.content.title.as_str(), viewer.as_ref()).of_everybody();
                    let body = markdown::render(post.content.body.as_str());
                    Ok(Answer::ok(&PublicPostPage {
                        layout,
                        site: visit.site.clone(),
                        post: *post,
                        body,
                    })
                    .revalidated())
                }
            }
        })
        .await
}

/// Answers whether requests can be served: the database answers.
async fn ready(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    let store = shared.store.clone();
    let is_ready = web::block(move || {
        let mut conn = store.checkout().ok()?;
        crate::accounts::exist(&mut conn).ok()
    })
    .await;
    match is_ready {
        Ok(Some(_)) => HttpResponse::Ok().finish(),
        Ok(None) | Err(_) => {
            tracing::warn!(request_id = %visit.request, "not ready");
            HttpResponse::ServiceUnavailable().insert_header(("retry-after", "2")).finish()
        }
    }
}
