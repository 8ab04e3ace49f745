//! The command line: parse, call one function, say in a line what it did.
//!
//! It has no power of its own. Whoever acts is named with `--as`, and goes
//! through the same door as everybody else, with the roles they hold now.

mod answer;
mod failure;
mod import;
mod listener;
mod logging;
mod manuscript;
mod passwords;
mod posts;
mod public_url;
mod serve;
mod users;
mod verify;

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{FalseyValueParser, OsStringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::Serialize;

use crate::config::{Database, DatabaseLocation};
use crate::postgres::{self, InstallPolicy};
use crate::store::Store;
use crate::store::pool::Limits;
use answer::Form;
use failure::Failure;
use logging::DefaultLevel;

/// What `--help` says below the options.
const AFTER_HELP: &str = "\
Environment:
  DATABASE_URL        the database to use, as the role that the program works as
  DATABASE_OWNER_URL  the same database as the role that owns the tables, for migrations
  RUST_LOG            what is logged to stderr, such as imprimatur=debug; with --json
                      nothing is, unless this says so
  Without DATABASE_URL there is a private database in the data directory.

Exit codes:
  0  done
  1  anything else; of verify: a truth is broken
  2  usage, or input that does not parse
  3  not signed in: --as names no active account
  4  permission: this person may not attempt it
  5  policy: not now, and every reason why
  6  not found: there is nothing of that name that this person may see
  7  invariant: a defect of ours, rolled back and kept as an incident
  8  unavailable: the database cannot answer now";

/// A publishing workflow that cannot be talked into an impossible state.
#[derive(Debug, Parser)]
#[command(name = "imprimatur", version, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Options {
    /// The directory of the private database
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "IMPRIMATUR_DATA_DIR",
        hide_env_values = true,
        // An empty variable is like none; the parser for paths would refuse it.
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    data_dir: Option<PathBuf>,
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

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the site; this is what happens without a command
    ///
    /// Migrates first. A private database without any account is given demo
    /// people and posts; whoever wants none creates an account before.
    Serve(serve::Arguments),
    /// Bring the database up to date, as its owner
    Migrate,
    /// Create and change accounts
    #[command(subcommand)]
    User(users::UserCommand),
    /// Grant and revoke roles
    #[command(subcommand)]
    Role(users::RoleCommand),
    /// Read, begin, revise and move posts
    #[command(subcommand)]
    Post(posts::PostCommand),
    /// Make drafts of a folder of Markdown files with front matter
    #[command(after_help = import::AFTER_HELP)]
    Import(import::Import),
    /// Report every row of the database that breaks a promise
    Verify,
    /// Stop the private database once nobody uses it any more
    #[command(hide = true)]
    KeepCluster {
        /// How long to leave it running for the next user
        #[arg(long, default_value_t = 0)]
        grace_ms: u64,
    },
}

/// Does what the arguments say, and returns the exit code that `--help` explains.
pub fn main() -> ExitCode {
    let Cli { options, command } = match parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let Some(command) = command else {
        return Failure::Usage("There is no command.".into()).report(options.form());
    };
    logging::begin(match (&command, options.form()) {
        (_, Form::Json) => DefaultLevel::Off,
        (Command::Serve(_), Form::Words) => DefaultLevel::Info,
        (_, Form::Words) => DefaultLevel::Warn,
    });
    match run(&options, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(options.form()),
    }
}

/// Says why the arguments do not parse, or what `--help` asked for.
fn refuse(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let words = error.render().to_string();
        let sentence = words.split("\n\n").next().unwrap_or_default();
        let sentence = sentence.strip_prefix("error: ").unwrap_or(sentence);
        return Failure::Usage(sentence.to_owned()).report(Form::Json);
    }
    // `--help | head` is no failure either.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// Returns what the arguments say. Without a command they are those of `serve`:
/// parsed and not built, so that the defaults stand in one place.
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

