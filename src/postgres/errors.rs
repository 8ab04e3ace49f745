//! What can go wrong with the private cluster, in sentences one can act on.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private cluster could not be opened, kept or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// There are no server programs on this machine, or in the directory that somebody named.
    #[error(
        "Imprimatur needs PostgreSQL 14 or newer, and its server programs are not {}: \
         install it with {}, or let Imprimatur do that with --install-postgres \
         or IMPRIMATUR_INSTALL_POSTGRES=1, or name a server of your own in DATABASE_URL",
        in_which_place(looked_in.as_deref()),
        in_backticks(.command.as_deref())
    )]
    NotInstalled {
        /// The directory that `IMPRIMATUR_POSTGRES_BIN` names.
        looked_in: Option<PathBuf>,
        /// The command that installs them here, where it is known.
        command: Option<String>,
    },

    /// The installation failed.
    #[error("`{command}` failed: install PostgreSQL by hand, then start Imprimatur again")]
    InstallFailed {
        /// What was run.
        command: String,
    },

    /// The installation succeeded and brought no server programs.
    #[error(
        "`{command}` succeeded, but no PostgreSQL of version 14 or newer is in the usual places: \
         name the directory of its programs in IMPRIMATUR_POSTGRES_BIN"
    )]
    StillMissing {
        /// What was run.
        command: String,
    },

    /// The cluster was made by a version that is not installed.
    #[error(
        "the database in {} was made by PostgreSQL {needed}, and no other version can read it: \
         install PostgreSQL {needed} (found here: {})",
        path.display(),
        versions(found)
    )]
    WrongVersion {
        /// The directory of the cluster.
        path: PathBuf,
        /// The version that made it.
        needed: u32,
        /// The versions that are installed.
        found: Vec<u32>,
    },

    /// A directory of that name holds something else.
    #[error(
        "{} does not tell a PostgreSQL version: move its directory out of the way, \
         or choose another with --data-dir",
        path.display()
    )]
    NotACluster {
        /// The file that should tell.
        path: PathBuf,
    },

    /// No home directory and no `XDG_DATA_HOME`.
    #[error("there is no home directory to keep data in: choose a directory with --data-dir")]
    NoHome,

    /// The directory belongs to another user.
    #[error(
        "{} belongs to another user (uid {owner}): run Imprimatur as that user, \
         or choose another directory with --data-dir",
        path.display()
    )]
    NotYours {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
    },

    /// Root found no user to run the server as.
    #[error(
        "PostgreSQL will not run as root, and there is neither a user `postgres` nor a user \
         `nobody` to run it as: run Imprimatur as an ordinary user"
    )]
    NobodyToRunAs,

    /// The user that root runs the server as cannot get to the directory.
    #[error(
        "PostgreSQL will not run as root, and the user `{user}` that it runs as instead cannot \
         reach {} because of the permissions of {}: choose another directory with --data-dir",
        path.display(),
        step.display()
    )]
    OutOfReach {
        /// The data directory.
        path: PathBuf,
        /// The directory on the way that is closed.
        step: PathBuf,
        /// Who cannot pass.
        user: String,
    },

    /// Somebody else has put something where the socket should be.
    #[error(
        "{} is a link or belongs to another user, so the database's socket cannot safely be \
         in there: remove it, or choose a data directory with a shorter path with --data-dir",
        path.display()
    )]
    SocketPlace {
        /// The place.
        path: PathBuf,
    },

    /// A new cluster could not be made.
    #[error("a new database could not be made: {} said:\n{output}", program.display())]
    Initialise {
        /// The program that failed.
        program: PathBuf,
        /// The end of what it said.
        output: String,
    },

    /// The server ended instead of becoming ready.
    #[error("the database server did not start; the end of {} says:\n{tail}", log.display())]
    Start {
        /// The server's log.
        log: PathBuf,
        /// What it says about this start.
        tail: String,
    },

    /// The server runs and does not become ready.
    #[error(
        "the database server (process {pid}) runs but is not ready yet: \
         {} says why; try again when it is",
        log.display()
    )]
    NotReady {
        /// The server's process.
        pid: u32,
        /// Its log.
        log: PathBuf,
    },

    /// The server was asked to stop and did not.
    #[error("the database server (process {pid}) was asked to stop and is still running")]
    Stop {
        /// The server's process.
        pid: u32,
    },

    /// Somebody serves from this data directory.
    #[error(
        "Imprimatur is already running{}: use that one, or choose another directory with --data-dir",
        whereabouts(*pid, address.as_deref())
    )]
    AlreadyServing {
        /// The process, unless it has only just begun.
        pid: Option<u32>,
        /// Its address, once it listens.
        address: Option<String>,
    },

    /// The operating system refused something.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Adds to a system's error what was attempted.
pub(super) trait Doing<T> {
    /// Names the attempt and its object: "read", "/some/file".
    fn doing(self, doing: &'static str, path: impl AsRef<Path>) -> Result<T, ClusterError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: impl AsRef<Path>) -> Result<T, ClusterError> {
        self.map_err(|source| ClusterError::Io { doing, path: path.as_ref().to_owned(), source })
    }
}

fn in_which_place(looked_in: Option<&Path>) -> String {
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

fn whereabouts(pid: Option<u32>, address: Option<&str>) -> String {
    match (pid, address) {
        (Some(pid), Some(address)) => format!(" (process {pid}, {address})"),
        (Some(pid), None) => format!(" (process {pid})"),
        (None, _) => String::new(),
    }
}
