//! Archiving many posts on one decision.
//!
//! The admin has no power of its own: each post goes through the door by
//! itself, as if its own page had been sent, in a transaction of its own. What
//! the door refuses is an outcome like any other, and keeps nobody else's post
//! from being archived.
//!
//! Three steps, each with an address. The list is asked for with the posts in
//! its address, and changes nothing. The decision is kept in the database, with
//! the posts and the revisions that were seen, under the key of its form: a
//! form that is sent twice finds the decision that is there. Then it is worked
//! off, some posts with each request, and each post under a key that is made
//! of the decision's key and its number: whoever repeats a request, in another
//! tab, after a crash, at the same instant, gets the outcome that there was. So
//! nothing is done twice, and nothing has to be remembered but the outcomes,
//! which can be asked for again. A closed tab is found again from the list.
//!
//! Whoever loses the right to archive half-way is refused by the door with the
//! next post; the rest stays to be done, and nobody else does it for them.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::bulk_work::{TITLE, key_of, may_archive, reason, reasons, work};
use crate::admin::frame::enter;
use crate::admin::post_filters::PostFilters;
use crate::admin::posts::LIST;
use crate::domain::{
    Action, FieldError, Fingerprint, OperationKey, Permission, Person, Post, PostId, Reason,
    RevisionNumber, State,
};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::bulk;
use crate::store::paging::{Direction, PageRequest};
use crate::store::posts::{self, COUNTED};
use crate::store::visibility::Visibility;
use crate::workflow;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/admin/posts/bulk-archive")
            .route(web::get().to(confirm))
            .route(web::post().to(begin)),
    );
}

/// The most posts that one decision means: as many as a list can show whole.
const MOST_POSTS: usize = COUNTED;

/// Returns a post and the revision of it that was seen, as forms carry them.
pub(super) fn choice(post: &PostId, seen: &RevisionNumber) -> String {
    format!("{post}-{seen}")
}

/// The posts that were chosen, each with the revision that was seen.
type Choice = BTreeMap<PostId, RevisionNumber>;

#[derive(Template)]
#[template(path = "admin/bulk_confirm.html")]
struct ConfirmPage {
    layout: Layout,
    /// What will be archived.
    ready: Vec<Post>,
    /// What would be refused as things stand, and why.
    closed: Vec<(PostId, String, Vec<Reason>)>,
    /// Whether the filter matches more than one decision may mean.
    has_more: bool,
    back: String,
    key: String,
    /// What the form carries.
    posts: String,
    reason: String,
    problem: Option<String>,
}

/// Shows what a bulk archive would do, and asks for a reason.
async fn confirm(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .page(request, |store, request| {
            let mut query = request.query_fields()?;
            let chosen = query.take_all("post");
            let means_everything = match query.take("everything")?.as_deref() {
                None => false,
                Some("yes") => true,
                Some(_) => return Err(FieldError::new("everything", "Say yes, or nothing.").into()),
            };
            let question = PostFilters::parse(&mut query)?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let (person, layout) = enter(conn, request, TITLE, Permission::ArchivePost)?;
            let (choice, has_more) = if means_everything {
                matching(conn, &person, &question)?
            } else {
                (parse(chosen.iter().map(String::as_str))?, false)
            };
            let mut page = confirm_page(conn, layout, &person, &choice)?;
            page.back = question.address(LIST, &[]);
            page.has_more = has_more;
            Ok(Reply::ok(&page))
        })
        .await
}

/// Returns the published posts that a filter matches, as many as one decision
/// may mean, and whether there are more.
fn matching(
    conn: &mut PgConnection,
    person: &Person,
    question: &PostFilters,
) -> Result<(Choice, bool), Refusal> {
    let published = question.with(|question| question.state = Some(State::Published));
    let named = (published.author.as_ref(), published.reviewer.as_ref());
    let names = posts::names(conn, named.0, named.1, person.id).map_err(read_error)?;
    let filter = published.filter(Timestamp::now(), &names);
    let slice = PageRequest { order: question.order, stretch: Direction::First, size: MOST_POSTS };
    let found = posts::change_list(conn, Visibility::of(person), &filter, question.sort, &slice)
        .map_err(read_error)?;
    let choice = found.page.lines.iter().map(|line| (line.id, line.revision)).collect();
    Ok((choice, found.page.next.is_some()))
}

