//! What stands on standard error, and the exit code that goes with it.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::answer::{Form, document};
use crate::config::ConfigError;
use crate::domain::{FieldError, InvalidInput, OperationKey, Reason, RequestId};
use crate::postgres::ClusterError;
use crate::refusal::Refusal;
use crate::store::Unavailable;
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
    /// The door refused.
    Refused(Box<Refused>),
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
    /// Not all of many was done, and the report says why: the layer and the
    /// exit code of the gravest refusal, and how many there were.
    Partly {
        /// What refused.
        layer: &'static str,
        /// The exit code of that layer.
        code: u8,
        /// How many were refused, in a sentence.
        sentence: String,
    },
    /// Anything else.
    Other(String),
}

/// A refusal, with what the records call it.
#[derive(Debug)]
pub(super) struct Refused {
    /// What the door said.
    pub(super) refusal: Refusal,
    /// The request, as refusals and incidents name it.
    pub(super) request: RequestId,
    /// The key to try the same again with, where there is one.
    pub(super) key: Option<OperationKey>,
}

/// A failure as programs read it.
#[derive(Serialize)]
struct ErrorDocument {
    layer: &'static str,
    detail: String,
    reasons: Vec<Reason>,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Returns the exit code of a refusal's layer.
pub(super) fn code_of(refusal: &Refusal) -> u8 {
    match refusal {
        Refusal::Input(_) => 2,
        Refusal::NotSignedIn => 3,
        Refusal::Permission(_) => 4,
        Refusal::Policy(_) => 5,
        Refusal::NotFound => 6,
        Refusal::Invariant(_) => 7,
        Refusal::Unavailable(_) => 8,
    }
}

impl Failure {
    /// Returns a refusal that no key goes with.
    pub(super) fn refused(refusal: Refusal, request: RequestId) -> Self {
        Self::Refused(Box::new(Refused { refusal, request, key: None }))
    }

    /// Writes the layer, then each reason, and returns the exit code.
    pub(super) fn report(self, form: Form) -> ExitCode {
        let lines = match form {
            Form::Words => self.lines(),
            Form::Json if self.is_quiet() => Vec::new(),
            Form::Json => document(&self.document()).map_or_else(|_| self.lines(), |it| vec![it]),
        };
        let mut stderr = io::stderr().lock();
        for line in lines {
            // Where standard error is closed there is nobody left to tell.
            let _ = writeln!(stderr, "{line}");
        }
        ExitCode::from(self.code())
    }

    /// Returns whether nobody reads any more: `imprimatur post list | head` is
    /// no failure.
    fn is_quiet(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Input(_) => 2,
            Self::UnknownAccount(_) => 3,
            Self::Refused(refused) => code_of(&refused.refusal),
            Self::Partly { code, .. } => *code,
            Self::Config(error) => match error {
                ConfigError::OwnerAlone
                | ConfigError::NotText(_)
                | ConfigError::InvalidUrl { .. } => 2,
                ConfigError::Cluster(_)
                | ConfigError::Connect(_)
                | ConfigError::Migration(MigrationError::Connect(_)) => 8,
                ConfigError::Query(_) | ConfigError::SharedSessions | ConfigError::Migration(_) => {
                    1
                }
            },
            Self::Database(error) => match classify(error) {
                failure::Failure::Unavailable(_) => 8,
                _ => 1,
            },
            Self::Output(_) if self.is_quiet() => 0,
            Self::Output(_) | Self::Cluster(_) | Self::Broken | Self::Other(_) => 1,
        }
    }