fn run(options: &Options, command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(_) if options.json => {
            Err(Failure::Usage("A server has no answer to write as JSON; its logs are.".into()))
        }
        Command::Serve(arguments) => serve::serve(&options.location()?, arguments),
        Command::Migrate => migrate(options),
        Command::User(command) => users::user(options, command),
        Command::Role(command) => users::role(options, command),
        Command::Post(command) => posts::post(options, command),
        Command::Import(arguments) => import::import(options, &arguments),
        Command::Verify => verify::verify(options),
        Command::KeepCluster { grace_ms } => {
            let data_dir = options.data_dir.as_deref().ok_or_else(|| {
                Failure::Usage("Name the directory to keep with --data-dir.".into())
            })?;
            Ok(postgres::run_watchdog(data_dir, Duration::from_millis(grace_ms))?)
        }
    }
}

impl Options {
    /// Returns for whom a command answers.
    fn form(&self) -> Form {
        if self.json { Form::Json } else { Form::Words }
    }

    /// Returns where the database is. A private one is shielded from libpq's
    /// environment.
    fn location(&self) -> Result<DatabaseLocation, Failure> {
        // A program that reads JSON cannot answer a question.
        let install = match self.form() {
            _ if self.install_postgres => InstallPolicy::Always,
            Form::Words => InstallPolicy::Ask,
            Form::Json => InstallPolicy::Never,
        };
        let location = DatabaseLocation::from_environment(self.data_dir.clone(), install)?;
        if matches!(location, DatabaseLocation::Private { .. }) {
            postgres::remove_libpq_variables();
        }
        Ok(location)
    }
}

/// How many migrations were applied.
#[derive(Serialize)]
struct Migrated {
    applied: usize,
}

impl fmt::Display for Migrated {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.applied {
            0 => out.write_str("Nothing to migrate."),
            1 => out.write_str("Applied 1 migration."),
            many => write!(out, "Applied {many} migrations."),
        }
    }
}

fn migrate(options: &Options) -> Result<(), Failure> {
    let database = Database::open(&options.location()?)?;
    let applied =
        database.migrate().and_then(|applied| warn_if_unprotected(&database).map(|()| applied));
    let applied = close_after(database, applied.map_err(Failure::from))?;
    options.form().tell(&Migrated { applied })
}

/// Runs the body on a database that is up to date, and lets go of it afterwards.
fn on_database<T>(
    options: &Options,
    body: impl FnOnce(&Store) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let database = Database::open(&options.location()?)?;
    let outcome =
        require_current(&database).and_then(|()| body(&database.store(Limits::default())));
    close_after(database, outcome)
}

/// Migrates a private database in passing; whoever runs another one decides
/// when that happens.
fn require_current(database: &Database) -> Result<(), Failure> {
    if database.is_private() {
        database.migrate()?;
        return Ok(());
    }
    if database.is_current()? {
        return Ok(());
    }
    Err(Failure::Other("The database is not up to date: run `imprimatur migrate` first.".into()))
}

fn close_after<T>(database: Database, outcome: Result<T, Failure>) -> Result<T, Failure> {
    // What was done is done: a server that does not stop is worth a warning.
    if let Err(error) = database.close() {
        tracing::warn!(%error, "the private database was not stopped");
    }
    outcome
}

/// Says what is lost where the program works as a role that could change the
/// guards themselves.
fn warn_if_unprotected(database: &Database) -> Result<(), crate::config::ConfigError> {
    if database.runtime_may_alter_guards()? {
        tracing::warn!(
            role = database.runtime_role(),
            "the program works as a role that owns the tables: the database no longer protects \
             its guards and its history from the program itself, which could alter, disable or \
             delete them; name a second role in DATABASE_URL and the owner in DATABASE_OWNER_URL"
        );
    }
    Ok(())
}

/// Writes a line to standard output.
fn say(line: impl std::fmt::Display) -> Result<(), Failure> {
    // `println!` would panic when whoever reads has gone.
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