/// Returns what was chosen.
fn parse<'a>(chosen: impl Iterator<Item = &'a str>) -> Result<Choice, FieldError> {
    let mut choice = Choice::new();
    for text in chosen {
        let parts = text.split_once('-');
        let post = parts.and_then(|(post, _)| post.parse().ok()).filter(|id: &i64| *id > 0);
        let seen = parts.and_then(|(_, seen)| seen.parse().ok()).filter(|seen: &i32| *seen > 0);
        let (Some(post), Some(seen)) = (post, seen) else {
            return Err(FieldError::new("post", "Select posts in the list."));
        };
        choice.insert(PostId(post), RevisionNumber(seen));
    }
    match choice.len() {
        0 => Err(FieldError::new("post", "Go back and select at least one post.")),
        1..=MOST_POSTS => Ok(choice),
        _ => Err(FieldError::new("post", "Select at most 1,000 posts at a time.")),
    }
}

/// Returns the page that says what would become of each post. The door decides.
fn confirm_page(
    conn: &mut PgConnection,
    layout: Layout,
    person: &Person,
    choice: &Choice,
) -> Result<ConfirmPage, Refusal> {
    let ids: Vec<PostId> = choice.keys().copied().collect();
    let found = posts::outlines(conn, &ids, Visibility::of(person)).map_err(read_error)?;
    let there: BTreeSet<PostId> = found.iter().map(|post| post.id).collect();
    let missing = ids.iter().filter(|id| !there.contains(id));
    let mut closed: Vec<(PostId, String, Vec<Reason>)> =
        missing.map(|id| (*id, String::new(), reasons(&Refusal::NotFound))).collect();
    let mut ready = Vec::new();
    for post in found {
        let seen = choice.get(&post.id).copied().unwrap_or(post.current.number);
        match workflow::precheck_seen(Action::Archive, person, &post, seen) {
            Ok(()) => ready.push(post),
            Err(refusal) => {
                closed.push((post.id, post.title().to_owned(), reasons(&refusal)));
            }
        }
    }
    let posts: Vec<String> = choice.iter().map(|(post, seen)| self::choice(post, seen)).collect();
    Ok(ConfirmPage {
        layout,
        ready,
        closed,
        has_more: false,
        back: LIST.to_owned(),
        key: OperationKey::random().as_str().to_owned(),
        posts: posts.join(" "),
        reason: String::new(),
        problem: None,
    })
}

/// Keeps the decision, and does the first part of it.
async fn begin(request: Request, body: Bytes, context: Data<Context>) -> HttpResponse {
    context
        .form(request, body, |store, request, mut form| {
            let typed = form.clone();
            let _ = form.take("token")?;
            let key = form.key()?;
            // The longest key that is made of it has to be one as well.
            let _ = OperationKey::parse(&key_of(key.as_str(), PostId(i64::MAX)))?;
            let choice = parse(form.require("posts")?.split(' '))?;
            let written = form.require("reason")?;
            form.finish()?;
            let begun = {
                let conn = &mut *store.checkout()?;
                let person = may_archive(conn, request)?;
                let reason = match reason(&written) {
                    Ok(reason) => reason,
                    Err(problem) => {
                        let layout = Layout::new(request, TITLE, Some(&person));
                        let mut page = confirm_page(conn, layout, &person, &choice)?;
                        page.key = key.as_str().to_owned();
                        page.reason = typed.peek("reason").unwrap_or_default().to_owned();
                        page.problem = Some(problem.message.clone());
                        page.layout.has_errors = true;
                        return Ok(Reply::ok(&page).with_refusal(&problem.into()));
                    }
                };
                let posts: Vec<(PostId, RevisionNumber)> = choice.into_iter().collect();
                let means: Vec<String> =
                    posts.iter().map(|(post, seen)| self::choice(post, seen)).collect();
                let fingerprint =
                    Fingerprint::of(Action::Archive, &[reason.as_str(), &means.join(" ")]);
                bulk::begin(conn, person.id, &key, &fingerprint, reason.as_str(), &posts)
                    .map_err(read_error)?
            };
            let id = begun.ok_or_else(|| {
            FieldError::new(
                "key",
                "This form was already used for something else. Open it anew and send it again.",
            )
        })?;
            work(store, request, id)
        })
        .await
}
