//! Tells the errors of PostgreSQL apart, in one place.
//!
//! Diesel passes on no SQLSTATE, so some are known by their message, which is
//! English where `lc_messages` says so. An unknown message counts as a defect:
//! loud, and never mistaken for somebody's refusal.

use diesel::result::{DatabaseErrorKind, Error};

/// The database cannot answer now. Nobody was refused: try again shortly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Every connection of the pool stayed in use, or none could be made.
    #[error("no database connection became free")]
    NoConnection,
    /// The connection broke. What was being done may or may not have happened.
    #[error("the connection to the database broke")]
    ConnectionLost,
    /// Somebody else held a row for too long.
    #[error("a row stayed locked for too long")]
    LockTimeout,
    /// The statement took too long.
    #[error("the database took too long")]
    StatementTimeout,
    /// Others kept getting in the way, time after time.
    #[error("too many others changed the same thing at once")]
    Contended,
    /// As many requests are in hand as may be at a time.
    #[error("too many requests are in hand")]
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
    /// Anything else is a defect of ours. The text is safe to keep: it is the
    /// kind and the message, and never a row's contents.
    Defect(String),
}

/// Returns what an error means.
pub fn classify(error: &Error) -> Failure {
    let Error::DatabaseError(kind, information) = error else {
        return match error {
            Error::BrokenTransactionManager => Failure::Unavailable(Unavailable::ConnectionLost),
            Error::RollbackErrorOnCommit { commit_error, .. } => classify(commit_error),
            other => Failure::Defect(other.to_string()),
        };
    };
    let message = information.message();
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
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
            Failure::Unavailable(Unavailable::ConnectionLost)
        }
        DatabaseErrorKind::ReadOnlyTransaction => Failure::Unavailable(Unavailable::ConnectionLost),
        _ if message.contains("deadlock detected") => Failure::Conflict,
        _ if message.contains("could not obtain lock")
            || message.contains("due to lock timeout") =>
        {
            Failure::Unavailable(Unavailable::LockTimeout)
        }
        _ if message.contains("due to statement timeout") => {
            Failure::Unavailable(Unavailable::StatementTimeout)
        }
        _ if message.contains("terminating connection")
            || message.contains("the database system is")
            || message.contains("server closed the connection")
            || message.contains("idle-in-transaction timeout") =>
        {
            Failure::Unavailable(Unavailable::ConnectionLost)
        }
        kind => Failure::Defect(format!("{kind:?}: {message}")),
    }
}
