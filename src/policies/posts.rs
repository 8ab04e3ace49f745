//! The rules about posts: which action must meet which, when each is met, and
//! what its refusal says.

use super::{Condition, Policy, PolicyDenied};
use crate::domain::{
    Action, Attempt, Content, Create, LockedPost, Note, OnPost, Permission, Person, Post, Reader,
    Reason, RevisionNumber, State, Status, named,
};
use crate::permissions;

named! {
    /// One condition on an attempt on a post.
    pub enum Rule is "a rule about posts" {
        /// A new post says something.
        SomethingIsWritten = "nothing-written",
        /// Only its author changes what a post says.
        YouAreItsAuthor = "not-its-author",
        /// Four eyes: authors do not review or publish their own posts.
        YouAreNotItsAuthor = "own-post",
        /// What is published is final.
        NotYetPublished = "already-published",
        /// The post must be a draft.
        IsADraft = "not-a-draft",
        /// The post must be in review.
        IsInReview = "not-in-review",
        /// The post must be published.
        IsPublished = "not-published",
        /// The revision that the person looked at is the current one.
        SeenIsCurrent = "stale-revision",
        /// Title, summary and body are there.
        NothingIsMissing = "incomplete",
        /// No reviewer's change request stands against the current revision.
        NoRequestStands = "changes-requested",
        /// A change request stands against the current revision.
        ARequestStands = "no-request-stands",
        /// Where change requests stand, one of them is one's own.
        StandingRequestIsYours = "not-your-request",
        /// A change request says what must change.
        NoteIsGiven = "note-missing",
        /// An archival says why.
        ReasonIsGiven = "reason-missing",
    }
}

/// Returns the rules that an action must meet. A refusal names every one that
/// is not met.
pub fn rules(action: Action) -> &'static [Rule] {
    match action {
        Action::Create => &[Rule::SomethingIsWritten],
        Action::Revise => &[Rule::YouAreItsAuthor, Rule::NotYetPublished, Rule::SeenIsCurrent],
        Action::Submit => {
            &[Rule::YouAreItsAuthor, Rule::IsADraft, Rule::SeenIsCurrent, Rule::NothingIsMissing]
        }
        Action::RequestChanges => {
            &[Rule::IsInReview, Rule::YouAreNotItsAuthor, Rule::SeenIsCurrent, Rule::NoteIsGiven]
        }
        Action::WithdrawRequest => &[
            Rule::IsInReview,
            Rule::ARequestStands,
            Rule::StandingRequestIsYours,
            Rule::SeenIsCurrent,
        ],
        Action::Publish => &[
            Rule::IsInReview,
            Rule::YouAreNotItsAuthor,
            Rule::SeenIsCurrent,
            Rule::NothingIsMissing,
            Rule::NoRequestStands,
        ],
        Action::Archive => &[Rule::IsPublished, Rule::SeenIsCurrent, Rule::ReasonIsGiven],
    }
}

/// Everything that a rule about a post may look at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Who attempts it.
    pub person: &'a Person,
    /// The post, or the content of one that does not exist yet.
    pub subject: Subject<'a>,
    /// Whether a note or a reason is given.
    pub has_words: bool,
}

/// What an attempt is made on.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A post that does not exist yet.
    New(&'a Content),
    /// A post, and the revision that the person was looking at.
    Existing(&'a Post, RevisionNumber),
}

/// Returns nothing where every rule of the action is met. It is the answer
/// without the proof: [`evaluate`](super::evaluate) asks it about a locked post,
/// pages about a post they have read, to say beforehand what the workflow would
/// answer.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn check(action: Action, facts: &Facts<'_>) -> Result<(), PolicyDenied> {
    PolicyDenied::unless_met(rules(action), facts)
}

impl<A: OnPost> Policy for A {
    type Subject<'tx> = LockedPost<'tx>;

