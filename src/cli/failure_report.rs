//! Prints the failure of a command on standard error, as text or as JSON.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::failure::{CommandFailure, Refused};
use crate::cli::output::{Format, json, reason_lines};
use crate::config::ConfigError;
use crate::domain::{FieldError, InvalidInput, Layer, Reason, RequestId, named};
use crate::refusal::Refusal;

named! {
    /// Why a command failed, where no rule says so.
    enum FailureCode is "a failure" {
        /// The account is no longer active.
        NotSignedIn = "not-signed-in",
        /// It does not exist, or the person may not see it.
        NotFound = "not-found",
        /// The idempotency key was used for something else.
        KeyReused = "key-reused",
        /// An invariant stopped the change.
        Defect = "defect",
        /// The database cannot answer now.
        Unavailable = "unavailable",
        /// The arguments are wrong.
        Usage = "usage",
        /// `--as` names no active account.
        UnknownAccount = "unknown-account",
        /// The database refuses.
        Database = "database",
        /// The output cannot be written.
        Output = "output",
        /// `verify` has findings.
        Broken = "truth-broken",
        /// Something else.
        Failed = "failed",
    }
}

/// A failure as programs read it. Fields that the API has, too, have its names.
#[derive(Serialize)]
struct FailureDocument {
    layer: &'static str,
    detail: String,
    reasons: Vec<Reason>,
    errors: Vec<FieldError>,
    exit_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl CommandFailure {
    /// Prints the layer, then each reason, and returns the exit code.
    pub(super) fn report(self, format: Format) -> ExitCode {
        let lines = match format {
            _ if self.is_closed_pipe() => Vec::new(),
            Format::Text => self.lines(),
            Format::Json => json(&self.document()).map_or_else(|_| self.lines(), |line| vec![line]),
        };
        let mut stderr = io::stderr().lock();
        for line in lines {
            // Where standard error is closed, the exit code is all there is.
            let _ = writeln!(stderr, "{line}");
        }
        self.exit().into()
    }

    fn document(&self) -> FailureDocument {
        let (request, key) = match self {
            Self::Refused(refused) => (Some(refused.request), refused.key.as_ref()),
            _ => (None, None),
        };
        FailureDocument {
            layer: self.layer(),
            detail: self.detail(),
            reasons: self.reasons(),
            errors: self.input().map(|input| input.0.clone()).unwrap_or_default(),
            exit_code: self.exit().code(),
            request_id: request.map(|request| request.to_string()),
            key: key.map(|key| key.as_str().to_owned()),
        }
    }

    fn input(&self) -> Option<&InvalidInput> {
        match self {
            Self::Input(input) => Some(input),
            Self::Refused(refused) => match &refused.refusal {
                Refusal::Input(input) => Some(input),
                _ => None,
            },
            _ => None,
        }
    }

    fn layer(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Input(_) => Layer::Input.as_str(),
            Self::UnknownAccount(_) => Layer::Authentication.as_str(),
            Self::NoAccount(_) => Layer::Visibility.as_str(),
            Self::Refused(refused) => refused.refusal.layer().as_str(),
            Self::Partly { layer, .. } => layer.as_str(),
            Self::Config(_) | Self::Database(_) => match self.exit() {
                Exit::Unavailable => Layer::Availability.as_str(),
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
            Self::Input(_) => "Invalid input.".into(),
            Self::UnknownAccount(name) => format!("No active account {name:?}."),
            Self::NoAccount(name) => format!("No account {name:?}."),
            Self::Refused(refused) => headline(&refused.refusal, refused.request),
            // libpq ends its messages with a line break.
            Self::Config(error) => error.to_string().trim_end().to_owned(),
            Self::Database(error) => error.to_string(),
            Self::Output(error) => error.to_string(),
            Self::Broken => "Some checks failed; the output lists them.".into(),
        }
    }

    /// Returns the reasons: at least one, unless a field is invalid or a report
    /// has them.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let (code, hint) = match self {
            Self::Input(_) | Self::Partly { .. } => return Vec::new(),
            Self::Refused(refused) => match &refused.refusal {
                Refusal::Input(_) | Refusal::Permission(_) | Refusal::Policy(_) => {
                    return refused.refusal.reasons();
                }
                Refusal::KeyReused { .. } => (FailureCode::KeyReused, "Use another key, or none."),
                Refusal::NotSignedIn => {
                    (FailureCode::NotSignedIn, "Ask staff to reactivate the account.")
                }
                Refusal::NotFound => {
                    (FailureCode::NotFound, "`imprimatur post list` lists the posts.")
                }
                Refusal::Invariant(_) => (FailureCode::Defect, "Give staff the request reference."),
                Refusal::Unavailable(_) => {
                    (FailureCode::Unavailable, "Try again with the same key.")
                }
            },
            Self::Usage(_) => (FailureCode::Usage, "`--help` explains the command."),
            Self::UnknownAccount(_) => (FailureCode::UnknownAccount, SHOW_ACCOUNTS),
            Self::NoAccount(_) => (FailureCode::NotFound, SHOW_ACCOUNTS),
            Self::Config(ConfigError::NoDatabase { .. }) => {
                (FailureCode::Unavailable, "Follow the message.")
            }
            Self::Config(ConfigError::Cluster(error)) if !error.is_temporary() => {
                (FailureCode::Unavailable, "Follow the message.")
            }
            Self::Config(_) | Self::Database(_) => match self.exit() {
                Exit::Unavailable => (FailureCode::Unavailable, "Try again."),
                _ => (FailureCode::Database, "Correct what the message says."),
            },
            Self::Output(_) => (FailureCode::Output, "Check where the output is written to."),
            Self::Broken => (FailureCode::Broken, "Compare the listed rows with a backup."),
            Self::Other(_) => (FailureCode::Failed, "Correct what the message says."),
        };
        vec![Reason::new(code, self.detail(), hint)]
    }

    fn lines(&self) -> Vec<String> {
        let first = format!("{}: {}", self.layer(), self.detail());
        match self {
            Self::Refused(refused) => [vec![first], self.errors(), refusal_lines(refused)].concat(),
            Self::Input(_) => [vec![first], self.errors()].concat(),
            Self::UnknownAccount(_) | Self::NoAccount(_) => {
                vec![first, format!("  {SHOW_ACCOUNTS}")]
            }
            Self::Config(_) | Self::Database(_) => {
                vec![format!("database: {}", self.detail())]
            }
            // `verify` has printed them all.
            Self::Broken => Vec::new(),
            Self::Usage(_) | Self::Partly { .. } | Self::Output(_) | Self::Other(_) => vec![first],
        }
    }

    /// Returns a line for each field that does not parse.
    fn errors(&self) -> Vec<String> {
        let line = |error: &FieldError| format!("- {}: {}", error.field, error.message);
        self.input().map(|input| input.0.iter().map(line).collect()).unwrap_or_default()
    }
}

