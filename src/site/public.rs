//! The public pages, and the probes of the server's health.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::{Person, Slug, State};
use crate::http::error_kind::{GONE, UNAVAILABLE};
use crate::http::{ErrorKind, Layout, RETRY_AFTER, Reply, Request};
use crate::postgres::Supervisor;
use crate::refusal::Refusal;
use crate::render::filters;
use crate::site::fresh_pages::FreshPages;
use crate::site::render_cache::PublicBody;
use crate::store::Store;
use crate::store::paging::PageRequest;
use crate::store::posts::{self, Address, PublicPost};
use crate::store::visibility::Visibility;

/// How many posts the front page shows.
const ON_FRONT_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    layout: Layout,
    posts: Vec<PublicPost>,
}

pub(super) fn home(store: &Store, request: &Request, _: &FreshPages) -> Result<Reply, Refusal> {
    let conn = &mut *store.checkout()?;
    let posts = posts::published(conn, &PageRequest::newest(ON_FRONT_PAGE))?.lines;
    let reader = request.reader(conn)?;
    let layout = Layout::public(request, &request.site.name, reader.as_ref());
    Ok(Reply::ok(&HomePage { layout, posts }).revalidated())
}

#[derive(Template)]
#[template(path = "public/post.html")]
struct PublicPostPage {
    layout: Layout,
    post: PublicPost,
    body: Arc<PublicBody>,
    /// Where the person who is signed in works on the post: an address and its label.
    own_page: Option<(String, &'static str)>,
}

impl PublicPostPage {
    /// Returns the canonical address of the post.
    fn address(&self) -> String {
        format!("{}/posts/{}", self.layout.site.url, self.post.slug)
    }

    /// Returns the description of the post for programs (schema.org, as JSON-LD). A
    /// published post never changes, so it has no date of modification.
    fn linked_data(&self) -> String {
        let site = &self.layout.site;
        let mut data = serde_json::json!({
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "headline": self.post.title,
            "description": self.post.summary,
            "author": { "@type": "Person", "name": self.post.author },
            "publisher": { "@type": "Organization", "name": site.name, "url": format!("{}/", site.url) },
            "datePublished": self.post.published_at.to_string(),
            "url": self.address(),
            "mainEntityOfPage": self.address(),
        });
        if let Some(language) = &site.language {
            data["inLanguage"] = language.as_str().into();
        }
        if let Some(picture) = &self.body.picture {
            data["image"] = picture.as_str().into();
        }
        // Inside a script element only `<` could end the data.
        data.to_string().replace('<', "\\u003c")
    }
}

#[derive(Template)]
#[template(path = "public/gone.html")]
struct GonePage {
    layout: Layout,
    kind: ErrorKind,
}

pub(super) fn post(store: &Store, request: &Request, pages: &FreshPages) -> Result<Reply, Refusal> {
    let slug = Slug::parse(request.segments.get("slug")).ok_or(Refusal::NotFound)?;
    let mut conn = store.checkout()?;
    let found = posts::at_address(&mut conn, &slug)?;
    let reader = request.reader(&mut conn)?;
    match found.ok_or(Refusal::NotFound)? {
        Address::Gone => {
            let layout = Layout::public(request, GONE.title, reader.as_ref());
            Ok(Reply::error(GONE, &GonePage { layout, kind: GONE }))
        }
        Address::Published(post) => {
            let mut bodies = pages.rendered.read(&mut conn, std::slice::from_ref(&*post))?;
            drop(conn);
            let body = pages.rendered.render(&mut bodies, &post)?;
            let layout = Layout::public(request, &post.title, reader.as_ref());
            let own_page = reader.and_then(|reader| own_page(&reader, &post));
            let page = PublicPostPage { layout, post: *post, body, own_page };
            Ok(Reply::ok(&page).revalidated())
        }
    }
}

/// Returns where this person works on a published post, with the label of the link.
fn own_page(reader: &Person, post: &PublicPost) -> Option<(String, &'static str)> {
    let visibility = Visibility::of(reader);
    if visibility.sees_everything {
        return Some((format!("/admin/posts/{}", post.id), "Open in the admin"));
    }
    visibility
        .sees_history(post.author_id, State::Published)
        .then(|| (format!("/desk/posts/{}", post.id), "Open on my desk"))
}

/// Responds whether requests can be served: whether the database answers.
pub(super) async fn ready(request: Request, pages: Data<FreshPages>) -> HttpResponse {
    if pages.database_answers().await {
        return HttpResponse::Ok().finish();
    }
    let why = if Supervisor::database_is_down() {
        "the private database stopped and is being restarted"
    } else {
        "the database does not answer"
    };
    tracing::warn!(request_id = %request.id, why, "not ready");
    HttpResponse::build(UNAVAILABLE.status)
        .insert_header(("retry-after", RETRY_AFTER.to_string()))
        .content_type("text/plain; charset=utf-8")
        .body(format!("Not ready: {why}.\n"))
}
