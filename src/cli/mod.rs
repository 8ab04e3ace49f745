//! The command line: parse the arguments, call one function, print the result.
//!
//! It has no power of its own. `--as` names the account that acts, which goes
//! through the same workflow as on every other interface, with the roles that
//! it holds now.

mod acting_person;
mod database;
mod exit;
mod failure;
mod failure_report;
mod heading_title;
mod import;
mod listener;
mod logging;
mod markdown_file;
mod options;
mod output;
mod passwords;
mod posts;
mod public_url;
mod serve;
mod users;
mod verify;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::postgres;
use exit::Exit;
use failure::CommandFailure;
use logging::DefaultLogs;
use options::Options;
use output::Format;

/// Returns what `--help` says below the options.
fn after_help() -> String {
    format!(
        "\
Environment:
  DATABASE_URL        database URL with the runtime role
  DATABASE_OWNER_URL  database URL with the role that owns the tables, for migrations
  RUST_LOG            log filter for stderr, such as imprimatur=debug; default with --json: off
  Without DATABASE_URL, Imprimatur runs a private database in the data directory.

Exit codes:
{}",
        Exit::help()
    )
}

/// A small publishing workflow: drafts, review, publishing, archiving.
#[derive(Debug, Parser)]
#[command(name = "imprimatur", version, after_help = after_help())]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<CliCommand>,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Start the web server (default)
    ///
    /// Runs migrations first. A new private database gets demo accounts and posts,
    /// unless you create an account before.
    Serve(serve::Arguments),
    /// Run database migrations as the owner of the database
    Migrate,
    /// Create and change accounts
    #[command(subcommand)]
    User(users::UserCommand),
    /// Grant and revoke roles
    #[command(subcommand)]
    Role(users::RoleCommand),
    /// List, create, edit, publish and archive posts
    #[command(subcommand)]
    Post(posts::PostCommand),
    /// Import a folder of Markdown files as drafts
    #[command(after_help = import::after_help())]
    Import(import::ImportArguments),
    /// Check the data for inconsistencies
    Verify,
    /// Stop the private database when no program uses it
    #[command(hide = true)]
    KeepCluster {
        /// How long to leave it running for the next user
        #[arg(long, default_value_t = 0)]
        grace_ms: u64,
    },
}

/// Runs the command of the arguments, and returns the exit code that `--help` explains.
pub fn main() -> ExitCode {
    let Cli { options, command } = match parse() {
        Ok(cli) => cli,
        Err(error) => return report_usage(&error),
    };
    let Some(command) = command else {
        return CommandFailure::Usage("Unknown command.".into()).report(options.format());
    };
    logging::start(match (&command, options.format()) {
        (_, Format::Json) => DefaultLogs::Nothing,
        (CliCommand::Serve(_), Format::Text) => DefaultLogs::Events,
        (_, Format::Text) => DefaultLogs::Warnings,
    });
    match run(&options, command) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => failure.report(options.format()),
    }
}

/// Says why the arguments do not parse, or what `--help` asked for.
fn report_usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let text = error.render().to_string();
        let sentence = text.split("\n\n").next().unwrap_or_default();
        let sentence = sentence.strip_prefix("error: ").unwrap_or(sentence);
        return CommandFailure::Usage(sentence.to_owned()).report(Format::Json);
    }
    match error.print().and_then(|()| io::stdout().flush()) {
        _ if error.use_stderr() => Exit::Input.into(),
        Ok(()) => Exit::Done.into(),
        Err(error) => CommandFailure::Output(error).report(Format::Text),
    }
}

/// Returns the arguments. Without a command they are parsed again as those of
/// `serve`, so that its defaults are written once.
fn parse() -> Result<Cli, clap::Error> {
    let as_serve = || {
        let mut words = std::env::args_os();
        let program = words.next();
        Cli::try_parse_from(program.into_iter().chain(["serve".into()]).chain(words))
    };
    match Cli::try_parse() {
        Ok(cli) if cli.command.is_some() => Ok(cli),
        Ok(_) => as_serve(),
        // An option that only `serve` knows is explained as one of its options.
        Err(error) if error.kind() == ErrorKind::UnknownArgument && !names_a_command() => {
            as_serve()
        }
        Err(error) => as_serve().map_err(|_| error),
    }
}

/// Returns whether one of the arguments is the name of a command.
fn names_a_command() -> bool {
    let cli = Cli::command();
    std::env::args_os()
        .skip(1)
        .any(|word| word.to_str().is_some_and(|word| cli.find_subcommand(word).is_some()))
}

fn run(options: &Options, command: CliCommand) -> Result<(), CommandFailure> {
    options::refuse_empty(std::env::args_os())?;
    match command {
        CliCommand::Serve(_) if options.format() == Format::Json => {
            Err(CommandFailure::Usage("--json does not apply to the server.".into()))
        }
        CliCommand::Serve(arguments) => {
            let location = options.location()?;
            let _log = logging::write_in_background();
            serve::serve(&location, arguments)
        }
        CliCommand::Migrate => database::migrate(options),
        CliCommand::User(command) => users::user(options, command),
        CliCommand::Role(command) => users::role(options, command),
        CliCommand::Post(command) => posts::post(options, command),
        CliCommand::Import(arguments) => import::import(options, &arguments),
        CliCommand::Verify => verify::verify(options),
        CliCommand::KeepCluster { grace_ms } => {
            let data_dir = options.data_dir.as_deref().ok_or_else(|| {
                CommandFailure::Usage("Give the directory with --data-dir.".into())
            })?;
            Ok(postgres::run_watchdog(data_dir, Duration::from_millis(grace_ms))?)
        }
    }
}
