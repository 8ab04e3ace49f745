//! Decides what to do about a transaction that ended early.

use crate::domain::FieldError;
use crate::invariants::Broken;
use crate::permissions::PermissionDenied;
use crate::policies::PolicyDenied;
use crate::refusal::Refusal;
use crate::store::failure::{self, Failure};

/// What ended a transaction early.
#[derive(Debug)]
pub(super) enum Stop {
    /// A layer refused, or the input is not acceptable.
    Refused(Refusal),
    /// The database answered with an error, during the transaction or at its commit.
    Database(diesel::result::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PermissionDenied> for Stop {
    fn from(denied: PermissionDenied) -> Self {
        Self::Refused(denied.into())
    }
}

impl From<PolicyDenied> for Stop {
    fn from(denied: PolicyDenied) -> Self {
        Self::Refused(denied.into())
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Invariant(violation) => Self::Refused(violation.into()),
            Broken::Database(error) => Self::Database(error),
        }
    }
}

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// What to do about it.
pub(super) enum Verdict {
    /// Another transaction was in the way: run the steps again.
    Retry,
    /// The refusal is final.
    Refused(Refusal),
    /// The refusal is final only if the key is new. Without a refusal, another
    /// transaction has just used the key.
    RefusedUnlessRepeated(Option<Refusal>),
    /// We have a defect.
    Defect { invariant: String, detail: String },
}

/// Returns what to do about a transaction that ended early.
pub(super) fn classify(stop: Stop) -> Verdict {
    let error = match stop {
        // The key may have been used before. Then its first use may have put the post
        // where it is, or where its actor does not see it.
        Stop::Refused(refusal @ (Refusal::Policy(_) | Refusal::NotFound)) => {
            return Verdict::RefusedUnlessRepeated(Some(refusal));
        }
        Stop::Refused(Refusal::Invariant(violation)) => {
            return Verdict::Defect {
                invariant: violation.invariant().to_owned(),
                detail: "found by the program before saving".to_owned(),
            };
        }
        Stop::Refused(refusal) => return Verdict::Refused(refusal),
        Stop::Database(error) => error,
    };
    match failure::classify(&error) {
        Failure::Conflict => Verdict::Retry,
        Failure::Unavailable(why) => Verdict::Refused(why.into()),
        Failure::Constraint(name) => match name.as_str() {
            "idempotency_key_is_used_once" => Verdict::RefusedUnlessRepeated(None),
            // Another post took the address between the look and the write.
            "slug_is_unique" => Verdict::Retry,
            "username_is_unique" => Verdict::Refused(
                FieldError::new("username", "This username is taken. Choose another one.").into(),
            ),
            _ => Verdict::Defect { invariant: name, detail: "refused by the database".to_owned() },
        },
        Failure::Defect(detail) => {
            Verdict::Defect { invariant: "the_database_answers_as_expected".to_owned(), detail }
        }
    }
}
