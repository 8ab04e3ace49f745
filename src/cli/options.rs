//! Reads the options that all commands share, and finds the database that they name.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{FalseyValueParser, OsStringValueParser, TypedValueParser};

use crate::cli::failure::CommandFailure;
use crate::cli::output::Format;
use crate::config::DatabaseLocation;
use crate::postgres::{self, InstallPolicy};

/// The options of every command.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Directory of the private database
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "IMPRIMATUR_DATA_DIR",
        hide_env_values = true,
        // The parser for paths would refuse an empty variable, which is like none.
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub(super) data_dir: Option<PathBuf>,
    /// Install PostgreSQL where it is missing, without asking
    #[arg(
        long,
        global = true,
        env = "IMPRIMATUR_INSTALL_POSTGRES",
        hide_env_values = true,
        value_parser = FalseyValueParser::new()
    )]
    install_postgres: bool,
    /// Print JSON (errors as JSON on stderr)
    #[arg(long, global = true)]
    json: bool,
}

/// The options whose empty value would be read as if they were left out.
const NEED_A_VALUE: [&str; 3] = ["--data-dir", "--public-url", "--name"];

/// Refuses an option without a value, such as `--data-dir "$DIR"` where a script has not
/// set the variable. An empty variable of the environment is like none.
pub(super) fn refuse_empty(words: impl Iterator<Item = OsString>) -> Result<(), CommandFailure> {
    let words: Vec<OsString> = words.collect();
    let empty = NEED_A_VALUE.into_iter().find(|name| {
        let is_name = |word: &OsString| word.as_os_str() == *name;
        let ends_in_sign = |word: &OsString| word.to_str() == Some(format!("{name}=").as_str());
        words.iter().any(ends_in_sign)
            || words.windows(2).any(|pair| is_name(&pair[0]) && pair[1].is_empty())
    });
    match empty {
        None => Ok(()),
        Some(name) => {
            Err(CommandFailure::Usage(format!("{name} is empty: give a value, or leave it out.")))
        }
    }
}

impl Options {
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }

    /// Returns where the database is. A private one is shielded from libpq's
    /// environment.
    pub(super) fn location(&self) -> Result<DatabaseLocation, CommandFailure> {
        // A program that reads JSON cannot answer a question.
        let install = match self.format() {
            _ if self.install_postgres => InstallPolicy::Always,
            Format::Text => InstallPolicy::Ask,
            Format::Json => InstallPolicy::Never,
        };
        let location = DatabaseLocation::from_environment(self.data_dir.clone(), install)?;
        if matches!(location, DatabaseLocation::Private { .. }) {
            postgres::remove_libpq_variables();
        }
        Ok(location)
    }
}
