//! The revisions of a post: the list, one of them, and the difference of any two.

use askama::Template;
use jiff::Timestamp;

use crate::domain::{Action, FieldError, Post, Revision, RevisionNumber, State, decimal};
use crate::http::pager::Pager;
use crate::http::{Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::diff::{self, DiffPart, LineKind, Run};
use crate::render::filters;
use crate::render::markdown::{Audience, Rendered, render};
use crate::store::Store;
use crate::store::posts::{self, PostHistory};
use crate::workflow;
use crate::workflow::visible::{find_history, revision};

#[derive(Template)]
#[template(path = "desk/revisions.html")]
struct RevisionsPage {
    layout: Layout,
    post: Post,
    history: PostHistory,
    /// The newest revision that is listed.
    newest: i32,
}

/// The most revisions that one page lists.
const PER_PAGE: i32 = 200;

impl RevisionsPage {
    /// Returns the revisions to list, the newest first.
    fn listed(&self) -> Vec<&(RevisionNumber, Timestamp)> {
        let range = self.newest.saturating_sub(PER_PAGE - 1)..=self.newest;
        let revisions = self.history.revisions.iter().rev();
        revisions.filter(|(number, _)| range.contains(&number.0)).collect()
    }

    /// Returns the link to the revisions that are too old for this page.
    fn pager(&self) -> Pager {
        let older = Some(self.newest.saturating_sub(PER_PAGE)).filter(|number| *number >= 1);
        let page = PageAddress::of(format!("/desk/posts/{}/revisions", self.post.id));
        Pager {
            previous: None,
            next: older.map(|newest| page.with("newest", newest).to_string()),
            is_first: self.newest >= self.post.current.number.0,
        }
    }

    /// Returns what happened to a revision, in a few words.
    fn fate(&self, number: &RevisionNumber) -> String {
        let entered = self.history.transitions.iter().filter(|entered| entered.revision == *number);
        let entered = entered.filter_map(|entered| match entered.to {
            State::Draft => None,
            State::InReview => Some(format!("submitted by {}", entered.by)),
            State::Published => Some(format!("published by {}", entered.by)),
            State::Archived => Some(format!("archived by {}", entered.by)),
        });
        let asked = self.history.reviews.iter().filter(|review| review.revision == *number);
        let asked = asked.map(|review| match review.withdrawn_at {
            None => format!("{} requested changes", review.reviewer),
            Some(_) => format!("{} requested changes, then withdrew the request", review.reviewer),
        });
        entered.chain(asked).collect::<Vec<_>>().join(", ")
    }

    /// Returns the revision before the newest, which the form preselects.
    fn last_but_one(&self) -> i32 {
        (self.post.current.number.0 - 1).max(1)
    }
}

pub(super) fn list(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let newest = request.query_fields()?.read(|query| {
        let newest = query.take("newest")?;
        Ok(newest.map(|number| revision_number("newest", &number)).transpose()?)
    })?;
    let conn = &mut *store.checkout()?;
    let person = request.load_viewer(conn)?;
    let post = find_history(conn, &person, request.segments.post_id()?)?;
    let newest = newest.unwrap_or(post.current.number).0;
    let history = posts::history(conn, &post)?;
    let layout = Layout::new(request, &format!("Revisions: {}", post.title()), Some(&person));
    Ok(Reply::ok(&RevisionsPage { layout, post, history, newest }))
}

#[derive(Template)]
#[template(path = "desk/revision.html")]
struct RevisionPage {
    layout: Layout,
    post: Post,
    revision: Revision,
    text: Rendered,
    /// Whether the person may continue with this text in place of the current one.
    may_edit_from: bool,
}

impl RevisionPage {
    fn previous(&self) -> Option<i32> {
        Some(self.revision.number.0 - 1).filter(|number| *number >= 1)
    }

    fn next(&self) -> Option<i32> {
        Some(self.revision.number.0 + 1).filter(|number| *number <= self.post.current.number.0)
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let number = RevisionNumber(request.segments.number("number")?);
    let mut conn = store.checkout()?;
    let person = request.load_viewer(&mut conn)?;
    let post = find_history(&mut conn, &person, request.segments.post_id()?)?;
    let revision = revision(&mut conn, &post, number)?;
    drop(conn);
    let title = format!("Revision {number}: {}", revision.content.title.or_untitled());
    let page = RevisionPage {
        layout: Layout::new(request, &title, Some(&person)),
        text: render(revision.content.body.as_str(), Audience::Author),
        may_edit_from: number != post.current.number
            && workflow::precheck(Action::Revise, &person, &post).is_ok(),
        revision,
        post,
    };
    Ok(Reply::ok(&page))
}

#[derive(Template)]
#[template(path = "desk/changes.html")]
struct ChangesPage {
    layout: Layout,
    post: Post,
    from: RevisionNumber,
    to: RevisionNumber,
    differences: Vec<DiffPart>,
}

impl ChangesPage {
    fn only_in(&self, revision: &RevisionNumber) -> String {
        format!("Only in revision {revision}")
    }
}

/// Shows the difference of two revisions. The second is the current one by default.
pub(super) fn changes(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let (from, to) = request.query_fields()?.read(|query| {
        let from = revision_number("from", &query.require("from")?)?;
        let to = query.take("to")?.map(|to| revision_number("to", &to)).transpose()?;
        Ok((from, to))
    })?;
    let mut conn = store.checkout()?;
    let person = request.load_viewer(&mut conn)?;
    let post = find_history(&mut conn, &person, request.segments.post_id()?)?;
    let to = to.unwrap_or(post.current.number);
    let older = revision(&mut conn, &post, from)?;
    let newer = revision(&mut conn, &post, to)?;
    drop(conn);
    let differences = diff::compare(&older.content, &newer.content);
    let layout = Layout::new(request, &format!("Changes: {}", post.title()), Some(&person));
    Ok(Reply::ok(&ChangesPage { layout, from, to, differences, post }))
}

fn revision_number(field: &'static str, text: &str) -> Result<RevisionNumber, FieldError> {
    decimal(text)
        .map(RevisionNumber)
        .ok_or_else(|| FieldError::new(field, "Enter the number of a revision of this post."))
}