    fn check(&self, person: &Person, post: &LockedPost<'_>) -> Result<(), PolicyDenied> {
        let subject = Subject::Existing(post.post(), self.seen());
        let has_words = self.words().is_some_and(Note::is_given);
        check(A::ACTION, &Facts { person, subject, has_words })
    }
}

impl Policy for Create {
    type Subject<'tx> = ();

    fn check(&self, person: &Person, (): &()) -> Result<(), PolicyDenied> {
        let subject = Subject::New(&self.content);
        check(Self::ACTION, &Facts { person, subject, has_words: false })
    }
}

impl Rule {
    /// Returns whether it can be met while the post stays in its state and the
    /// person who they are: something is to be read, written or answered first.
    pub fn can_be_mended(self) -> bool {
        match self {
            Self::SomethingIsWritten
            | Self::SeenIsCurrent
            | Self::NothingIsMissing
            | Self::NoRequestStands
            | Self::NoteIsGiven
            | Self::ReasonIsGiven => true,
            Self::YouAreItsAuthor
            | Self::YouAreNotItsAuthor
            | Self::NotYetPublished
            | Self::IsADraft
            | Self::IsInReview
            | Self::IsPublished
            | Self::ARequestStands
            | Self::StandingRequestIsYours => false,
        }
    }

    fn is_met_by(self, person: &Person, post: &Post, seen: RevisionNumber, words: bool) -> bool {
        let requests = &post.standing_requests;
        match self {
            Self::SomethingIsWritten => !post.current.content.is_blank(),
            Self::YouAreItsAuthor => post.author.id == person.id,
            Self::YouAreNotItsAuthor => post.author.id != person.id,
            Self::NotYetPublished => matches!(post.state(), State::Draft | State::InReview),
            Self::IsADraft => post.state() == State::Draft,
            Self::IsInReview => post.state() == State::InReview,
            Self::IsPublished => post.state() == State::Published,
            Self::SeenIsCurrent => seen == post.current.number,
            Self::NothingIsMissing => post.current.content.missing().is_empty(),
            Self::NoRequestStands => requests.is_empty(),
            Self::ARequestStands => !requests.is_empty(),
            Self::StandingRequestIsYours => {
                requests.is_empty()
                    || requests.iter().any(|request| request.reviewer.id == person.id)
            }
            Self::NoteIsGiven | Self::ReasonIsGiven => words,
        }
    }

