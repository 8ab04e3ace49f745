//! Logs go to standard error: for people on a terminal, as JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DefaultLevel {
    /// Events: the log is all that a server's operator sees.
    Info,
    /// Problems: a command that runs once prints its result.
    Warn,
    /// Nothing: a program reads standard error, and expects one document there.
    Off,
}

impl DefaultLevel {
    fn filter(self) -> EnvFilter {
        EnvFilter::new(match self {
            Self::Info => "imprimatur=info,warn",
            Self::Warn => "warn",
            Self::Off => "off",
        })
    }
}

/// Begins to log.
pub(super) fn begin(default: DefaultLevel) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| default.filter());
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A program that embeds this one may be logging already.
    let _ = if std::io::stderr().is_terminal() {
        subscriber.try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
}
