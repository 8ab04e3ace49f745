//! Describes a post with its revision, its reviews and the facts of its state.

use jiff::Timestamp;

use super::{
    Availability, Byline, Content, PostId, ReviewId, RevisionNumber, Slug, State, UserId, Within,
};

/// The content of a post at one time. Written once, never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub number: RevisionNumber,
    /// The text.
    pub content: Content,
    /// When it was saved.
    pub at: Timestamp,
}

/// A reviewer's change request for one revision.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Review {
    /// Its number.
    pub id: ReviewId,
    /// The revision that it is about.
    pub revision: RevisionNumber,
    /// The reviewer who requested changes.
    pub reviewer: Byline,
    /// Whether that reviewer can still review.
    pub reviewer_availability: Availability,
    /// What the author should change.
    pub note: String,
    /// When the request was made.
    pub at: Timestamp,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Timestamp>,
}

impl Review {
    /// Returns whether the person may withdraw the request: the reviewer who
    /// asked or, once they can no longer review, any reviewer.
    pub fn is_withdrawable_by(&self, person: UserId) -> bool {
        self.reviewer.id == person || self.reviewer_availability != Availability::Available
    }
}

/// A reviewer's reading of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Who read it.
    pub reader: Byline,
    /// The revision.
    pub revision: RevisionNumber,
    /// When they read it last.
    pub at: Timestamp,
}

/// One state that a post entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The state before, except for the draft a post begins as.
    pub from: Option<State>,
    /// The state entered.
    pub to: State,
    /// Who did it.
    pub by: Byline,
    /// When.
    pub at: Timestamp,
    /// The revision that was current.
    pub revision: RevisionNumber,
}

/// The facts that exist from in review on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// When it was submitted.
    pub at: Timestamp,
    /// Who submitted it.
    pub by: Byline,
    /// The revision that was current then.
    pub revision: RevisionNumber,
}

/// The facts that exist from publication on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// When it was published.
    pub at: Timestamp,
    /// Who published it.
    pub by: Byline,
    /// The revision that was published.
    pub revision: RevisionNumber,
    /// Where the public finds it.
    pub slug: Slug,
}

/// The facts that exist once a post is archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archival {
    /// When it was archived.
    pub at: Timestamp,
    /// Who archived it.
    pub by: Byline,
    /// Why.
    pub reason: String,
}

/// A state together with the facts that exist in it, and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// See [`State::Draft`].
    Draft,
    /// See [`State::InReview`].
    InReview(Submission),
    /// See [`State::Published`].
    Published(Submission, Publication),
    /// See [`State::Archived`].
    Archived(Submission, Publication, Archival),
}

impl Status {
    /// Returns the state without its facts.
    pub fn state(&self) -> State {
        match self {
            Self::Draft => State::Draft,
            Self::InReview(_) => State::InReview,
            Self::Published(..) => State::Published,
            Self::Archived(..) => State::Archived,
        }
    }

    /// Returns the publication, from publication on.
    pub fn publication(&self) -> Option<&Publication> {
        match self {
            Self::Draft | Self::InReview(_) => None,
            Self::Published(_, publication) | Self::Archived(_, publication, _) => {
                Some(publication)
            }
        }
    }
}

/// A post with everything that a policy may look at. Two reads of an unchanged
/// post are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Its author.
    pub author: Byline,
    /// Whether the author can still edit it.
    pub author_availability: Availability,
    /// When it was created.
    pub created_at: Timestamp,
    /// What it says now; from publication on, what was published.
    pub current: Revision,
    /// Its state, with the facts.
    pub status: Status,
    /// The standing change requests against the current revision.
    pub standing_requests: Vec<Review>,
}

impl Post {
    /// Returns the state, without the facts.
    pub fn state(&self) -> State {
        self.status.state()
    }

    /// Returns whether the post is with the reviewers.
    pub fn is_in_review(&self) -> bool {
        self.state() == State::InReview
    }

    /// Returns the title, or "Untitled" for a post that has none yet.
    pub fn title(&self) -> &str {
        self.current.content.title.or_untitled()
    }

    /// Returns the path of the page that the public reads, while there is one.
    pub fn public_path(&self) -> Option<String> {
        match &self.status {
            Status::Published(_, publication) => Some(format!("/posts/{}", publication.slug)),
            Status::Draft | Status::InReview(_) | Status::Archived(..) => None,
        }
    }

    /// Returns why the post is archived, if it is.
    pub fn archive_reason(&self) -> Option<&str> {
        match &self.status {
            Status::Archived(_, _, archival) => Some(&archival.reason),
            Status::Draft | Status::InReview(_) | Status::Published(..) => None,
        }
    }

    /// Returns since when the post has been in its state.
    pub fn since(&self) -> Timestamp {
        match &self.status {
            Status::Draft => self.created_at,
            Status::InReview(submission) => submission.at,
            Status::Published(_, publication) => publication.at,
            Status::Archived(_, _, archival) => archival.at,
        }
    }
}

/// A post whose row is locked by the transaction `'tx`: until that ends, what
/// it says is true.
///
/// Only [`store::posts::lock`](crate::store::posts::lock) makes one.
#[derive(Debug)]
pub struct LockedPost<'tx> {
    post: Post,
    next_slug: Option<Slug>,
    _within: Within<'tx>,
}

impl<'tx> LockedPost<'tx> {
    /// For `store::posts::lock` alone.
    pub(crate) fn for_update(post: Post, next_slug: Option<Slug>, within: Within<'tx>) -> Self {
        Self { post, next_slug, _within: within }
    }

    /// Returns the post, for as long as the lock is held.
    pub fn post(&self) -> &Post {
        &self.post
    }

    /// Returns the web address that the post would be published under, where the
    /// attempt came with one.
    pub fn next_slug(&self) -> Option<&Slug> {
        self.next_slug.as_ref()
    }
}
