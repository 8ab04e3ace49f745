//! Posts in words and in JSON. The names of the fields are stable; times are
//! RFC 3339.

mod advice;
mod history;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{
    Action, Byline, OperationKey, Outcome, Post, PostId, Review, RevisionNumber, State, Status,
    Title,
};
use crate::store::posts::PostLine;
use crate::store::visibility::Sight;

pub(super) use advice::AdviceDocument;
pub(super) use history::HistoryDocument;

/// What an action did.
#[derive(Serialize)]
pub(super) struct Done<'a> {
    action: Action,
    post: PostId,
    revision: RevisionNumber,
    state: State,
    at: Timestamp,
    key: &'a str,
}

impl<'a> Done<'a> {
    pub(super) fn of(outcome: &Outcome, key: &'a OperationKey) -> Self {
        let Outcome { action, post, revision, state, at } = *outcome;
        Self { action, post, revision, state, at, key: key.as_str() }
    }
}

impl fmt::Display for Done<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "post {} revision {} {}", self.post, self.revision, self.state.as_str())
    }
}

/// One line of a list of posts.
#[derive(Serialize)]
pub(super) struct Line {
    id: PostId,
    state: State,
    revision: RevisionNumber,
    title: String,
    summary: String,
    author: Byline,
    since: Timestamp,
    slug: Option<String>,
    standing_requests: i64,
}

impl From<PostLine> for Line {
    fn from(line: PostLine) -> Self {
        Self {
            id: line.id,
            state: line.state,
            revision: line.revision,
            title: line.title,
            summary: line.summary,
            author: line.author,
            since: line.since,
            slug: line.slug,
            standing_requests: line.standing_requests,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nameless = Title::default();
        let title = match self.title.trim() {
            "" => nameless.or_untitled(),
            _ => self.title.as_str(),
        };
        let (id, state, author) = (self.id, self.state.as_str(), &self.author.name);
        write!(out, "{id}\t{state}\trevision {}\t{author}\t{title}", self.revision)
    }
}

/// A post with its text, and as much of how it was made as its reader may see.
#[derive(Serialize)]
pub(super) struct PostDocument<'a> {
    id: PostId,
    state: State,
    revision: RevisionNumber,
    title: &'a str,
    summary: &'a str,
    body: &'a str,
    author: &'a Byline,
    since: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    revised_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    submitted: Option<Step<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Step<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<Step<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    slug: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing_requests: Option<Vec<Request<'a>>>,
}

/// Who brought a post into a state, when, and what goes with it.
#[derive(Serialize)]
struct Step<'a> {
    at: Timestamp,
    by: &'a Byline,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<RevisionNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// A change request.
#[derive(Serialize)]
struct Request<'a> {
    revision: RevisionNumber,
    reviewer: &'a Byline,
    at: Timestamp,
    note: &'a str,
    withdrawn_at: Option<Timestamp>,
}

impl<'a> Request<'a> {
    fn of(review: &'a Review) -> Self {
        Self {
            revision: review.revision,
            reviewer: &review.reviewer,
            at: review.at,
            note: &review.note,
            withdrawn_at: review.withdrawn_at,
        }
    }
}

impl<'a> PostDocument<'a> {
    pub(super) fn of(post: &'a Post, sight: Sight) -> Self {
        let (submission, publication, archival) = match &post.status {
            Status::Draft => (None, None, None),
            Status::InReview(submission) => (Some(submission), None, None),
            Status::Published(submission, publication) => {
                (Some(submission), Some(publication), None)
            }
            Status::Archived(submission, publication, archival) => {
                (Some(submission), Some(publication), Some(archival))
            }
        };
        let sees_the_making = sight.sees_the_making_of(post);
        let [title, summary, body] = post.current.content.parts();
        Self {
            id: post.id,
            state: post.state(),
            revision: post.current.number,
            title,
            summary,
            body,
            author: &post.author,
            since: post.since(),
            revised_at: sees_the_making.then_some(post.current.at),
            created_at: sees_the_making.then_some(post.created_at),
            submitted: submission.filter(|_| sees_the_making).map(|it| Step {
                at: it.at,
                by: &it.by,
                revision: Some(it.revision),
                reason: None,
            }),
            published: publication.map(|it| Step {
                at: it.at,
                by: &it.by,
                revision: Some(it.revision),
                reason: None,
            }),
            archived: archival.map(|it| Step {
                at: it.at,
                by: &it.by,
                revision: None,
                reason: Some(&it.reason),
            }),
            slug: publication.map(|it| it.slug.as_str()),
            standing_requests: sees_the_making
                .then(|| post.standing_requests.iter().map(Request::of).collect()),
        }
    }
}

impl fmt::Display for PostDocument<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "post {} revision {} {}", self.id, self.revision, self.state.as_str())?;
        writeln!(out, "author\t{}", self.author.name)?;
        let steps = [
            ("submitted", &self.submitted),
            ("published", &self.published),
            ("archived", &self.archived),
        ];
        for (name, step) in steps {
            if let Some(step) = step {
                writeln!(out, "{name}\t{}\t{}", step.at, step.by.name)?;
            }
        }
        if let Some(slug) = self.slug {
            writeln!(out, "slug\t{slug}")?;
        }
        for request in self.standing_requests.iter().flatten() {
            writeln!(out, "changes requested\t{}\t{}", request.at, request.reviewer.name)?;
            request.note.lines().try_for_each(|line| writeln!(out, "\t{line}"))?;
        }
        writeln!(out, "title\t{}\nsummary\t{}\n", self.title, self.summary)?;
        out.write_str(self.body)
    }
}
