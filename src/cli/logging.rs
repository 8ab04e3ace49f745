//! Logs go to standard error: as text on a terminal, as JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::server::DEFAULT_LOG_FILTER;

/// What is logged where `RUST_LOG` is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DefaultLogs {
    /// Events and warnings, for a server.
    Events,
    /// Warnings: a command prints its own result.
    Warnings,
    /// Nothing: a program expects one document on standard error.
    Nothing,
}

/// Starts logging.
pub(super) fn start(default: DefaultLogs) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        EnvFilter::new(match default {
            DefaultLogs::Events => DEFAULT_LOG_FILTER,
            DefaultLogs::Warnings => "warn",
            DefaultLogs::Nothing => "off",
        })
    });
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A program that embeds this one may have a subscriber already.
    let _ = if std::io::stderr().is_terminal() {
        subscriber.try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
}
