//! Collects the reasons for which a command fails. `failure_report` prints them.

use std::io;

use crate::cli::exit::Exit;
use crate::config::ConfigError;
use crate::domain::{FieldError, InvalidInput, Layer, OperationKey, RequestId};
use crate::postgres::ClusterError;
use crate::refusal::Refusal;
use crate::store::Unavailable;
use crate::store::failure::{self, classify};
use crate::store::migrations::MigrationError;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) enum CommandFailure {
    /// The arguments make no sense together.
    Usage(String),
    /// Something supplied does not parse.
    Input(InvalidInput),
    /// `--as` names no active account.
    UnknownAccount(String),
    /// The account that was to be changed does not exist.
    NoAccount(String),
    /// The workflow, or a read, refused.
    Refused(Box<Refused>),
    /// The database cannot be opened.
    Config(ConfigError),
    /// The database answered with an error while it was read.
    Database(diesel::result::Error),
    /// Standard output cannot be written: the reader has gone, or the disk is full.
    Output(io::Error),
    /// `verify` found failed checks, and has printed them.
    Broken,
    /// Some of several files were refused, and the report says why.
    Partly {
        /// The layer of the gravest refusal.
        layer: Layer,
        /// How many were refused, in a sentence.
        sentence: String,
    },
    /// Anything else.
    Other(String),
}

/// A refusal, with its names in the records.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) refusal: Refusal,
    /// The request, as refusals and incidents name it.
    pub(super) request: RequestId,
    /// The key to try the same again with, where there is one.
    pub(super) key: Option<OperationKey>,
}

impl CommandFailure {
    /// Returns a refusal that no key goes with.
    pub(super) fn refused(refusal: Refusal, request: RequestId) -> Self {
        Self::Refused(Box::new(Refused { refusal, request, key: None }))
    }

    /// Returns whether only the reader of standard output has gone:
    /// `imprimatur post list | head` did not fail.
    pub(super) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Input(_) => Exit::Input,
            Self::UnknownAccount(_) => Exit::NotSignedIn,
            Self::NoAccount(_) => Exit::NotFound,
            Self::Refused(refused) => Exit::of(refused.refusal.layer()),
            Self::Partly { layer, .. } => Exit::of(*layer),
            Self::Config(error) => match error {
                ConfigError::OwnerAlone
                | ConfigError::NotText(_)
                | ConfigError::InvalidUrl { .. } => Exit::Input,
                ConfigError::NoDatabase { .. }
                | ConfigError::Cluster(_)
                | ConfigError::Connect(_)
                | ConfigError::Migration(MigrationError::Connect(_)) => Exit::Unavailable,
                ConfigError::Query(error)
                | ConfigError::Migration(MigrationError::Query(error)) => exit_of(error),
                ConfigError::SharedSessions
                | ConfigError::UsedSessions
                | ConfigError::TwoDatabases
                | ConfigError::TriggersOff { .. }
                | ConfigError::Migration(_) => Exit::Failed,
            },
            Self::Database(error) => exit_of(error),
            Self::Output(_) if self.is_closed_pipe() => Exit::Done,
            Self::Output(_) | Self::Broken | Self::Other(_) => Exit::Failed,
        }
    }
}

/// Returns the code for a failed query.
fn exit_of(error: &diesel::result::Error) -> Exit {
    match classify(error) {
        failure::Failure::Unavailable(_) => Exit::Unavailable,
        _ => Exit::Failed,
    }
}

impl From<Unavailable> for CommandFailure {
    fn from(why: Unavailable) -> Self {
        Refusal::from(why).into()
    }
}

/// A refusal of what comes before the call, which has no number yet.
impl From<Refusal> for CommandFailure {
    fn from(refusal: Refusal) -> Self {
        Self::refused(refusal, RequestId::new())
    }
}

impl From<ClusterError> for CommandFailure {
    fn from(error: ClusterError) -> Self {
        Self::Config(error.into())
    }
}

impl From<FieldError> for CommandFailure {
    fn from(error: FieldError) -> Self {
        Self::Input(error.into())
    }
}

macro_rules! from {
    ($($error:ty => $variant:ident),* $(,)?) => {
        $(impl From<$error> for CommandFailure {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}

from! {
    ConfigError => Config,
    diesel::result::Error => Database,
    InvalidInput => Input,
    io::Error => Output,
}
