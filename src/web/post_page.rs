//! A post's page in the workspace: where it stands, what happened to it, and
//! what the reader of the page can do about it.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, ServiceConfig};
use askama::Template;

use super::diff::{self, Kind, Part};
use super::layout::filters;
use super::{Answer, Layout, Shared, Visit, markdown};
use crate::domain::{
    Action, FieldError, Person, Post, PostId, Reason, Review, RevisionNumber, Status, Transition,
};
use crate::refusal::{Refusal, unreadable};
use crate::store::posts;
use crate::store::visibility::Sight;
use crate::workflow::{self, Advice};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/desk/posts/{id}", web::get().to(show))
        .route("/desk/posts/{id}/changes", web::get().to(changes));
}

/// Returns the post that an address names.
pub(crate) fn post_id(text: &str) -> Result<PostId, Refusal> {
    text.parse().map(PostId).map_err(|_| Refusal::NotFound)
}

/// An action as a page offers it: live, or disabled with every reason.
struct Offer {
    action: Action,
    reasons: Vec<Reason>,
}

/// Returns what to offer: nothing that the person's account may never do.
fn offers(person: &Person, post: &Post) -> Vec<Offer> {
    Action::ALL
        .into_iter()
        .filter(|action| *action != Action::Create)
        .filter_map(|action| match workflow::advise(action, person, post) {
            Advice::NotYours(_) => None,
            Advice::NotNow(reasons) => Some(Offer { action, reasons }),
            Advice::Live => Some(Offer { action, reasons: Vec::new() }),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "desk/post.html")]
struct PostPage {
    layout: Layout,
    post: Post,
    body: String,
    offers: Vec<Offer>,
    transitions: Vec<Transition>,
    reviews: Vec<Review>,
}

impl PostPage {
    fn public_address(&self) -> Option<String> {
        match &self.post.status {
            Status::Published(_, publication) => Some(format!("/posts/{}", publication.slug)),
            Status::Draft | Status::InReview(_) | Status::Archived(..) => None,
        }
    }

    fn archive_reason(&self) -> Option<&str> {
        match &self.post.status {
            Status::Archived(_, _, archival) => Some(&archival.reason),
            Status::Draft | Status::InReview(_) | Status::Published(..) => None,
        }
    }
}

async fn show(visit: Visit, id: Path<String>, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, move |store, visit| {
            let conn = &mut *store.checkout()?;
            let person = visit.viewer(conn)?;
            let post = find_making(conn, &person, post_id(&id)?)?;
            let (transitions, reviews) = posts::history(conn, &post).map_err(unreadable)?;
            let page = PostPage {
                layout: visit.layout(post.title(), Some(&person)),
                body: markdown::render(post.current.content.body.as_str()),
                offers: offers(&person, &post),
                transitions,
                reviews,
                post,
            };
            Ok(Answer::ok(&page))
        })
        .await
}

/// Returns a post for a page that shows how it came to be.
fn find_making(
    conn: &mut diesel::pg::PgConnection,
    person: &Person,
    id: PostId,
) -> Result<Post, Refusal> {
    let post = find(conn, person, id)?;
    if Sight::of(person).sees_the_making_of(&post) { Ok(post) } else { Err(Refusal::NotFound) }
}

pub(super) fn find(
    conn: &mut diesel::pg::PgConnection,
    person: &Person,
    id: PostId,
) -> Result<Post, Refusal> {
    posts::find(conn, id, Sight::of(person)).map_err(unreadable)?.ok_or(Refusal::NotFound)
}

#[derive(Template)]
#[template(path = "desk/changes.html")]
struct ChangesPage {
    layout: Layout,
    post: Post,
    from: RevisionNumber,
    to: RevisionNumber,
    differences: Vec<Part>,
}

impl ChangesPage {
    fn only_in(&self, revision: &RevisionNumber) -> String {
        format!("Only in revision {revision}")
    }
}

/// Shows how two revisions differ; without a second one, what has changed
/// since the first.
async fn changes(visit: Visit, id: Path<String>, shared: Data<Shared>) -> HttpResponse {
    shared
        .answer(visit, None, move |store, visit| {
            let mut query = visit.query_fields()?;
            let from = revision_number("from", &query.require("from")?)?;
            let to = query.take("to")?.map(|to| revision_number("to", &to)).transpose()?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let person = visit.viewer(conn)?;
            let post = find_making(conn, &person, post_id(&id)?)?;
            let to = to.unwrap_or(post.current.number);
            let mut content = |number| match number {
                number if number == post.current.number => Ok(post.current.content.clone()),
                number => posts::revision(conn, &post, number)
                    .map_err(unreadable)?
                    .map(|revision| revision.content)
                    .ok_or(Refusal::NotFound),
            };
            let differences = diff::compare(&content(from)?, &content(to)?);
            let layout = visit.layout(&format!("Changes: {}", post.title()), Some(&person));
            Ok(Answer::ok(&ChangesPage { layout, from, to, differences, post }))
        })
        .await
}

fn revision_number(field: &'static str, text: &str) -> Result<RevisionNumber, FieldError> {
    text.parse()
        .map(RevisionNumber)
        .map_err(|_| FieldError::new(field, "Name a revision of this post, from 1 on."))
}
