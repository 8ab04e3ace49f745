//! The page in place of a form that is no longer possible, because the post has
//! left the state that its action needs. It tells who did what and when, and
//! what comes next.

use askama::Template;

use crate::domain::{Action, Person, Post, Reason, Status};
use crate::http::action_place::{ActionPlace, Back};
use crate::http::{Layout, Reply, Request};
use crate::permissions;
use crate::refusal::{Refusal, reasons_against};
use crate::render::filters;
use crate::store::Connection;
use crate::store::posts::{self, QueueLine};
use crate::workflow;

#[derive(Template)]
#[template(path = "action/done.html")]
struct DonePage {
    layout: Layout,
    person: Person,
    post: Post,
    place: &'static ActionPlace,
    /// The address that the form was opened from.
    back: String,
    /// Why the action had no effect, if it came too late.
    refused: Vec<Reason>,
    /// Why the action is not possible now, if the person asked.
    closed: Vec<Reason>,
    /// The note or reason that came with it.
    words: String,
    /// The next post in the reviewer's queue; other people have none.
    next: Option<QueueLine>,
}

impl DonePage {
    fn heading(&self) -> &'static str {
        match self.post.status {
            Status::Draft => "Still a draft",
            Status::InReview(_) => "In review",
            Status::Published(..) => "Published",
            Status::Archived(..) => "Archived",
        }
    }

    /// Returns where to go from here.
    fn onward(&self) -> [(String, &'static str); 2] {
        let further = match self.place.back {
            Back::Post(path, name) => (path.to_owned(), name),
            Back::Opener(_) => (self.back.clone(), "Back to the list"),
        };
        [(self.place.post(self.post.id), "Back to the post"), further]
    }

    fn reviews(&self) -> bool {
        permissions::may(&self.person, Action::RequestChanges)
    }
}

/// The edge that shows the page, and where its form was opened.
pub(super) struct OpenedFrom {
    pub(super) place: &'static ActionPlace,
    pub(super) back: String,
}

pub(super) struct TooLate<'a> {
    pub(super) refusal: &'a Refusal,
    /// The note or reason that came with it.
    pub(super) words: String,
}

/// Returns the page, with the reasons against the action that the person asked about, and
/// with the refusal if an action came too late.
pub(super) fn page(
    mut conn: Connection,
    request: &Request,
    from: OpenedFrom,
    person: Person,
    post: Post,
    asked_why: Option<Action>,
    too_late: Option<TooLate<'_>>,
) -> Result<Reply, Refusal> {
    let layout = (from.place.layout)(&mut conn, request, &person)?;
    let next = if permissions::may(&person, Action::RequestChanges) {
        posts::awaiting_review(&mut conn, person.id, 1)?.pop()
    } else {
        None
    };
    drop(conn);
    let closed = asked_why.map(|action| workflow::precheck(action, &person, &post));
    let refusal = too_late.as_ref().map(|too_late| too_late.refusal);
    let mut page = DonePage {
        layout,
        place: from.place,
        back: from.back,
        person,
        post,
        refused: refusal.map(Refusal::reasons).unwrap_or_default(),
        closed: closed.map(reasons_against).unwrap_or_default(),
        words: too_late.map(|too_late| too_late.words).unwrap_or_default(),
        next,
    };
    page.layout.title = format!("{}: {}", page.heading(), page.post.title());
    let reply = Reply::ok(&page);
    Ok(match refusal {
        Some(refusal) => reply.with_refusal(refusal),
        None => reply,
    })
}
