//! All posts, newest first, in pages. The address of a page names the post before or
//! after it, so a page keeps its posts while others are published.

use askama::Template;

use crate::http::pager::{BY_TIME, Pager};
use crate::http::{Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::site::fresh_pages::FreshPages;
use crate::store::Store;
use crate::store::paging::PageRequest;
use crate::store::posts::{self, PublicPost};

/// How many posts a page has.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "public/all_posts.html")]
struct AllPostsPage {
    layout: Layout,
    months: Vec<Month>,
    pager: Pager,
}

/// The posts of one month, by UTC.
struct Month {
    name: String,
    posts: Vec<PublicPost>,
}

pub(super) fn all_posts(
    store: &Store,
    request: &Request,
    _: &FreshPages,
) -> Result<Reply, Refusal> {
    let direction = BY_TIME.take(&mut request.query_fields()?)?;
    let wanted = PageRequest::newest_first(direction, PER_PAGE);
    let conn = &mut *store.checkout()?;
    let found = posts::published(conn, &wanted)?;
    let reader = request.reader(conn)?;
    let page = AllPostsPage {
        layout: Layout::public(request, "All posts", reader.as_ref()),
        pager: BY_TIME.pager(&found, direction, address),
        months: by_month(found.lines),
    };
    Ok(Reply::ok(&page).revalidated())
}

fn address(field: &str, neighbour: &str) -> String {
    PageAddress::of("/posts").with(field, neighbour).to_string()
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
