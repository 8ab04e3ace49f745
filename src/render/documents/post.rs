//! Shows programs lists of posts, and single posts with their text.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Post, Revision, State};
use crate::render::documents::history::ChangeRequestBody;
use crate::render::documents::person::PersonBody;
use crate::store::posts::ChangeLine;

/// A page of posts.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostsBody {
    /// Newest first.
    pub(crate) posts: Vec<PostLineBody>,
}

/// One line of the list of posts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostLineBody {
    /// The post's number.
    id: i64,
    /// Its state.
    state: State,
    /// When it entered this state.
    since: Timestamp,
    /// Its current title. May be blank in a draft.
    title: String,
    /// Its author.
    author: PersonBody,
    /// The number of its current revision.
    revision: i32,
}

impl From<&ChangeLine> for PostLineBody {
    fn from(line: &ChangeLine) -> Self {
        Self {
            id: line.id.0,
            state: line.state,
            since: line.since,
            title: line.title.as_str().to_owned(),
            author: PersonBody::from(&line.author),
            revision: line.revision.0,
        }
    }
}

/// A post as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostBody {
    /// Its number.
    id: i64,
    /// Its state.
    state: State,
    /// When it entered this state.
    since: Timestamp,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its text in Markdown.
    body: String,
    /// Its author.
    author: PersonBody,
    /// The number of its current revision: the entity tag, without quotation marks.
    revision: i32,
    /// When the current revision was saved, for the author, reviewers and staff.
    revised_at: Option<Timestamp>,
    /// When it was published, or null.
    published_at: Option<Timestamp>,
    /// The web address that the author chose, or null. Only for the author, reviewers
    /// and staff.
    slug: Option<String>,
    /// Public URL path, while published.
    #[schema(example = "/posts/let-it-be-printed")]
    public_path: Option<String>,
    /// Open change requests. Only for the author, reviewers and staff.
    standing_requests: Vec<ChangeRequestBody>,
    /// The reason for archiving, or null.
    archive_reason: Option<String>,
}

impl PostBody {
    /// Returns the post for a reader who sees its history.
    pub(crate) fn with_history(post: &Post) -> Self {
        Self {
            revised_at: Some(post.current.at),
            slug: post.current.content.chosen_slug().map(str::to_owned),
            standing_requests: post.standing_requests.iter().map(Into::into).collect(),
            ..Self::without_history(post)
        }
    }

    /// Returns the post for a reader who does not see its history.
    pub(crate) fn without_history(post: &Post) -> Self {
        let publication = post.status.publication();
        let [title, summary, body] = post.current.content.parts().map(str::to_owned);
        Self {
            id: post.id.0,
            state: post.state(),
            since: post.since(),
            title,
            summary,
            body,
            author: PersonBody::from(&post.author),
            revision: post.current.number.0,
            revised_at: None,
            slug: None,
            published_at: publication.map(|publication| publication.at),
            public_path: post.public_path(),
            standing_requests: Vec::new(),
            archive_reason: post.archive_reason().map(str::to_owned),
        }
    }
}

/// A revision of a post.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionBody {
    /// Its number.
    revision: i32,
    /// When it was saved.
    at: Timestamp,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its text in Markdown.
    body: String,
    /// The web address that the author chose, or null.
    slug: Option<String>,
}

impl From<&Revision> for RevisionBody {
    fn from(revision: &Revision) -> Self {
        let [title, summary, body] = revision.content.parts().map(str::to_owned);
        let slug = revision.content.chosen_slug().map(str::to_owned);
        Self { revision: revision.number.0, at: revision.at, title, summary, body, slug }
    }
}
