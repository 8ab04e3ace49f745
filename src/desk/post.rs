//! A post's page on the desk: its state, its history, what is new to the reader, and
//! the actions.

use askama::Template;
use jiff::Timestamp;

use crate::audit;
use crate::desk::offers::Offers;
use crate::desk::unread::{self, Unread};
use crate::domain::{Action, Person, Post, Reading, Role, State};
use crate::http::presence::{may_be_editing, may_be_reading};
use crate::http::{Layout, Reply, Request};
use crate::permissions;
use crate::refusal::Refusal;
use crate::render::diff::{LineKind, Run};
use crate::render::filters;
use crate::render::markdown::{Audience, Rendered, render};
use crate::render::timeline::{Event, EventKind, timeline};
use crate::store::Store;
use crate::store::posts::{self, PostHistory};
use crate::workflow::visible::find_history;

#[derive(Template)]
#[template(path = "desk/post.html")]
struct PostPage {
    layout: Layout,
    person: Person,
    post: Post,
    text: Rendered,
    offers: Offers,
    unread: Option<Unread>,
    history: PostHistory,
    events: Vec<Event>,
}

impl PostPage {
    /// Returns the address below which the pages of the actions are.
    fn place(&self) -> String {
        format!("/desk/posts/{}", self.post.id)
    }

    /// Returns the last reading of each reader, newest first.
    fn last_readings(&self) -> Vec<&Reading> {
        let mut last: Vec<&Reading> = Vec::new();
        for reading in self.history.readings.iter().rev() {
            if last.iter().all(|known| known.reader.id != reading.reader.id) {
                last.push(reading);
            }
        }
        last
    }

    fn reviews(&self) -> bool {
        permissions::may(&self.person, Action::RequestChanges)
    }

    fn current_revision(&self) -> String {
        format!("Revision {} (current)", self.post.current.number)
    }

    /// Returns the reading of another reviewer who may be reading the post now.
    fn other_reader(&self) -> Option<&Reading> {
        let others = self.history.readings.iter().filter(|read| read.reader.id != self.person.id);
        let is_in_review = self.post.is_in_review();
        others.filter(|_| is_in_review).rfind(|reading| may_be_reading(reading))
    }

    /// Returns whether the person has the pages of the admin.
    fn is_staff(&self) -> bool {
        self.layout.viewer.as_ref().is_some_and(|viewer| viewer.sees_admin)
    }

    /// Returns when the author last changed the text, if another person may be editing
    /// it now.
    fn edited_at(&self) -> Option<Timestamp> {
        let is_in_review = self.post.is_in_review();
        let is_by_another = self.post.author.id != self.person.id;
        let edited_at = self.history.unsaved_edit_at.filter(|at| may_be_editing(*at));
        edited_at.filter(|_| is_in_review && is_by_another)
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let mut conn = store.checkout()?;
    let person = request.load_viewer(&mut conn)?;
    let post = find_history(&mut conn, &person, request.segments.post_id()?)?;
    let history = posts::history(&mut conn, &post)?;
    let earlier = unread::earlier(&mut conn, &person, &post, &history)?;
    if request.is_shown {
        audit::record_reading(&mut conn, request.id, &person, &post);
    }
    drop(conn);
    let unread = earlier.map(|earlier| Unread::since(earlier, &post, &history));
    let page = PostPage {
        layout: Layout::new(request, post.title(), Some(&person)),
        text: render(post.current.content.body.as_str(), Audience::Author),
        offers: Offers::of(&person, &post),
        events: timeline(&history, &post.author),
        unread,
        history,
        person,
        post,
    };
    Ok(Reply::ok(&page))
}
