//! The rules, one by one: when each is met, and what its refusal says.

use crate::domain::{Post, Reason, State, Status};
use crate::policies::Circumstances;

/// One condition on an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Only its author changes what a post says.
    YouAreItsAuthor,
    /// Four eyes: nobody passes their own post.
    YouAreNotItsAuthor,
    /// What is published is final.
    NotYetPublished,
    /// The post must be a draft.
    IsADraft,
    /// The post must be in review.
    IsInReview,
    /// The post must be published.
    IsPublished,
    /// What somebody decides about is what they looked at.
    SeenIsCurrent,
    /// Title, summary and body are there.
    NothingIsMissing,
    /// No reviewer's change request stands against the current revision.
    NoRequestStands,
    /// A change request stands against the current revision.
    ARequestStands,
    /// Where change requests stand, one of them is one's own.
    StandingRequestIsYours,
    /// A reason is given.
    ReasonIsGiven,
}

impl Rule {
    pub(super) fn is_met(self, circumstances: &Circumstances<'_>) -> bool {
        let Circumstances { person, post, seen, has_reason } = circumstances;
        match self {
            Self::YouAreItsAuthor => post.author.id == person.id,
            Self::YouAreNotItsAuthor => post.author.id != person.id,
            Self::NotYetPublished => matches!(post.state(), State::Draft | State::InReview),
            Self::IsADraft => post.state() == State::Draft,
            Self::IsInReview => post.state() == State::InReview,
            Self::IsPublished => post.state() == State::Published,
            Self::SeenIsCurrent => *seen == Some(post.current.number),
            Self::NothingIsMissing => post.current.content.missing().is_empty(),
            Self::NoRequestStands => post.standing_requests.is_empty(),
            Self::ARequestStands => !post.standing_requests.is_empty(),
            Self::StandingRequestIsYours => {
                post.standing_requests.is_empty()
                    || post.standing_requests.iter().any(|request| request.reviewer.id == person.id)
            }
            Self::ReasonIsGiven => *has_reason,
        }
    }

    /// Returns the stable name of the rule's refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::YouAreItsAuthor => "not-its-author",
            Self::YouAreNotItsAuthor => "own-post",
            Self::NotYetPublished => "already-published",
            Self::IsADraft => "not-a-draft",
            Self::IsInReview => "not-in-review",
            Self::IsPublished => "not-published",
            Self::SeenIsCurrent => "stale-revision",
            Self::NothingIsMissing => "incomplete",
            Self::NoRequestStands => "changes-requested",
            Self::ARequestStands => "no-request-stands",
            Self::StandingRequestIsYours => "not-your-request",
            Self::ReasonIsGiven => "reason-missing",
        }
    }

    /// Returns whether the rule is about the person's relation to the post:
    /// then no waiting helps, and the answer is "not you" and not "not now".
    pub fn is_about_the_person(self) -> bool {
        matches!(
            self,
            Self::YouAreItsAuthor | Self::YouAreNotItsAuthor | Self::StandingRequestIsYours
        )
    }

    /// Returns whether it can be met while the post stays in its state and the
    /// person who they are: something is to be read, written or answered first.
    pub fn can_be_mended(self) -> bool {
        matches!(
            self,
            Self::SeenIsCurrent
                | Self::NothingIsMissing
                | Self::NoRequestStands
                | Self::ReasonIsGiven
        )
    }

    pub(super) fn reason(self, circumstances: &Circumstances<'_>) -> Reason {
        let post = circumstances.post;
        let (sentence, hint): (String, String) = match self {
            Self::YouAreItsAuthor => (
                format!("{} writes this post.", post.author.name),
                "Only its author changes it; a change request tells them what to change.".into(),
            ),
            Self::YouAreNotItsAuthor => {
                ("You wrote this post.".into(), "Another reviewer has to judge it.".into())
            }
            Self::NotYetPublished => {
                (where_it_stands(post), "What is published stays as it is.".into())
            }
            Self::IsADraft => (where_it_stands(post), "Only a draft is submitted.".into()),
            Self::IsInReview => (
                where_it_stands(post),
                match post.state() {
                    State::Draft => "Its author has to submit it first.",
                    State::InReview | State::Published | State::Archived => {
                        "Nothing is left to decide here."
                    }
                }
                .into(),
            ),
            Self::IsPublished => (
                where_it_stands(post),
                match post.state() {
                    State::Draft | State::InReview => "Only a published post is archived.",
                    State::Published | State::Archived => "Nothing is left to do here.",
                }
                .into(),
            ),
            Self::SeenIsCurrent => (
                match circumstances.seen {
                    Some(seen) => format!(
                        "You were looking at revision {seen}; revision {} is current since {}.",
                        post.current.number,
                        clock(post.current.at)
                    ),
                    None => "The revision you were looking at is not named.".into(),
                },
                "Read the current revision, then decide again.".into(),
            ),
            Self::NothingIsMissing => (
                format!("Still missing: {}.", post.current.content.missing().join(", ")),
                if post.author.id == circumstances.person.id {
                    "Write it first.".into()
                } else {
                    "Its author has to write it first.".into()
                },
            ),
            Self::NoRequestStands => {
                let names: Vec<&str> = post
                    .standing_requests
                    .iter()
                    .map(|request| request.reviewer.name.as_str())
                    .collect();
                (
                    format!(
                        "{} asked for changes to revision {}.",
                        names.join(" and "),
                        post.current.number
                    ),
                    "The author writes a newer revision, or whoever asked withdraws the request."
                        .into(),
                )
            }
            Self::ARequestStands => (
                "No change request stands against the current revision.".into(),
                "Nothing is left to withdraw.".into(),
            ),
            Self::StandingRequestIsYours => (
                "The standing change request is not yours.".into(),
                "Only the reviewer who asked withdraws it.".into(),
            ),
            Self::ReasonIsGiven => return Self::missing_reason(),
        };
        Reason::new(self.code(), sentence, hint)
    }
}

impl Rule {
    /// Returns the reason of [`Rule::ReasonIsGiven`], which depends on no post.
    pub(super) fn missing_reason() -> Reason {
        let hint = "Write why; the record keeps it.";
        Reason::new(Self::ReasonIsGiven.code(), "No reason is given.", hint)
    }
}

/// Returns where the post stands, since when and by whom.
fn where_it_stands(post: &Post) -> String {
    match &post.status {
        Status::Draft => format!("{} has not submitted this draft yet.", post.author.name),
        Status::InReview(submission) => {
            format!("{} submitted this on {}.", submission.by.name, clock(submission.at))
        }
        Status::Published(_, publication) => {
            format!("{} published this on {}.", publication.by.name, clock(publication.at))
        }
        Status::Archived(_, _, archival) => {
            format!("{} archived this on {}.", archival.by.name, clock(archival.at))
        }
    }
}

/// Returns the time as sentences say it.
pub(super) fn clock(at: jiff::Timestamp) -> String {
    at.strftime("%-d %B %Y at %H:%M UTC").to_string()
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 12] = [
        Self::YouAreItsAuthor,
        Self::YouAreNotItsAuthor,
        Self::NotYetPublished,
        Self::IsADraft,
        Self::IsInReview,
        Self::IsPublished,
        Self::SeenIsCurrent,
        Self::NothingIsMissing,
        Self::NoRequestStands,
        Self::ARequestStands,
        Self::StandingRequestIsYours,
        Self::ReasonIsGiven,
    ];
}