const SHOW_ACCOUNTS: &str = "`imprimatur user list` lists the accounts.";

/// Returns a refusal in a sentence.
fn headline(refusal: &Refusal, request: RequestId) -> String {
    match refusal {
        Refusal::Input(_) => "Invalid input.".into(),
        Refusal::KeyReused { .. } => "This key was already used for something else.".into(),
        Refusal::NotSignedIn => "The account is no longer active.".into(),
        Refusal::Permission(_) => "This person does not have permission.".into(),
        Refusal::Policy(_) => "Not possible now:".into(),
        Refusal::NotFound => "No such post, or it is not visible to this person.".into(),
        Refusal::Invariant(violation) => format!(
            "Internal error, nothing was changed. Incident reference: {request} ({}).",
            violation.invariant()
        ),
        Refusal::Unavailable(why) => format!("{why}. Try again shortly."),
    }
}

fn refusal_lines(Refused { refusal, key, .. }: &Refused) -> Vec<String> {
    let mut lines: Vec<String> = refusal.reasons().iter().flat_map(reason_lines).collect();
    // The action may have taken effect: with the key a retry is safe.
    if let (Refusal::Unavailable(_), Some(key)) = (refusal, key) {
        lines.push(format!("  To retry safely: --key {}", key.as_str()));
    }
    lines
}
