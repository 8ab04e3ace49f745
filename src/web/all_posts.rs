//! All posts, a page at a time, newest first. A page is named by the post that
//! it comes after or before, so it stays what it is while others are published.

use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig};
use askama::Template;
use jiff::Timestamp;

use super::layout::filters;
use super::public::reading;
use super::{Answer, Fields, Layout, Shared, Visit};
use crate::domain::{FieldError, PostId};
use crate::refusal::{Refusal, unreadable};
use crate::store::posts::{self, Place, PublicPost, Stretch};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(reading("/posts").to(all_posts));
}

/// How many posts a page has: one more tells that there are more.
const PER_PAGE: usize = posts::IN_A_STRETCH - 1;

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
            let stretch = asked_for(&mut visit.query_fields()?)?;
            let mut found =
                posts::published(&mut *store.checkout()?, stretch).map_err(unreadable)?;
            let has_more = found.len() > PER_PAGE;
            let (has_newer, has_older) = match stretch {
                Stretch::Newest => (false, has_more),
                Stretch::OlderThan(_) => (true, has_more),
                Stretch::NewerThan(_) => (has_more, true),
            };
            // The one too many is the farthest from where the page begins.
            match stretch {
                Stretch::NewerThan(_) if has_more => drop(found.remove(0)),
                _ => found.truncate(PER_PAGE),
            }
            let page = AllPostsPage {
                layout: visit.layout("All posts", None),
                site: visit.site.clone(),
                newer: found.first().filter(|_| has_newer).map(cursor),
                older: found.last().filter(|_| has_older).map(cursor),
                is_first: matches!(stretch, Stretch::Newest),
                months: by_month(found),
            };
            Ok(Answer::ok(&page).revalidated())
        })
        .await
}

fn asked_for(query: &mut Fields) -> Result<Stretch, Refusal> {
    match (query.take("before")?, query.take("after")?) {
        (None, None) => Ok(Stretch::Newest),
        (Some(before), None) => Ok(Stretch::OlderThan(parse_cursor("before", &before)?)),
        (None, Some(after)) => Ok(Stretch::NewerThan(parse_cursor("after", &after)?)),
        (Some(_), Some(_)) => Err(no_page("after")),
    }
}

/// Returns the place of a post as it stands in addresses.
fn cursor(post: &PublicPost) -> String {
    format!("{}-{}", post.published_at.as_microsecond(), post.id)
}

fn parse_cursor(field: &'static str, text: &str) -> Result<Place, Refusal> {
    text.split_once('-')
        .and_then(|(at, id)| {
            let published_at = Timestamp::from_microsecond(number(at)?).ok()?;
            Some(Place { published_at, id: PostId(number(id)?) })
        })
        .ok_or_else(|| no_page(field))
}

/// Returns the number, if it is written as we write it: each page has one
/// address.
fn number(text: &str) -> Option<i64> {
    let number = i64::from_str(text).ok()?;
    (number.to_string() == text).then_some(number)
}

fn no_page(field: &'static str) -> Refusal {
    Refusal::from_field(FieldError::new(field, "Use the link of a page to go on."))
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
