//! Logs go to standard error: for people on a terminal, as JSON elsewhere.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// What is logged where `RUST_LOG` says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    /// What happens: nobody watches a server.
    WhatHappens,
    /// What is wrong: a command that runs once has its own words for the rest.
    WhatIsWrong,
    /// Nothing: a program reads standard error, and expects one document there.
    Nothing,
}

impl Usual {
    fn filter(self) -> EnvFilter {
        EnvFilter::new(match self {
            Self::WhatHappens => "imprimatur=info,warn",
            Self::WhatIsWrong => "warn",
            Self::Nothing => "off",
        })
    }
}

/// Begins to log.
pub(super) fn begin(usual: Usual) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual.filter());
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Somebody who embeds the program may be logging already.
    let _ = if std::io::stderr().is_terminal() {
        subscriber.try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
}
