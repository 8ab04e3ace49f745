//! Prints the result of a command on standard output: text for people, or one JSON
//! document for programs.

use std::fmt::Display;
use std::io::{self, BufWriter, StdoutLock, Write};

use serde::Serialize;

use crate::cli::failure::CommandFailure;
use crate::domain::Reason;

/// For whom a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For people: lines of text.
    Text,
    /// For programs: one JSON document, and nothing else.
    Json,
}

impl Format {
    /// Prints the one result of a command.
    pub(super) fn print(
        self,
        text: impl Display,
        document: &impl Serialize,
    ) -> Result<(), CommandFailure> {
        match self {
            Self::Text => print_line(text),
            Self::Json => print_line(json(document)?),
        }
    }

    /// Prints items as they come: a line each, or one document with a list of that
    /// name. So a list may be longer than memory.
    pub(super) fn print_list(
        self,
        name: &str,
        write: impl FnOnce(&mut List) -> Result<(), CommandFailure>,
    ) -> Result<(), CommandFailure> {
        let mut list =
            List { out: BufWriter::new(io::stdout().lock()), format: self, separator: "" };
        if self == Self::Json {
            write!(list.out, "{{\"{name}\":[")?;
        }
        write(&mut list)?;
        if self == Self::Json {
            writeln!(list.out, "]}}")?;
        }
        Ok(list.out.flush()?)
    }
}

/// A list that is being printed.
pub(super) struct List {
    out: BufWriter<StdoutLock<'static>>,
    format: Format,
    separator: &'static str,
}

impl List {
    pub(super) fn print(
        &mut self,
        text: impl Display,
        document: &impl Serialize,
    ) -> Result<(), CommandFailure> {
        match self.format {
            Format::Text => writeln!(self.out, "{text}")?,
            Format::Json => write!(self.out, "{}{}", self.separator, json(document)?)?,
        }
        self.separator = ",";
        Ok(())
    }
}

/// Prints a line. `println!` would panic where the reader has gone.
pub(super) fn print_line(line: impl Display) -> Result<(), CommandFailure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Returns a JSON document on one line.
pub(super) fn json(document: &impl Serialize) -> Result<String, CommandFailure> {
    serde_json::to_string(document).map_err(|error| CommandFailure::Other(error.to_string()))
}

/// Returns a reason as lines: the sentence with the code, and the hint where there is one.
pub(super) fn reason_lines(reason: &Reason) -> Vec<String> {
    let hint = Some(format!("  {}", reason.hint)).filter(|_| !reason.hint.is_empty());
    [format!("- {} [{}]", reason.sentence, reason.code)].into_iter().chain(hint).collect()
}
