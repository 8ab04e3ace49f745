//! Logs go to standard error: as text on a terminal, as JSON elsewhere. A server never
//! waits until they are read.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

use crate::metrics;
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

/// How many lines a server keeps while standard error is not read: some megabytes. Those
/// that come after them are dropped, and counted.
const KEPT: usize = 10_000;

/// Takes the lines of a server.
static BACKGROUND: OnceLock<NonBlocking> = OnceLock::new();

/// Writes the rest of the log when it is dropped, for at most a second.
#[must_use]
pub(super) struct Log {
    _guard: WorkerGuard,
}

pub(super) fn start(default: DefaultLogs) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| {
        EnvFilter::new(match default {
            DefaultLogs::Events => DEFAULT_LOG_FILTER,
            DefaultLogs::Warnings => "warn",
            DefaultLogs::Nothing => "off",
        })
    });
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    // A program that embeds this one may have a subscriber already.
    let _ = if std::io::stderr().is_terminal() {
        subscriber.try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
}

/// Writes the log on a thread of its own, until the returned value is dropped. The
/// environment cannot be changed afterwards.
pub(super) fn write_in_background() -> Log {
    let builder = NonBlockingBuilder::default().buffered_lines_limit(KEPT).lossy(true);
    let (writer, guard) = builder.thread_name("log").finish(std::io::stderr());
    metrics::watch_log(writer.error_counter());
    // A process serves once.
    let _ = BACKGROUND.set(writer);
    Log { _guard: guard }
}

fn writer() -> Box<dyn Write> {
    match BACKGROUND.get() {
        Some(writer) => Box::new(writer.clone()),
        None => Box::new(std::io::stderr()),
    }
}
