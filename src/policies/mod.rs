//! **Is it valid now?**
//!
//! This layer looks at the actor, the locked post with its reviews, and what
//! the attempt came with. It refuses to know the database: it is given facts
//! and no connection, so it can change nothing and ask nothing twice.
//!
//! A refusal means that *this attempt* was refused, and says every reason why.
//! It is nobody's defect: the loser of a race is refused here, in a sentence.

pub mod accounts;
pub mod bulk_archives;
pub mod incidents;
pub mod own_account;
mod rules;

use std::fmt;

use crate::domain::{
    Action, Actor, Attempt, Create, LockedPost, Note, Person, Post, Reason, RevisionNumber,
};
use crate::permissions::Capability;

pub use rules::Rule;

/// Proof that an attempt was valid on the locked post, within one transaction.
///
/// Only [`evaluate`] makes one, and [`invariants::enforce`] consumes it. The
/// next layer takes the actor, the attempt and the post from here, so nothing
/// can be swapped between the question and the write.
///
/// ```
/// use imprimatur::{domain::Publish, invariants::{self, Operation}, policies::Validity, store::Transaction};
///
/// fn go_on<'tx>(validity: Validity<'tx, '_, Publish>, operation: &Operation<'_>, tx: &mut Transaction<'tx>) {
///     let _ = invariants::enforce(validity, operation, tx);
/// }
/// ```
///
/// A capability alone does not fit:
///
/// ```compile_fail,E0308
/// use imprimatur::{domain::Publish, invariants::{self, Operation}, permissions::Capability, store::Transaction};
///
/// fn go_on<'tx>(validity: Capability<'tx, Publish>, operation: &Operation<'_>, tx: &mut Transaction<'tx>) {
///     let _ = invariants::enforce(validity, operation, tx);
/// }
/// ```
///
/// It serves once:
///
/// ```compile_fail,E0382
/// use imprimatur::{domain::Publish, invariants::{self, Operation}, policies::Validity, store::Transaction};
///
/// fn go_on<'tx>(validity: Validity<'tx, '_, Publish>, operation: &Operation<'_>, tx: &mut Transaction<'tx>) {
///     let _ = invariants::enforce(validity, operation, tx);
///     let _ = invariants::enforce(validity, operation, tx);
/// }
/// ```
///
/// And nobody else can make one:
///
/// ```
/// use imprimatur::{domain::{Actor, LockedPost, Publish}, permissions::Capability, policies::{self, Validity}};
///
/// fn earned<'tx, 'a>(capability: Capability<'tx, Publish>, attempt: &'a Publish, subject: LockedPost<'tx>) -> Option<Validity<'tx, 'a, Publish>> {
///     policies::evaluate(capability, attempt, subject).ok()
/// }
/// ```
///
/// ```compile_fail,E0451
/// use imprimatur::{domain::{Actor, LockedPost, Publish}, permissions::Capability, policies::{self, Validity}};
///
/// fn forged<'tx, 'a>(actor: Actor<'tx>, attempt: &'a Publish, subject: LockedPost<'tx>) -> Option<Validity<'tx, 'a, Publish>> {
///     Some(Validity { actor, attempt, subject })
/// }
/// ```
///
/// [`invariants::enforce`]: crate::invariants::enforce
#[derive(Debug)]
#[must_use = "a validity is a question half asked: invariants come next"]
pub struct Validity<'tx, 'a, A, Subject = LockedPost<'tx>> {
    actor: Actor<'tx>,
    attempt: &'a A,
    subject: Subject,
}

/// Returns proof that the attempt is valid on the post as it is now.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn evaluate<'tx, 'a, A: Attempt>(
    capability: Capability<'tx, A>,
    attempt: &'a A,
    post: LockedPost<'tx>,
) -> Result<Validity<'tx, 'a, A>, PolicyDenied> {
    let circumstances = Circumstances {
        person: capability.actor().person(),
        post: post.post(),
        seen: attempt.target().map(|(_, seen)| seen),
        has_reason: attempt.words().is_some_and(|words: &Note| !words.is_blank()),
    };
    check(A::ACTION, &circumstances)?;
    Ok(Validity { actor: capability.into_actor(), attempt, subject: post })
}

/// Returns proof that a post may begin. There is no post yet that a rule could
/// speak of, so the capability decides; the step exists so that every write
/// comes from a policy.
pub fn evaluate_creation<'tx, 'a>(
    capability: Capability<'tx, Create>,
    attempt: &'a Create,
) -> Validity<'tx, 'a, Create, ()> {
    Validity { actor: capability.into_actor(), attempt, subject: () }
}

/// Returns the rules that an action must meet. A post must meet all of them,
/// and whoever is refused hears of all that it does not.
pub fn rules(action: Action) -> &'static [Rule] {
    match action {
        Action::Create => &[],
        Action::Revise => &[Rule::YouAreItsAuthor, Rule::NotYetPublished, Rule::SeenIsCurrent],
        Action::Submit => {
            &[Rule::YouAreItsAuthor, Rule::IsADraft, Rule::SeenIsCurrent, Rule::NothingIsMissing]
        }
        Action::RequestChanges => {
            &[Rule::IsInReview, Rule::YouAreNotItsAuthor, Rule::SeenIsCurrent]
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

/// Everything that a rule may look at.
#[derive(Debug)]
pub struct Circumstances<'a> {
    /// Who attempts it.
    pub person: &'a Person,
    /// The post.
    pub post: &'a Post,
    /// The revision that they were looking at.
    pub seen: Option<RevisionNumber>,
    /// Whether they say why.
    pub has_reason: bool,
}

/// Returns nothing where every rule of the action is met. It is the answer
/// without the proof: the door asks it about a locked post, pages about a post
/// they have read, to say beforehand what the door would say.
///
/// # Errors
///
/// [`PolicyDenied`] with every rule that is not met.
pub fn check(action: Action, circumstances: &Circumstances<'_>) -> Result<(), PolicyDenied> {
    let reasons: Vec<Reason> = rules(action)
        .iter()
        .filter(|rule| !rule.is_met(circumstances))
        .map(|rule| rule.reason(circumstances))
        .collect();
    if reasons.is_empty() { Ok(()) } else { Err(PolicyDenied { reasons }) }
}

impl<'tx, 'a, A, Subject> Validity<'tx, 'a, A, Subject> {
    /// Returns who acts.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }

    /// Returns what they attempt.
    pub fn attempt(&self) -> &'a A {
        self.attempt
    }
}

impl<'tx, A> Validity<'tx, '_, A> {
    /// Returns the post that they attempt it on.
    pub fn post(&self) -> &Post {
        self.subject.post()
    }
}

/// This attempt is refused now: every rule that is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDenied {
    reasons: Vec<Reason>,
}

impl PolicyDenied {
    /// Returns every reason, in the order of the action's rules.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Returns whether the refusal names a rule.
    pub fn names(&self, rule: Rule) -> bool {
        self.reasons.iter().any(|reason| reason.code == rule.code())
    }

    /// Returns whether the refusal names one rule and no other.
    pub fn is_only(&self, rule: Rule) -> bool {
        self.reasons.len() == 1 && self.names(rule)
    }

    /// Returns whether it is about the person's relation to the post.
    pub fn is_about_the_person(&self) -> bool {
        Rule::ALL.into_iter().any(|rule| rule.is_about_the_person() && self.names(rule))
    }
}

impl fmt::Display for PolicyDenied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<&str> =
            self.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
        formatter.write_str(&sentences.join(" "))
    }
}

impl std::error::Error for PolicyDenied {}
