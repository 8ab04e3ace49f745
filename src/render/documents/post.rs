use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Post, Revision, State, Status};
use crate::render::documents::history::ChangeRequestBody;
use crate::render::documents::person::PersonBody;
use crate::store::posts::ChangeLine;

/// A page of posts.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostsBody {
    /// Those with the highest numbers first.
    pub(crate) posts: Vec<PostLineBody>,
}

/// One line of the list of posts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PostLineBody {
    /// The post's number.
    id: i64,
    /// Where it stands.
    state: State,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Its current title, which a draft may lack.
    title: String,
    /// Who writes it.
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
            title: line.title.clone(),
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
    /// Where it stands.
    state: State,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its text in Markdown.
    body: String,
    /// Who writes it.
    author: PersonBody,
    /// The number of its current revision: the entity tag, without quotation marks.
    revision: i32,
    /// When that was written, for those who had a part in making the post.
    #[schema(value_type = Option<String>, format = DateTime)]
    revised_at: Option<Timestamp>,
    /// When it was published, from publication on.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// Where the public finds it, while it is published.
    #[schema(example = "/posts/let-it-be-printed")]
    public_path: Option<String>,
    /// What stands against publication; nothing for those who only read what is
    /// published.
    standing_requests: Vec<ChangeRequestBody>,
    /// Why it was archived, if it was.
    archive_reason: Option<String>,
}

impl PostBody {
    /// Returns the post for a reader who sees its history.
    pub(crate) fn with_history(post: &Post) -> Self {
        Self {
            revised_at: Some(post.current.at),
            standing_requests: post.standing_requests.iter().map(Into::into).collect(),
            ..Self::without_history(post)
        }
    }

    /// Returns the post for a reader who does not see its history.
    pub(crate) fn without_history(post: &Post) -> Self {
        let publication = post.status.publication();
        let slug = publication.map(|publication| &publication.slug);
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
            published_at: publication.map(|publication| publication.at),
            public_path: slug
                .filter(|_| post.state() == State::Published)
                .map(|slug| format!("/posts/{slug}")),
            standing_requests: Vec::new(),
            archive_reason: match &post.status {
                Status::Archived(_, _, archival) => Some(archival.reason.clone()),
                Status::Draft | Status::InReview(_) | Status::Published(..) => None,
            },
        }
    }
}

/// One of the texts that a post has had.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RevisionBody {
    /// Its number.
    revision: i32,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its text in Markdown.
    body: String,
}

impl From<&Revision> for RevisionBody {
    fn from(revision: &Revision) -> Self {
        let [title, summary, body] = revision.content.parts().map(str::to_owned);
        Self { revision: revision.number.0, at: revision.at, title, summary, body }
    }
}