    fn explanation(self, person: &Person, post: &Post, seen: RevisionNumber) -> (String, String) {
        match self {
            Self::SomethingIsWritten => nothing_is_written(),
            Self::YouAreItsAuthor => (
                format!("{} writes this post.", post.author.name),
                "Only its author changes it; a change request tells them what to change.".into(),
            ),
            Self::YouAreNotItsAuthor => {
                ("You wrote this post.".into(), "Another reviewer has to judge it.".into())
            }
            Self::NotYetPublished => {
                (state_in_words(person, post), "What is published stays as it is.".into())
            }
            Self::IsADraft => (state_in_words(person, post), "Only a draft is submitted.".into()),
            Self::IsInReview => (
                state_in_words(person, post),
                match post.state() {
                    State::Draft => "Its author has to submit it first.",
                    State::InReview | State::Published | State::Archived => {
                        "Nothing is left to decide here."
                    }
                }
                .into(),
            ),
            Self::IsPublished => (
                state_in_words(person, post),
                match post.state() {
                    State::Draft | State::InReview => "Only a published post is archived.",
                    State::Published | State::Archived => "Nothing is left to do here.",
                }
                .into(),
            ),
            Self::SeenIsCurrent => (
                if sees_history(person, post) {
                    format!(
                        "You were looking at revision {seen}; revision {} is current since {}.",
                        post.current.number,
                        time_in_words(post.current.at)
                    )
                } else {
                    format!(
                        "You were looking at revision {seen}; revision {} is current.",
                        post.current.number
                    )
                },
                "Read the current revision, then decide again.".into(),
            ),
            Self::NothingIsMissing => (
                format!("Still missing: {}.", post.current.content.missing().join(", ")),
                if post.author.id == person.id {
                    "Write it first.".into()
                } else {
                    "Its author has to write it first.".into()
                },
            ),
            Self::NoRequestStands => {
                let reviewers: Vec<&str> = post
                    .standing_requests
                    .iter()
                    .map(|request| request.reviewer.name.as_str())
                    .collect();
                (
                    format!(
                        "{} asked for changes to revision {}.",
                        reviewers.join(" and "),
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
            Self::NoteIsGiven => ("No note is given.".into(), "Write what has to change.".into()),
            Self::ReasonIsGiven => no_reason_is_given(),
        }
    }
}

impl Condition for Rule {
    type Facts<'a> = Facts<'a>;

    fn code(self) -> &'static str {
        self.as_str()
    }

    fn is_met(self, facts: &Facts<'_>) -> bool {
        match facts.subject {
            // The one rule that speaks of a post that does not exist yet.
            Subject::New(content) => self != Self::SomethingIsWritten || !content.is_blank(),
            Subject::Existing(post, seen) => {
                self.is_met_by(facts.person, post, seen, facts.has_words)
            }
        }
    }

    fn is_about_the_person(self) -> bool {
        matches!(
            self,
            Self::YouAreItsAuthor | Self::YouAreNotItsAuthor | Self::StandingRequestIsYours
        )
    }

    fn reason(self, facts: &Facts<'_>) -> Reason {
        let (sentence, hint) = match facts.subject {
            Subject::New(_) => nothing_is_written(),
            Subject::Existing(post, seen) => self.explanation(facts.person, post, seen),
        };
        Reason::new(self.code(), sentence, hint)
    }
}

fn nothing_is_written() -> (String, String) {
    ("Nothing is written yet.".into(), "Write a title, a summary or some text.".into())
}

fn no_reason_is_given() -> (String, String) {
    ("No reason is given.".into(), "Write why; the record keeps it.".into())
}

/// Checks what is known of a bulk archive before its first post is locked. Every
/// post needs the reason, so without one the bulk archive is refused as a whole.
/// The other rules of archiving are evaluated for each post under its lock.
///
/// # Errors
///
/// [`PolicyDenied`] with [`Rule::ReasonIsGiven`].
pub fn check_bulk_archive(reason: &Note) -> Result<(), PolicyDenied> {
    if reason.is_given() {
        return Ok(());
    }
    let (sentence, hint) = no_reason_is_given();
    Err(PolicyDenied::because(Reason::new(Rule::ReasonIsGiven.code(), sentence, hint)))
}

/// Returns whether the person may read how the post came to be. A reason tells
/// no one else who changed the post and when.
fn sees_history(person: &Person, post: &Post) -> bool {
    let holds = |permission| permissions::holds(&person.roles, permission);
    post.shows_history_to(Reader {
        person: Some(person.id),
        sees_reviews: holds(Permission::ReviewPost),
        sees_everything: holds(Permission::ViewAudit),
    })
}

/// Returns the state of the post and, for those who may know, since when and by
/// whom.
fn state_in_words(person: &Person, post: &Post) -> String {
    let (what, by, at) = match &post.status {
        Status::Draft => {
            return format!("{} has not submitted this draft yet.", post.author.name);
        }
        Status::InReview(submission) => ("submitted", &submission.by, submission.at),
        Status::Published(_, publication) => ("published", &publication.by, publication.at),
        Status::Archived(_, _, archival) => ("archived", &archival.by, archival.at),
    };
    if sees_history(person, post) {
        format!("{} {what} this on {}.", by.name, time_in_words(at))
    } else {
        format!("This is {what}.")
    }
}

/// Returns the time as sentences say it.
pub(super) fn time_in_words(at: jiff::Timestamp) -> String {
    at.strftime("%-d %B %Y at %H:%M UTC").to_string()
}
