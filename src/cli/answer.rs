//! What stands on standard output: words for people, or one JSON document for
//! programs.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use crate::cli::Failure;

/// For whom a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people: lines of text.
    Words,
    /// For programs: one JSON document, and nothing else.
    Json,
}

/// What can be said in words and as a document.
pub(super) trait Answer: Display + Serialize {}

impl<T: Display + Serialize> Answer for T {}

impl Form {
    /// Writes the one answer of a command.
    pub(super) fn tell(self, answer: &impl Answer) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match self {
            Self::Words => writeln!(out, "{answer}")?,
            Self::Json => writeln!(out, "{}", document(answer)?)?,
        }
        Ok(out.flush()?)
    }

    /// Writes many answers of a kind as they come, so that a list may be longer
    /// than memory: a line each, or one document with a list of that name.
    pub(super) fn tell_each(
        self,
        name: &str,
        write: impl FnOnce(&mut Lines) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut lines = Lines { out: BufWriter::new(io::stdout().lock()), form: self, told: 0 };
        if self == Self::Json {
            write!(lines.out, "{{\"{name}\":[")?;
        }
        write(&mut lines)?;
        if self == Self::Json {
            writeln!(lines.out, "]}}")?;
        }
        Ok(lines.out.flush()?)
    }
}

/// A list that is being written.
pub(super) struct Lines {
    out: BufWriter<StdoutLock<'static>>,
    form: Form,
    told: u64,
}

impl Lines {
    pub(super) fn tell(&mut self, line: &impl Answer) -> Result<(), Failure> {
        match self.form {
            Form::Words => writeln!(self.out, "{line}")?,
            Form::Json => {
                let separator = if self.told == 0 { "" } else { "," };
                write!(self.out, "{separator}{}", document(line)?)?;
            }
        }
        self.told += 1;
        Ok(())
    }
}

/// Returns the text of a JSON document.
pub(super) fn document(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Other(error.to_string()))
}
