//! Posts in words and in JSON. The names of the fields are stable, and those of
//! the API; times are RFC 3339.

mod advice;
mod history;

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::domain::{
    Action, Byline, OperationKey, Outcome, Post, PostId, Review, RevisionNumber, Slug, State,
    Status, Title,
};
use crate::store::posts::PostLine;
use crate::store::visibility::Visibility;

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
    since: Timestamp,
    title: String,
    summary: String,
    author: Byline,
    revision: RevisionNumber,
    public_path: Option<String>,
    standing_request_count: i64,
}

impl From<PostLine> for Line {
    fn from(line: PostLine) -> Self {
        let slug = line.slug.filter(|_| line.state == State::Published);
        Self {
            id: line.id,
            state: line.state,
            since: line.since,
            title: line.title,
            summary: line.summary,
            author: line.author,
            revision: line.revision,
            public_path: slug.map(|slug| format!("/posts/{slug}")),
            standing_request_count: line.standing_requests,
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

/// A post with its text, and as much of how it was made as its reader may see:
/// what the API answers, field by field.
#[derive(Serialize)]
pub(super) struct PostDocument<'a> {
    id: PostId,
    state: State,
    since: Timestamp,
    title: &'a str,
    summary: &'a str,
    body: &'a str,
    author: &'a Byline,
    revision: RevisionNumber,
    revised_at: Option<Timestamp>,
    published_at: Option<Timestamp>,
    public_path: Option<String>,
    standing_requests: Vec<Request<'a>>,
    archive_reason: Option<&'a str>,
    /// Who brought it where, which the words say and `history` in JSON.
    #[serde(skip)]
    steps: Vec<(&'static str, Timestamp, &'a Byline)>,
    #[serde(skip)]
    slug: Option<&'a Slug>,
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
    pub(super) fn of(post: &'a Post, visibility: Visibility) -> Self {
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
        let sees_history = visibility.sees_history_of(post);
        let submission = submission.filter(|_| sees_history);
        let steps = [
            submission.map(|it| ("submitted", it.at, &it.by)),
            publication.map(|it| ("published", it.at, &it.by)),
            archival.map(|it| ("archived", it.at, &it.by)),
        ];
        let requests = if sees_history { post.standing_requests.as_slice() } else { &[] };
        let slug = publication.map(|it| &it.slug);
        let [title, summary, body] = post.current.content.parts();
        Self {
            id: post.id,
            state: post.state(),
            since: post.since(),
            title,
            summary,
            body,
            author: &post.author,
            revision: post.current.number,
            revised_at: sees_history.then_some(post.current.at),
            published_at: publication.map(|it| it.at),
            public_path: slug
                .filter(|_| post.state() == State::Published)
                .map(|slug| format!("/posts/{slug}")),
            standing_requests: requests.iter().map(Request::of).collect(),
            archive_reason: archival.map(|it| it.reason.as_str()),
            steps: steps.into_iter().flatten().collect(),
            slug,
        }
    }
}

impl fmt::Display for PostDocument<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "post {} revision {} {}", self.id, self.revision, self.state.as_str())?;
        writeln!(out, "author\t{}", self.author.name)?;
        for (name, at, by) in &self.steps {
            writeln!(out, "{name}\t{at}\t{}", by.name)?;
        }
        if let Some(slug) = self.slug {
            writeln!(out, "slug\t{slug}")?;
        }
        for request in &self.standing_requests {
            writeln!(out, "changes requested\t{}\t{}", request.at, request.reviewer.name)?;
            request.note.lines().try_for_each(|line| writeln!(out, "\t{line}"))?;
        }
        writeln!(out, "title\t{}\nsummary\t{}\n", self.title, self.summary)?;
        out.write_str(self.body)
    }
}
