//! **What must never be false?**
//!
//! This layer is the mutation. It looks at the row before, the row after and the
//! history row, and it trusts no other layer. The source state is in the `UPDATE`,
//! although the lock should make that unnecessary. The result is compared with what
//! must hold, before anything is committed. This layer refuses to know why a person
//! wants this and whether they may: the proof that it consumes has answered that.
//!
//! A refusal means that *we* have a defect. It is rolled back, logged as an
//! error and kept as an incident; the person did nothing wrong.
//! The database keeps the same promises alone, under the same names.

mod account_record;
pub mod accounts;
pub mod bulk_archives;
pub mod incidents;
mod mutations;
pub mod own_account;
mod parts;
mod posts;
mod written_row;

pub use account_record::Circumstances;
pub use mutations::enforce_creation;
pub use parts::Operation;
pub use posts::{Mutation, enforce};

/// Why a write was not made.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// A proposition would have become false.
    #[error(transparent)]
    Invariant(#[from] InvariantViolation),
    /// The database answered with an error, which may be a constraint of the
    /// same name.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}

/// We have a defect. Carries the proposition that would have been broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the invariant {invariant} would have been broken")]
pub struct InvariantViolation {
    invariant: String,
}

impl InvariantViolation {
    /// Returns the violation of a proposition.
    pub fn new(invariant: impl Into<String>) -> Self {
        Self { invariant: invariant.into() }
    }

    /// Returns the name of the proposition: a constraint's, a trigger's or one
    /// of this module's.
    pub fn invariant(&self) -> &str {
        &self.invariant
    }
}
