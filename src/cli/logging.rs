//! Logs go to standard error: for people on a terminal, as JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Begins to log. A server tells what happens; a command that runs once has
/// its own words for that, and only logs what is wrong.
pub(super) fn begin(is_serving: bool) {
    let usual = if is_serving { "imprimatur=info,warn" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Somebody who embeds the program may be logging already.
    let _ = if std::io::stderr().is_terminal() {
        subscriber.try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
}
