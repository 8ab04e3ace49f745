use std::path::PathBuf;

use clap::Args;
use clap::builder::{FalseyValueParser, OsStringValueParser, TypedValueParser};

use crate::cli::failure::Failure;
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
        // An empty variable is like none; the parser for paths would refuse it.
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

impl Options {
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }

    /// Returns where the database is. A private one is shielded from libpq's
    /// environment.
    pub(super) fn location(&self) -> Result<DatabaseLocation, Failure> {
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
