//! The rules about posts, and which action must meet which.

use crate::domain::{Action, Content, Person, Post, RevisionNumber, Slug, State, named};

named! {
    /// One condition on an attempt on a post.
    ///
    /// For a new one the compiler asks when it is met, what would change that, and for
    /// its words in `reasons`. [`rules`] says which actions must meet it. Tests then ask
    /// for a way to break it through every interface (tests/edges/rules.rs) and for a
    /// dimension of the matrix (tests/lessons/matrix/posts.rs). They also ask for the documents
    /// that are made from it; each says how.
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
        /// There is no open change request for the current revision.
        NoRequestStands = "changes-requested",
        /// There is an open change request for the current revision.
        ARequestStands = "no-request-stands",
        /// Where there are open change requests, the person may withdraw one: their
        /// own, or one by a person who can no longer review.
        RequestIsWithdrawable = "not-your-request",
        /// The web address that the person confirmed is the one that the post gets.
        AddressIsTheShown = "address-changed",
        /// A change request says what must change.
        NoteIsGiven = "note-missing",
        /// An archival says why.
        ReasonIsGiven = "reason-missing",
    }
}

/// Returns the rules that an action must meet. A refusal names every one that
/// is not met, in this order.
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
            Rule::YouAreNotItsAuthor,
            Rule::ARequestStands,
            Rule::RequestIsWithdrawable,
            Rule::SeenIsCurrent,
        ],
        Action::Publish => &[
            Rule::IsInReview,
            Rule::YouAreNotItsAuthor,
            Rule::SeenIsCurrent,
            Rule::NothingIsMissing,
            Rule::NoRequestStands,
            Rule::AddressIsTheShown,
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
    /// The web address that was shown, if one was.
    pub address: Option<ConfirmedAddress<'a>>,
}

/// The web address that a person has confirmed, and the one that the post gets.
#[derive(Debug, Clone, Copy)]
pub struct ConfirmedAddress<'a> {
    /// The address that was shown.
    pub shown: &'a Slug,
    /// The address that the post would be published under now.
    pub next: &'a Slug,
}

/// What an attempt is made on.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A post that does not exist yet.
    New(&'a Content),
    /// Several posts, before any is locked. Only the reason for archiving them is known.
    Several,
    /// A post, and the revision that the person was looking at.
    Existing(&'a Post, RevisionNumber),
}

/// What has to change before a rule is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Something has to be read, written or answered first.
    Correction,
    /// The post has to be in another state, which it may never be again.
    AnotherState,
    /// Another person has to do it: waiting does not help.
    AnotherPerson,
}

impl Rule {
    /// Returns whether a post as it is meets the rule. A refusal names every rule that
    /// is not met, so one that means something in a single state is met in the others.
    pub(super) fn is_met_by(self, facts: &Facts<'_>, post: &Post, seen: RevisionNumber) -> bool {
        let person = facts.person;
        let requests = &post.standing_requests;
        match self {
            Self::SomethingIsWritten => !post.current.content.is_blank(),
            Self::YouAreItsAuthor => post.author.id == person.id,
            Self::YouAreNotItsAuthor => post.author.id != person.id,
            Self::NotYetPublished => !post.state().is_final(),
            Self::IsADraft => post.state() == State::Draft,
            Self::IsInReview => post.is_in_review(),
            Self::IsPublished => post.state() == State::Published,
            Self::SeenIsCurrent => seen == post.current.number,
            Self::NothingIsMissing => post.current.content.missing().is_empty(),
            Self::NoRequestStands => requests.is_empty(),
            Self::ARequestStands => !requests.is_empty(),
            Self::RequestIsWithdrawable => {
                requests.is_empty()
                    || requests.iter().any(|request| request.is_withdrawable_by(person.id))
            }
            Self::AddressIsTheShown => {
                // A post that is not in review gets no address.
                let is_given = post.state() == State::InReview;
                facts.address.is_none_or(|address| !is_given || address.shown == address.next)
            }
            Self::NoteIsGiven | Self::ReasonIsGiven => facts.has_words,
        }
    }

    /// Returns whether a post that does not exist yet meets the rule.
    pub(super) fn is_met_by_new(self, content: &Content) -> bool {
        match self {
            Self::SomethingIsWritten => !content.is_blank(),
            // There is nothing yet that these could be about.
            Self::YouAreItsAuthor
            | Self::YouAreNotItsAuthor
            | Self::NotYetPublished
            | Self::IsADraft
            | Self::IsInReview
            | Self::IsPublished
            | Self::SeenIsCurrent
            | Self::NothingIsMissing
            | Self::NoRequestStands
            | Self::ARequestStands
            | Self::RequestIsWithdrawable
            | Self::AddressIsTheShown
            | Self::NoteIsGiven
            | Self::ReasonIsGiven => true,
        }
    }

    /// Returns what has to change before the rule is met.
    pub fn remedy(self) -> Remedy {
        match self {
            Self::SomethingIsWritten
            | Self::SeenIsCurrent
            | Self::NothingIsMissing
            | Self::NoRequestStands
            | Self::AddressIsTheShown
            | Self::NoteIsGiven
            | Self::ReasonIsGiven => Remedy::Correction,
            Self::NotYetPublished
            | Self::IsADraft
            | Self::IsInReview
            | Self::IsPublished
            | Self::ARequestStands => Remedy::AnotherState,
            Self::YouAreItsAuthor | Self::YouAreNotItsAuthor | Self::RequestIsWithdrawable => {
                Remedy::AnotherPerson
            }
        }
    }
}
