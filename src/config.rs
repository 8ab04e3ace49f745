//! Reads from the environment where the database is, and as which roles the program connects.
//!
//! `DATABASE_URL` names the role that the program works as. `DATABASE_OWNER_URL` names
//! the role that owns the tables and migrates. Without either, there is a private
//! cluster in the data directory. URLs are never arguments: they may hold passwords,
//! and every user of a machine may read the arguments of its processes.

mod database;

use std::path::PathBuf;

use crate::postgres::{self, ClusterError, InstallPolicy};
use crate::store::conninfo::InvalidUrl;
use crate::store::migrations::MigrationError;

pub use database::Database;

/// Where the database is.
#[derive(Clone)]
pub enum DatabaseLocation {
    /// On a server that the operator runs.
    Server {
        /// Connects as the role that the program works as.
        runtime_url: String,
        /// Connects as the role that owns the tables, if that is another one.
        owner_url: Option<String>,
    },
    /// In a private cluster.
    Private {
        /// The directory that holds it.
        data_dir: PathBuf,
        /// Whether to install PostgreSQL where it is missing.
        install: InstallPolicy,
    },
}

impl DatabaseLocation {
    /// Returns the location that the environment names, or else the private
    /// cluster in this directory or the usual one.
    pub fn from_environment(
        data_dir: Option<PathBuf>,
        install: InstallPolicy,
    ) -> Result<Self, ConfigError> {
        match (url("DATABASE_URL")?, url("DATABASE_OWNER_URL")?) {
            (Some(runtime_url), owner_url) => Ok(Self::Server { runtime_url, owner_url }),
            (None, Some(_)) => Err(ConfigError::OwnerAlone),
            (None, None) => Ok(Self::Private {
                data_dir: match data_dir.filter(|path| !path.as_os_str().is_empty()) {
                    Some(named) => named,
                    None => postgres::default_data_dir()?,
                },
                install,
            }),
        }
    }
}

fn url(variable: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(variable) {
        Ok(url) if url.trim().is_empty() => Ok(None),
        Ok(url) => Ok(Some(url)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText(variable)),
    }
}

/// Why there is no database to work with. No sentence holds a password.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what is wrong")]
pub enum ConfigError {
    #[error("DATABASE_OWNER_URL is set and DATABASE_URL is not: set both, or neither")]
    OwnerAlone,
    #[error("{0} is not valid UTF-8")]
    NotText(&'static str),
    #[error("{variable} {problem}")]
    InvalidUrl { variable: &'static str, problem: InvalidUrl },
    #[error(
        "there is no database in {}: start with `imprimatur serve`, `imprimatur migrate` or \
         `imprimatur user create`, or choose another directory with --data-dir",
        path.display()
    )]
    NoDatabase { path: PathBuf },
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error("the database cannot be reached: {0}")]
    Connect(String),
    #[error("a query to the database failed: {0}")]
    Query(#[from] diesel::result::Error),
    #[error(
        "the connection goes through a pooler that gives each transaction another session \
         (PgBouncer's pool_mode = transaction or statement): Imprimatur needs pool_mode = session, \
         or a connection to the server itself"
    )]
    SharedSessions,
    #[error(
        "the connection goes through a pooler that lends a session as its last client left it \
         (PgBouncer's server_reset_query is empty): Imprimatur needs server_reset_query = DISCARD \
         ALL, or a connection to the server itself"
    )]
    UsedSessions,
    #[error(
        "DATABASE_URL and DATABASE_OWNER_URL name different databases: they must be two roles \
         of the same one"
    )]
    TwoDatabases,
    #[error(
        "the database protects nothing from the role {role}: its session_replication_role is \
         not origin ({remedy})"
    )]
    TriggersOff { role: String, remedy: String },
    #[error("the migrations failed: {}", causes(.0))]
    Migration(#[from] MigrationError),
}

fn causes(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    let sentences: Vec<String> = sources.map(ToString::to_string).collect();
    sentences.join(": ")
}
