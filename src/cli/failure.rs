//! What stands on standard error, and the exit code that goes with it.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::domain::{FieldError, InvalidInput, RequestId};
use crate::refusal::Refusal;
use crate::store::Unavailable;
use crate::store::cluster::ClusterError;
use crate::store::failure::{self, classify};
use crate::store::migrations::MigrationError;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments make no sense together.
    Usage(String),
    /// Something supplied does not parse.
    Input(InvalidInput),
    /// `--as` names nobody who may come in.
    UnknownAccount(String),
    /// The door refused; the request is what the records call it.
    Refused(Refusal, RequestId),
    /// There is no database to work with.
    Config(ConfigError),
    /// The private cluster could not be claimed or kept.
    Cluster(ClusterError),
    /// The database answered with an error while it was read.
    Database(diesel::result::Error),
    /// Whoever reads standard output has gone, or the disk is full.
    Output(io::Error),
    /// `verify` found broken truths, and has said so.
    Broken,
    /// Anything else.
    Other(String),
}

impl Failure {
    /// Writes the layer, then each reason, and returns the exit code.
    pub(super) fn report(self) -> ExitCode {
        let mut stderr = io::stderr().lock();
        for line in self.lines() {
            // Where standard error is closed there is nobody left to tell.
            let _ = writeln!(stderr, "{line}");
        }
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Input(_) => 2,
            Self::UnknownAccount(_) => 3,
            Self::Refused(refusal, _) => match refusal {
                Refusal::Input(_) => 2,
                Refusal::NotSignedIn => 3,
                Refusal::Permission(_) => 4,
                Refusal::Policy(_) => 5,
                Refusal::NotFound => 6,
                Refusal::Invariant(_) => 7,
                Refusal::Unavailable(_) => 8,
            },
            Self::Config(error) => match error {
                ConfigError::OwnerAlone | ConfigError::NotText(_) => 2,
                ConfigError::Cluster(_)
                | ConfigError::Connect(_)
                | ConfigError::Migration(MigrationError::Connect(_)) => 8,
                ConfigError::Query(_) | ConfigError::Migration(_) => 1,
            },
            Self::Database(error) => match classify(error) {
                failure::Failure::Unavailable(_) => 8,
                _ => 1,
            },
            // `imprimatur post list | head` is no failure.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Output(_) | Self::Cluster(_) | Self::Broken | Self::Other(_) => 1,
        }
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Self::Usage(sentence) => vec![format!("usage: {sentence}")],
            Self::Input(input) => input_lines(input),
            Self::UnknownAccount(name) => vec![
                format!("authentication: There is no active account {name:?}."),
                "  `imprimatur user list` shows the accounts.".into(),
            ],
            Self::Refused(refusal, request) => refusal_lines(refusal, *request),
            // What libpq says ends with a line of its own.
            Self::Config(error) => vec![format!("database: {}", error.to_string().trim_end())],
            Self::Cluster(error) => vec![format!("database: {error}")],
            Self::Database(error) => vec![format!("database: {error}")],
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Vec::new(),
            Self::Output(error) => vec![format!("output: {error}")],
            Self::Broken => Vec::new(),
            Self::Other(sentence) => vec![format!("error: {sentence}")],
        }
    }
}

fn input_lines(input: &InvalidInput) -> Vec<String> {
    let mut lines = vec!["input: This does not parse.".to_owned()];
    lines.extend(input.0.iter().map(|error| format!("- {}: {}", error.field, error.message)));
    lines
}

fn refusal_lines(refusal: &Refusal, request: RequestId) -> Vec<String> {
    let headline = match refusal {
        Refusal::Input(input) => return input_lines(input),
        Refusal::NotSignedIn => "The account is not active any more.".into(),
        Refusal::Permission(_) => "This person may not attempt this.".into(),
        Refusal::Policy(_) => "Not now.".into(),
        Refusal::NotFound => "There is nothing of that name that this person may see.".into(),
        Refusal::Invariant(violation) => format!(
            "This is a defect of ours. Nothing has changed; staff find the incident under \
             request {request} ({}).",
            violation.invariant()
        ),
        Refusal::Unavailable(why) => format!("{why}. Try again shortly."),
    };
    let mut lines = vec![format!("{}: {headline}", refusal.layer())];
    for reason in refusal.reasons() {
        lines.push(format!("- {} [{}]", reason.sentence, reason.code));
        lines.push(format!("  {}", reason.hint));
    }
    lines
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(error)
    }
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Unavailable> for Failure {
    fn from(why: Unavailable) -> Self {
        Self::Refused(why.into(), RequestId::new())
    }
}

impl From<InvalidInput> for Failure {
    fn from(input: InvalidInput) -> Self {
        Self::Input(input)
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::Input(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
