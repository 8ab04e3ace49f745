//! Lists what every private cluster has, and what its users may choose.

use std::path::PathBuf;
use std::time::Duration;

use crate::postgres::errors::ClusterError;
use crate::postgres::sys;

/// The database that a new cluster starts with.
pub const DATABASE: &str = "imprimatur";
/// The role that owns the schema and may create databases; it migrates.
pub const OWNER_ROLE: &str = "imprimatur_owner";
/// The role that serves requests; it owns nothing.
pub const RUNTIME_ROLE: &str = "imprimatur_runtime";
/// The superuser of the cluster.
pub const SUPERUSER_ROLE: &str = "postgres";

/// Settings of the private cluster.
#[derive(Debug, Clone)]
pub struct ClusterSettings {
    /// The data directory; created where missing. See [`default_data_dir`].
    pub data_dir: PathBuf,
    /// Whether a commit must survive a power cut.
    pub durability: Durability,
    /// What to do where no PostgreSQL is installed.
    pub install: InstallPolicy,
    /// The program to run as `keep-cluster --data-dir DIR --grace-ms N`: the application itself.
    /// Without it, users that are killed leave the server running.
    pub watchdog: Option<PathBuf>,
    /// How long the watchdog leaves the server running for the next user.
    /// It concerns only users that are killed: the last one to close stops the server at once.
    pub grace: Duration,
}

/// Whether a commit must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Yes: for everything that people keep.
    Durable,
    /// No: for tests, whose database is thrown away; it also allows more connections.
    Disposable,
}

/// Whether to install PostgreSQL where it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallPolicy {
    /// Ask on the terminal; without one, only say how.
    Ask,
    /// Install it without asking.
    Always,
    /// Only say how.
    Never,
}

/// Returns the data directory that is used without `--data-dir`:
/// `$XDG_DATA_HOME/imprimatur` or `~/.local/share/imprimatur`, and for root `/var/lib/imprimatur`,
/// because the server, which will not run as root, cannot reach into root's home.
pub fn default_data_dir() -> Result<PathBuf, ClusterError> {
    if sys::effective_uid() == 0 {
        return Ok(PathBuf::from("/var/lib/imprimatur"));
    }
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data_home = named
        .filter(|path| path.is_absolute())
        .or_else(|| {
            let home = std::env::home_dir().filter(|home| home.is_dir());
            home.map(|home| home.join(".local/share"))
        })
        .filter(|path| path.is_absolute())
        .ok_or(ClusterError::NoHome)?;
    Ok(data_home.join("imprimatur"))
}
