//! The page of an action whose time is over: it has been done, by the reader
//! of the page or by somebody else. It says who did it and when, where the post
//! is now, and what to do next.

use actix_web::http::StatusCode;
use askama::Template;
use diesel::pg::PgConnection;

use crate::domain::{Action, Byline, Person, Post, Reason, Role, State, Status};
use crate::http::{Layout, Reply, Request, status};
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::posts::{self, QueueLine};

/// Returns whether the post has moved on, past where the action made sense.
pub(crate) fn is_over(action: Action, post: &Post) -> bool {
    match action {
        Action::Create => false,
        Action::Submit => post.state() > State::Draft,
        Action::Revise | Action::RequestChanges | Action::WithdrawRequest | Action::Publish => {
            post.state() > State::InReview
        }
        Action::Archive => post.state() > State::Published,
    }
}

#[derive(Template)]
#[template(path = "desk/done.html")]
struct DonePage {
    layout: Layout,
    person: Person,
    post: Post,
    site: String,
    /// Why the action had no effect, where it came too late.
    refused: Vec<Reason>,
    /// What was typed for it.
    words: String,
    /// What waits next for a reviewer; nothing for anybody else.
    next: Option<QueueLine>,
}

impl DonePage {
    fn heading(&self) -> &'static str {
        match self.post.status {
            Status::Draft => "It is a draft",
            Status::InReview(_) => "It is in review",
            Status::Published(..) => "It is published",
            Status::Archived(..) => "It is archived",
        }
    }

    fn reviews(&self) -> bool {
        self.person.roles.contains(Role::Reviewer)
    }

    /// Returns the name of a person as the reader of the page would say it.
    fn name<'a>(&self, byline: &'a Byline) -> &'a str {
        if byline.id == self.person.id { "You" } else { &byline.name }
    }
}

/// An action that came too late.
pub(crate) struct TooLate<'a> {
    pub(crate) refusal: &'a Refusal,
    /// What was typed for it.
    pub(crate) words: String,
}

/// Returns the page: for whoever asks how the post stands, or for whoever came
/// too late.
pub(crate) fn page(
    conn: &mut PgConnection,
    request: &Request,
    person: Person,
    post: Post,
    too_late: Option<TooLate<'_>>,
) -> Result<Reply, Refusal> {
    let next = if person.roles.contains(Role::Reviewer) {
        posts::awaiting_review(conn, person.id, 1).map_err(read_error)?.pop()
    } else {
        None
    };
    let (status, refused, words) = match too_late {
        None => (StatusCode::OK, Vec::new(), String::new()),
        Some(TooLate { refusal, words }) => (status(refusal), refusal.reasons(), words),
    };
    let mut page = DonePage {
        layout: Layout::new(request, "", Some(&person)),
        site: request.site.clone(),
        person,
        post,
        refused,
        words,
        next,
    };
    page.layout.title = format!("{}: {}", page.heading(), page.post.title());
    Ok(Reply::page(status, &page))
}
