//! The page of an action whose time is over: it has been done, by the reader
//! of the page or by somebody else. It says who did it and when, where the post
//! is now, and what to do next.

use actix_web::http::StatusCode;
use askama::Template;
use diesel::pg::PgConnection;

use super::layout::{filters, has_role};
use super::{Answer, Layout, Visit};
use crate::domain::{Action, Byline, Person, Post, Reason, Role, State, Status};
use crate::refusal::{Refusal, unreadable};
use crate::responses;
use crate::store::posts::{self, QueueLine};

/// Returns whether the post has moved on, past where the action made sense.
pub(super) fn is_over(action: Action, post: &Post) -> bool {
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
        has_role(&self.person, Role::Reviewer)
    }

    /// Returns the name of a person as the reader of the page would say it.
    fn name<'a>(&self, byline: &'a Byline) -> &'a str {
        if byline.id == self.person.id { "You" } else { &byline.name }
    }
}

/// An action that came too late.
pub(super) struct TooLate<'a> {
    pub(super) refusal: &'a Refusal,
    /// What was typed for it.
    pub(super) words: String,
}

/// Returns the page: for whoever asks how the post stands, or for whoever came
/// too late.
pub(super) fn page(
    conn: &mut PgConnection,
    visit: &Visit,
    person: Person,
    post: Post,
    too_late: Option<TooLate<'_>>,
) -> Result<Answer, Refusal> {
    let next = if has_role(&person, Role::Reviewer) {
        posts::awaiting_review(conn, person.id, 1).map_err(unreadable)?.pop()
    } else {
        None
    };
    let (status, refused, words) = match too_late {
        None => (StatusCode::OK, Vec::new(), String::new()),
        Some(TooLate { refusal, words }) => (responses::status(refusal), refusal.reasons(), words),
    };
    let mut page = DonePage {
        layout: visit.layout("", Some(&person)),
        site: visit.site.clone(),
        person,
        post,
        refused,
        words,
        next,
    };
    page.layout.title = format!("{}: {}", page.heading(), page.post.title());
    Ok(Answer::page(status, &page))
}
