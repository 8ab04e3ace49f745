//! Tells the errors of PostgreSQL apart, in one place.
//!
//! By their SQLSTATE, and never by their message, which may be in any language.
//! An unknown code counts as a defect: it is reported, and never mistaken for a
//! refusal.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use crate::store::sqlstate::Sqlstate;

/// The database cannot answer now. The request was not refused: try again shortly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Every connection of the pool stayed in use, or none could be made.
    #[error("no database connection became free")]
    NoConnection,
    /// The connection broke. What was being done may or may not have happened.
    #[error("the connection to the database broke")]
    ConnectionLost,
    /// Another transaction held a lock for too long.
    #[error("a row stayed locked for too long")]
    LockTimeout,
    /// The statement took too long.
    #[error("the database took too long")]
    StatementTimeout,
    /// Every attempt was interrupted by another transaction.
    #[error("too many other changes at the same time")]
    Contended,
    /// The server is out of disk space, memory or connections, or cannot use
    /// its files: class 53 or 58.
    #[error("the database server has run out of something, or cannot use its files ({0})")]
    ServerTrouble(Sqlstate),
    /// The limit of requests at a time is reached.
    #[error("too many requests are in progress")]
    Busy,
}

/// What an error of the database means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A constraint or a guard refused; its name is the proposition.
    Constraint(String),
    /// Another transaction got in the way: read again, decide again.
    Conflict,
    /// Nothing is wrong with the request.
    Unavailable(Unavailable),
    /// Anything else is a defect of the software. The text is safe to keep: it is the
    /// kind and the message, and never a row's contents.
    Defect(String),
}

/// Returns what an error means.
pub fn classify(error: &Error) -> Failure {
    match error {
        Error::DatabaseError(kind, information) => by_kind(kind, information.as_ref()),
        Error::BrokenTransactionManager => Failure::Unavailable(Unavailable::ConnectionLost),
        Error::RollbackErrorOnCommit { commit_error, .. } => classify(commit_error),
        other => Failure::Defect(other.to_string()),
    }
}

fn by_kind(
    kind: &DatabaseErrorKind,
    information: &(dyn DatabaseErrorInformation + Send + Sync),
) -> Failure {
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => Failure::Constraint(
            information.constraint_name().unwrap_or("a constraint without a name").to_owned(),
        ),
        DatabaseErrorKind::NotNullViolation => Failure::Constraint(format!(
            "{}_{}_is_given",
            information.table_name().unwrap_or("row"),
            information.column_name().unwrap_or("column")
        )),
        DatabaseErrorKind::SerializationFailure => Failure::Conflict,
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::ReadOnlyTransaction => {
            Failure::Unavailable(Unavailable::ConnectionLost)
        }
        kind => by_code(information)
            .unwrap_or_else(|| Failure::Defect(format!("{kind:?}: {}", information.message()))),
    }
}

/// Returns what a code means that diesel has no kind for, unless it is a defect.
fn by_code(information: &(dyn DatabaseErrorInformation + Send + Sync)) -> Option<Failure> {
    let code = Sqlstate::of(information)?;
    let why = match code.as_str() {
        // deadlock_detected
        "40P01" => return Some(Failure::Conflict),
        // lock_not_available
        "55P03" => Unavailable::LockTimeout,
        // query_canceled, transaction_timeout
        "57014" | "25P04" => Unavailable::StatementTimeout,
        // idle_in_transaction_session_timeout
        "25P03" => Unavailable::ConnectionLost,
        text => match text.get(..2) {
            // connection exception, operator intervention
            Some("08" | "57") => Unavailable::ConnectionLost,
            // insufficient resources, system error
            Some("53" | "58") => {
                // The operator's to see, and in the server's words.
                tracing::error!(%code, said = information.message(), "the database server reports an error");
                Unavailable::ServerTrouble(code)
            }
            _ => return None,
        },
    };
    Some(Failure::Unavailable(why))
}
