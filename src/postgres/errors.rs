//! Errors of the private cluster, as sentences that tell what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private cluster could not be opened, watched or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message says what happened, and where")]
pub enum ClusterError {
    #[error(
        "Imprimatur needs PostgreSQL 14 or newer, and its server programs were not found {}: \
         install it with {}, or let Imprimatur do that with --install-postgres or \
         IMPRIMATUR_INSTALL_POSTGRES=1, or set DATABASE_URL to a server that you have",
        searched_place(looked_in.as_deref()),
        in_backticks(.command.as_deref())
    )]
    NotInstalled { looked_in: Option<PathBuf>, command: Option<String> },

    #[error(
        "Imprimatur needs PostgreSQL 14 or newer, which is not installed, and without sudo this \
         user cannot install it: run `{command}` as root, then start Imprimatur again, or set \
         DATABASE_URL to a server that you have"
    )]
    InstallNeedsRoot { command: String },

    #[error("`{command}` failed: install PostgreSQL by hand, then start Imprimatur again")]
    InstallFailed { command: String },

    #[error(
        "`{command}` succeeded, but no PostgreSQL of version 14 or newer is in the usual places: \
         set IMPRIMATUR_POSTGRES_BIN to the directory of its programs"
    )]
    StillMissing { command: String },

    #[error(
        "the database in {} was made by PostgreSQL {needed}, and no other version can read it: \
         install PostgreSQL {needed} beside the others (found here: {}); to move to another \
         version, \
         dump the database with the old one and restore it into a new --data-dir",
        path.display(),
        versions(found)
    )]
    WrongVersion { path: PathBuf, needed: u32, found: Vec<u32> },

    #[error(
        "{} does not contain a PostgreSQL version: move its directory away, or choose another \
         with --data-dir",
        path.display()
    )]
    NotACluster { path: PathBuf },

    /// The data directory was deleted or moved while its server was supervised.
    #[error("the data directory {} was deleted or moved", path.display())]
    DirectoryGone { path: PathBuf },

    /// Another directory took the place of the data directory while its server was supervised.
    #[error(
        "another directory is at {} now: the data directory was moved or deleted and replaced",
        path.display()
    )]
    DirectoryReplaced { path: PathBuf },

    #[error("there is no home directory for the data: choose a directory with --data-dir")]
    NoHome,

    #[error(
        "{} belongs to another user (uid {owner}): run Imprimatur as that user, \
         or choose another directory with --data-dir",
        path.display()
    )]
    OtherOwner { path: PathBuf, owner: u32 },

    #[error(
        "{} has other files and no database of Imprimatur: choose a new or an empty \
         directory with --data-dir",
        path.display()
    )]
    NotADataDirectory { path: PathBuf },

    /// There is a file, or a link that leads nowhere.
    #[error("{} is no directory: choose another one with --data-dir", path.display())]
    NotADirectory { path: PathBuf },

    /// There is a directory, a pipe, a socket or a device in the place of a file.
    #[error(
        "{} is no regular file: remove it, or choose another directory with --data-dir",
        path.display()
    )]
    NotAFile { path: PathBuf },

    /// The user of this process has no name, and a new cluster needs one.
    #[error(
        "this process runs as the user id {uid}, which has no name on this machine, and \
         PostgreSQL's initdb needs one: add it to /etc/passwd, run Imprimatur as another user, \
         or set DATABASE_URL to a server that you have"
    )]
    UnnamedUser { uid: u32 },

    /// Root found no user to run the server as.
    #[error(
        "PostgreSQL will not run as root, and there is neither a user `postgres` nor a user \
         `nobody` to run it as: run Imprimatur as an ordinary user"
    )]
    NoServerUser,

    /// The user that root runs the server as cannot get to the directory.
    #[error(
        "PostgreSQL will not run as root, and the user `{user}` that it runs as instead cannot \
         reach {} because of the permissions of {}: choose another directory with --data-dir",
        path.display(),
        step.display()
    )]
    PathNotAccessible { path: PathBuf, step: PathBuf, user: String },

    #[error(
        "{} is a link or belongs to another user, so the database's socket cannot safely be \
         in there: remove it, or choose a data directory with a shorter path with --data-dir",
        path.display()
    )]
    UnsafeSocketDirectory { path: PathBuf },

    #[error("a new database could not be created: {} said:\n{output}", program.display())]
    InitialiseFailed { program: PathBuf, output: String },

    #[error("the database server did not start; the end of {} says:\n{tail}", log.display())]
    StartFailed { log: PathBuf, tail: String },

    #[error(
        "the database server (process {pid}) runs but is not ready yet: \
         {} says why; try again when it is",
        log.display()
    )]
    NotReady { pid: u32, log: PathBuf },

    #[error("the database server (process {pid}) was asked to stop and is still running")]
    StopTimedOut { pid: u32 },

    #[error(
        "Imprimatur is already running{}: use that one, or choose another directory with \
         --data-dir",
        running_where(*pid, address.as_deref())
    )]
    AlreadyServing {
        /// The process, unless it has only just started.
        pid: Option<u32>,
        /// Its address, once it listens.
        address: Option<String>,
    },

    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// The action that failed, as a verb.
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl ClusterError {
    /// Returns whether the same may succeed shortly, with nothing changed.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::NotReady { .. } | Self::StopTimedOut { .. })
    }
}

/// Adds the failed action and its object to a system's error.
pub(super) trait IoContext<T> {
    /// Names the action and its object: "read", "/some/file".
    fn context(self, action: &'static str, path: impl AsRef<Path>) -> Result<T, ClusterError>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn context(self, action: &'static str, path: impl AsRef<Path>) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io { action, path: path.as_ref().to_owned(), source })
    }
}

fn searched_place(looked_in: Option<&Path>) -> String {
    looked_in.map_or_else(
        || "installed".to_owned(),
        |place| format!("in {}, which IMPRIMATUR_POSTGRES_BIN names", place.display()),
    )
}

fn in_backticks(command: Option<&str>) -> String {
    command.map_or_else(
        || "your system's package manager".to_owned(),
        |command| format!("`{command}`"),
    )
}

fn versions(found: &[u32]) -> String {
    if found.is_empty() {
        return "none".to_owned();
    }
    let found: Vec<String> = found.iter().map(u32::to_string).collect();
    found.join(", ")
}

fn running_where(pid: Option<u32>, address: Option<&str>) -> String {
    match (pid, address) {
        (Some(pid), Some(address)) => format!(" (process {pid}, {address})"),
        (Some(pid), None) => format!(" (process {pid})"),
        (None, _) => String::new(),
    }
}
