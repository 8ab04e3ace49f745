use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;

use crate::cli::failure::Failure;
use crate::cli::output::Format;
use crate::config::Place;
use crate::postgres::Install;

/// The options of every command.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The directory of the private database
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "IMPRIMATUR_DATA_DIR",
        hide_env_values = true
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
    /// Answer with one JSON document, on stdout; errors are one on stderr
    #[arg(long, global = true)]
    json: bool,
}

impl Options {
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }

    pub(super) fn place(&self) -> Result<Place, Failure> {
        // Without a terminal, `Ask` does not ask.
        let install = if self.install_postgres { Install::Yes } else { Install::Ask };
        Ok(Place::from_environment(self.data_dir.clone(), install)?)
    }
}
