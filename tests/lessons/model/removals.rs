//! The ingredients of the system, and what it takes to break a promise.

/// One ingredient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingredient {
    /// The post is locked before it is judged.
    Lock,
    /// The policy is asked about what was read under the lock, not before.
    PolicyUnderLock,
    /// The actor is read and locked in the transaction of the action.
    ActorInTransaction,
    /// Roles are read from the accounts, not from the session.
    RolesFromAccount,
    /// A password is compared under the lock that changing it takes.
    PasswordUnderLock,
    /// The UPDATE names the state and the revision that it expects.
    GuardedUpdate,
    /// `post_enters_each_state_once`.
    EntersOnce,
    /// `idempotency_key_is_used_once`.
    UniqueKey,
    /// `post_state_is_recorded` and its like, at the commit.
    DeferredConstraint,
    /// "Not your own post" is a rule of the policy, not of one page.
    RuleInPolicy,
    /// `author_does_not_publish`.
    AuthorConstraint,
    /// The answer is sent after the commit, not before.
    AnswerAfterCommit,
}

impl Ingredient {
    pub const ALL: [Self; 12] = [
        Self::Lock,
        Self::PolicyUnderLock,
        Self::ActorInTransaction,
        Self::RolesFromAccount,
        Self::PasswordUnderLock,
        Self::GuardedUpdate,
        Self::EntersOnce,
        Self::UniqueKey,
        Self::DeferredConstraint,
        Self::RuleInPolicy,
        Self::AuthorConstraint,
        Self::AnswerAfterCommit,
    ];
}

/// A system without some of its ingredients.
#[derive(Debug, Clone, Copy)]
pub struct System<'a> {
    pub without: &'a [Ingredient],
}

impl System<'_> {
    pub fn has(&self, ingredient: Ingredient) -> bool {
        !self.without.contains(&ingredient)
    }
}

/// What is taken away together, in words, and the promise that breaks.
pub struct Removal {
    pub without: &'static [Ingredient],
    pub name: &'static str,
    /// Nothing where every promise still holds.
    pub breaks: Option<&'static str>,
}

use super::promises as promise;
use Ingredient as I;

/// Every ingredient alone, and those that back each other together.
pub const REMOVALS: [Removal; 16] = [
    Removal { without: &[I::Lock], name: "no lock on the post", breaks: Some(promise::SEEN) },
    Removal {
        without: &[I::PolicyUnderLock],
        name: "the policy before the lock",
        breaks: Some(promise::SEEN),
    },
    Removal {
        without: &[I::ActorInTransaction],
        name: "the actor read before the transaction",
        breaks: Some(promise::REVOKED),
    },
    Removal {
        without: &[I::RolesFromAccount],
        name: "roles in the session",
        breaks: Some(promise::REVOKED),
    },
    Removal {
        without: &[I::PasswordUnderLock],
        name: "the password compared before the lock",
        breaks: Some(promise::PASSWORD),
    },
    Removal { without: &[I::UniqueKey], name: "no unique key", breaks: Some(promise::KEY) },
    Removal {
        without: &[I::DeferredConstraint],
        name: "no deferred constraint",
        breaks: Some(promise::HISTORY),
    },
    Removal {
        without: &[I::AnswerAfterCommit],
        name: "the answer before the commit",
        breaks: Some(promise::LOST),
    },
    Removal { without: &[I::GuardedUpdate], name: "no guarded update", breaks: None },
    Removal { without: &[I::EntersOnce], name: "no `post_enters_each_state_once`", breaks: None },
    Removal {
        without: &[I::Lock, I::GuardedUpdate, I::EntersOnce],
        name: "no lock, no guarded update and no `post_enters_each_state_once`",
        breaks: Some(promise::ONCE),
    },
    Removal {
        without: &[I::PolicyUnderLock, I::GuardedUpdate, I::EntersOnce],
        name: "the policy before the lock, no guarded update and no `post_enters_each_state_once`",
        breaks: Some(promise::ONCE),
    },
    Removal {
        without: &[I::PolicyUnderLock, I::GuardedUpdate],
        name: "the policy before the lock and no guarded update",
        breaks: Some(promise::SEEN),
    },
    Removal {
        without: &[I::RuleInPolicy],
        name: "a rule in one interface only",
        breaks: Some(promise::DEFECT),
    },
    Removal { without: &[I::AuthorConstraint], name: "no `author_does_not_publish`", breaks: None },
    Removal {
        without: &[I::RuleInPolicy, I::AuthorConstraint],
        name: "a rule in one interface only and no `author_does_not_publish`",
        breaks: Some(promise::OWN),
    },
];
