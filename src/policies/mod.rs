//! **Is it valid now?**
//!
//! This layer looks at the actor, the locked subject, and the values of the attempt. It
//! refuses to know the database: it is given facts and no connection, so it cannot
//! write or read anything.
//!
//! No rule depends on the date. Such a rule would find it in the locked subject, as a
//! column of the read under the lock. All servers then share the clock of the database.
//! It would be a day and not a moment, because two reads of an unchanged post on one
//! day are equal.
//!
//! A refusal means that *this attempt* was refused, and says every reason why.
//! It is not a defect: the loser of a race is refused here, in a sentence.

pub mod accounts;
pub mod incidents;
pub mod own_account;
pub mod posts;

use crate::domain::{Actor, Command, HasName, Person, Reason, Step};
use crate::permissions::Capability;

pub use posts::{Remedy, Rule, rules};

/// Proof that an attempt was valid on its locked subject, within one transaction.
///
/// Only [`evaluate`] makes one, and [`invariants::enforce`] consumes it. The
/// next layer takes the actor, the attempt and the subject from here, so nothing
/// can be swapped between the check and the write.
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
/// It is used once:
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
/// Only `evaluate` makes one:
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
#[must_use = "unused validity: pass it to `invariants`"]
pub struct Validity<'tx, 'a, A: Policy> {
    actor: Actor<'tx>,
    attempt: &'a A,
    subject: A::Subject<'tx>,
}

/// An attempt that has rules.
pub trait Policy: Command {
    /// The subject that the rules look at, besides the person and the attempt. It is a
    /// row that the transaction has locked, or `()` where there is none yet.
    type Subject<'tx>;

    /// Returns nothing where every rule is met.
    fn check(&self, person: &Person, subject: &Self::Subject<'_>) -> Result<(), PolicyDenied>;
}

/// Returns proof that the attempt is valid on its subject as it is now.
pub fn evaluate<'tx, 'a, A: Policy>(
    capability: Capability<'tx, A>,
    attempt: &'a A,
    subject: A::Subject<'tx>,
) -> Result<Validity<'tx, 'a, A>, PolicyDenied> {
    attempt.check(capability.actor().person(), &subject)?;
    Step::Policy.reached();
    Ok(Validity { actor: capability.into_actor(), attempt, subject })
}

impl<'tx, 'a, A: Policy> Validity<'tx, 'a, A> {
    /// Returns who acts.
    pub fn actor(&self) -> &Actor<'tx> {
        &self.actor
    }

    /// Returns the attempt.
    pub fn attempt(&self) -> &'a A {
        self.attempt
    }

    /// Returns the subject of the attempt.
    pub fn subject(&self) -> &A::Subject<'tx> {
        &self.subject
    }
}

/// One condition on an attempt: a variant of the `Rule` of its subject.
pub trait Condition: HasName {
    /// Everything that the rule may look at.
    type Facts<'a>;

    /// Returns whether the rule is met.
    fn is_met(self, facts: &Self::Facts<'_>) -> bool;

    /// Returns why it is not met, and what would change that.
    fn reason(self, facts: &Self::Facts<'_>) -> Reason;

    /// Returns whether the rule is about the person's relation to the subject. Waiting
    /// does not help then, and the answer is "not you", not "not now".
    fn is_about_the_person(self) -> bool {
        false
    }

    /// Returns whether the person can meet the rule by reading, writing or answering
    /// something first.
    fn can_be_corrected(self) -> bool {
        false
    }
}

/// This attempt is refused now: every rule that is not met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.reasons.iter().map(|reason| &*reason.sentence).collect::<Vec<_>>().join(" "))]
pub struct PolicyDenied {
    reasons: Vec<Reason>,
    is_about_the_person: bool,
    can_be_corrected: bool,
}

impl PolicyDenied {
    /// Returns nothing where all of the rules are met.
    pub(crate) fn unless_met<R: Condition>(
        conditions: &[R],
        facts: &R::Facts<'_>,
    ) -> Result<(), Self> {
        let unmet: Vec<R> = conditions.iter().copied().filter(|rule| !rule.is_met(facts)).collect();
        if unmet.is_empty() {
            return Ok(());
        }
        Err(Self {
            reasons: unmet.iter().map(|rule| rule.reason(facts)).collect(),
            is_about_the_person: unmet.iter().any(|rule| rule.is_about_the_person()),
            can_be_corrected: unmet.iter().all(|rule| rule.can_be_corrected()),
        })
    }

    /// Returns every reason, in the order of the action's rules.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Returns whether the refusal names a rule.
    pub fn names(&self, rule: impl HasName) -> bool {
        self.reasons.iter().any(|reason| reason.is(rule))
    }

    /// Returns the reason of a rule, if no other refuses.
    pub fn only(&self, rule: impl HasName) -> Option<&Reason> {
        match self.reasons() {
            [reason] if reason.is(rule) => Some(reason),
            _ => None,
        }
    }

    /// Returns whether it is about the person's relation to the subject.
    pub fn is_about_the_person(&self) -> bool {
        self.is_about_the_person
    }

    /// Returns whether the person can meet every rule that it names by correcting
    /// something.
    pub fn can_be_corrected(&self) -> bool {
        self.can_be_corrected
    }
}

/// Returns the time as sentences say it.
fn date_and_time(at: jiff::Timestamp) -> String {
    at.strftime("%-d %B %Y at %H:%M UTC").to_string()
}
