//! **Is it valid now?**
//!
//! This layer looks at the actor, the locked post with its reviews, and what
//! the attempt came with. It refuses to know the database: it is given facts
//! and no connection, so it can change nothing and ask nothing twice.
//!
//! A refusal means that *this attempt* was refused, and says every reason why.
//! It is nobody's defect: the loser of a race is refused here, in a sentence.

pub mod accounts;

use std::fmt;

use crate::domain::{
    Action, Actor, Attempt, Create, LockedPost, Note, Person, Post, Reason, RevisionNumber, State,
    Status,
};
use crate::permissions::Capability;

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
    fn is_met(self, circumstances: &Circumstances<'_>) -> bool {
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

    fn reason(self, circumstances: &Circumstances<'_>) -> Reason {
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
            Self::ReasonIsGiven => {
                ("No reason is given.".into(), "Write why; the record keeps it.".into())
            }
        };
        Reason::new(self.code(), sentence, hint)
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
fn clock(at: jiff::Timestamp) -> String {
    at.strftime("%-d %B %Y at %H:%M UTC").to_string()
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

impl fmt::Display for PolicyDenied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences: Vec<&str> =
            self.reasons.iter().map(|reason| reason.sentence.as_str()).collect();
        formatter.write_str(&sentences.join(" "))
    }
}

impl std::error::Error for PolicyDenied {}
