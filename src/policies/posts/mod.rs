//! Asks the rules about posts for a policy. `rule` says which action must meet which
//! rule, and when. `reasons` has the words of a refusal.

mod bulk_archive;
mod reasons;
mod rule;

use super::{Condition, Policy, PolicyDenied};
use crate::domain::{Action, Attempt, Create, LockedPost, Note, OnPost, Person, Reason};

pub use bulk_archive::{BulkArchive, SelectedPosts};
pub use rule::{ConfirmedAddress, Facts, Remedy, Rule, Subject, rules};

/// Returns nothing where every rule of the action is met. It is the answer
/// without the proof: [`evaluate`](super::evaluate) asks it about a locked post,
/// pages about a post they have read, to say beforehand what the workflow would
/// answer.
pub fn check(action: Action, facts: &Facts<'_>) -> Result<(), PolicyDenied> {
    PolicyDenied::unless_met(rules(action), facts)
}

impl<A: OnPost> Policy for A {
    type Subject<'tx> = LockedPost<'tx>;

    fn check(&self, person: &Person, post: &LockedPost<'_>) -> Result<(), PolicyDenied> {
        let subject = Subject::Existing(post.post(), self.seen());
        let has_words = self.words().is_some_and(Note::is_given);
        let address = self.shown_slug().zip(post.next_slug());
        let address = address.map(|(shown, next)| ConfirmedAddress { shown, next });
        check(A::ACTION, &Facts { person, subject, has_words, address })
    }
}

impl Policy for Create {
    type Subject<'tx> = ();

    fn check(&self, person: &Person, (): &()) -> Result<(), PolicyDenied> {
        let subject = Subject::New(&self.content);
        check(Self::ACTION, &Facts { person, subject, has_words: false, address: None })
    }
}

impl Condition for Rule {
    type Facts<'a> = Facts<'a>;

    fn is_met(self, facts: &Facts<'_>) -> bool {
        match facts.subject {
            Subject::New(content) => self.is_met_by_new(content),
            Subject::Several => facts.has_words,
            Subject::Existing(post, seen) => self.is_met_by(facts, post, seen),
        }
    }

    fn is_about_the_person(self) -> bool {
        self.remedy() == Remedy::AnotherPerson
    }

    fn can_be_corrected(self) -> bool {
        self.remedy() == Remedy::Correction
    }

    fn reason(self, facts: &Facts<'_>) -> Reason {
        let (sentence, hint) = reasons::explain(self, facts);
        Reason::new(self, sentence, hint)
    }
}