    fn layer(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Input(_) => "input",
            Self::UnknownAccount(_) => "authentication",
            Self::Refused(refused) => refused.refusal.layer(),
            Self::Partly { layer, .. } => layer,
            Self::Config(_) | Self::Cluster(_) | Self::Database(_) => match self.code() {
                8 => "availability",
                _ => "database",
            },
            Self::Output(_) => "output",
            Self::Broken => "verify",
            Self::Other(_) => "error",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Usage(sentence) | Self::Other(sentence) | Self::Partly { sentence, .. } => {
                sentence.clone()
            }
            Self::Input(_) => "This does not parse.".into(),
            Self::UnknownAccount(name) => format!("There is no active account {name:?}."),
            Self::Refused(refused) => headline(&refused.refusal, refused.request),
            // What libpq says ends with a line of its own.
            Self::Config(error) => error.to_string().trim_end().to_owned(),
            Self::Cluster(error) => error.to_string(),
            Self::Database(error) => error.to_string(),
            Self::Output(error) => error.to_string(),
            Self::Broken => "Truths are broken; the answer names them.".into(),
        }
    }

    /// Returns at least one reason, also where the layer gave none.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let only = |code, hint: &str| vec![Reason::new(code, self.detail(), hint)];
        match self {
            Self::Usage(_) => only("usage", "`--help` explains the command."),
            Self::Input(input) => input_reasons(input),
            Self::UnknownAccount(_) => {
                only("unknown-account", "`imprimatur user list` shows the accounts.")
            }
            Self::Refused(refused) => match &refused.refusal {
                Refusal::Input(input) => input_reasons(input),
                Refusal::Permission(_) | Refusal::Policy(_) => refused.refusal.reasons(),
                Refusal::NotSignedIn => {
                    only("not-signed-in", "Ask staff to reactivate the account.")
                }
                Refusal::NotFound => only("not-found", "`imprimatur post list` shows the posts."),
                Refusal::Invariant(_) => only("defect", "Tell staff the number of the request."),
                Refusal::Unavailable(_) => {
                    only("unavailable", "Try the same again shortly, with the same key.")
                }
            },
            Self::Partly { .. } => Vec::new(),
            Self::Config(ConfigError::Cluster(error)) if !error.is_temporary() => {
                only("unavailable", "Do what the sentence says.")
            }
            Self::Config(_) | Self::Cluster(_) | Self::Database(_) if self.code() == 8 => {
                only("unavailable", "Try the same again shortly.")
            }
            Self::Config(_) | Self::Cluster(_) | Self::Database(_) => {
                only("database", "Mend what the sentence names.")
            }
            Self::Output(_) => only("output", "Make room for the answer."),
            Self::Broken => only("truth-broken", "Compare with a backup what the answer names."),
            Self::Other(_) => only("failed", "Mend what the sentence names."),
        }
    }

    fn document(&self) -> ErrorDocument {
        let (request, key) = match self {
            Self::Refused(refused) => (Some(refused.request), refused.key.as_ref()),
            _ => (None, None),
        };
        ErrorDocument {
            layer: self.layer(),
            detail: self.detail(),
            reasons: self.reasons(),
            exit_code: self.code(),
            request_id: request.map(|request| request.to_string()),
            key: key.map(|key| key.as_str().to_owned()),
        }
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Self::Input(input) => input_lines(input),
            Self::UnknownAccount(_) => vec![
                format!("authentication: {}", self.detail()),
                "  `imprimatur user list` shows the accounts.".into(),
            ],
            Self::Refused(refused) => refusal_lines(refused),
            Self::Config(_) | Self::Cluster(_) | Self::Database(_) => {
                vec![format!("database: {}", self.detail())]
            }
            // `verify` has said it all.
            Self::Broken => Vec::new(),
            Self::Output(_) if self.is_quiet() => Vec::new(),
            Self::Usage(_) | Self::Partly { .. } | Self::Output(_) | Self::Other(_) => {
                vec![format!("{}: {}", self.layer(), self.detail())]
            }
        }
    }
}

/// Returns every field that does not parse as a reason.
pub(super) fn input_reasons(input: &InvalidInput) -> Vec<Reason> {
    let reason = |error: &FieldError| {
        let code = format!("invalid-{}", error.field.replace('_', "-"));
        let sentence = format!("The {} cannot be used as it is.", error.field.replace('_', " "));
        Reason::new(&code, sentence, error.message.clone())
    };
    input.0.iter().map(reason).collect()
}

fn input_lines(input: &InvalidInput) -> Vec<String> {
    let mut lines = vec!["input: This does not parse.".to_owned()];
    lines.extend(input.0.iter().map(|error| format!("- {}: {}", error.field, error.message)));
    lines
}

/// Returns what a refusal says in a sentence.
fn headline(refusal: &Refusal, request: RequestId) -> String {
    match refusal {
        Refusal::Input(_) => "This does not parse.".into(),
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
    }
}

fn refusal_lines(Refused { refusal, request, key }: &Refused) -> Vec<String> {
    if let Refusal::Input(input) = refusal {
        return input_lines(input);
    }
    let mut lines = vec![format!("{}: {}", refusal.layer(), headline(refusal, *request))];
    for reason in refusal.reasons() {
        lines.push(format!("- {} [{}]", reason.sentence, reason.code));
        lines.push(format!("  {}", reason.hint));
    }
    // Whether it took effect after all is not known: the key makes sure.
    if let (Refusal::Unavailable(_), Some(key)) = (refusal, key) {
        lines.push(format!("  The same again, and never twice: --key {}", key.as_str()));
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
        Self::refused(why.into(), RequestId::new())
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
