//! The rules about posts: which action must meet which, and when each is met.

mod reasons;
mod rule;

use super::{Condition, Policy, PolicyDenied};
use crate::domain::{
    Action, Attempt, Create, LockedPost, Note, OnPost, Person, Post, Reason, RevisionNumber, State,
};

pub use rule::{Facts, Rule, Subject, rules};

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
                    || requests.iter().any(|request| request.is_withdrawable_by(person.id))
            }
            Self::NoteIsGiven | Self::ReasonIsGiven => words,
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
        let (sentence, hint) = reasons::explain(self, facts.person, facts.subject);
        Reason::new(self.code(), sentence, hint)
    }
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
    let (sentence, hint) = reasons::REASON_MISSING;
    Err(PolicyDenied::because(Reason::new(Rule::ReasonIsGiven.code(), sentence, hint)))
}
