//! All posts, a page at a time, newest first. A page is named by the post that
//! it comes after or before, so it stays what it is while others are published.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use askama::Template;

use super::layout::filters;
use super::paging::{cursor, stretch};
use super::public::reading;
use super::{Answer, Layout, Shared, Visit};
use crate::refusal::unreadable;
use crate::store::paging::{Order, Slice, Stretch};
use crate::store::posts::{self, PublicPost};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(reading("/posts").to(all_posts));
}

/// How many posts a page has: one more tells that there are more.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "public/all_posts.html")]
struct AllPostsPage {
    layout: Layout,
    site: String,
    months: Vec<Month>,
    newer: Option<String>,
    older: Option<String>,
    is_first: bool,
}

/// The posts of one month, by UTC.
struct Month {
    name: String,
    posts: Vec<PublicPost>,
}

async fn all_posts(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, |store, visit| {
            let stretch = stretch(&mut visit.query_fields()?, "before", "after")?;
            let slice = Slice { order: Order::NewestFirst, stretch, size: PER_PAGE };
            let found = posts::published(&mut *store.checkout()?, &slice).map_err(unreadable)?;
            let page = AllPostsPage {
                layout: visit.layout("All posts", None),
                site: visit.site.clone(),
                newer: found.previous.map(cursor),
                older: found.next.map(cursor),
                is_first: stretch == Stretch::First,
                months: by_month(found.lines),
            };
            Ok(Answer::ok(&page).revalidated())
        })
        .await
}

fn by_month(posts: Vec<PublicPost>) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    for post in posts {
        let name = post.published_at.strftime("%B %Y").to_string();
        match months.last_mut() {
            Some(month) if month.name == name => month.posts.push(post),
            _ => months.push(Month { name, posts: vec![post] }),
        }
    }
    months
}
