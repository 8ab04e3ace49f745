//! What the caller decides about the private cluster.

use std::path::PathBuf;
use std::time::Duration;

use crate::postgres::errors::ClusterError;
use crate::postgres::sys;

/// What the caller decides about the private cluster.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Everything is kept in here; created where missing. See [`default_data_dir`].
    pub data_dir: PathBuf,
    /// Whether a commit must survive a power cut.
    pub durability: Durability,
    /// What to do where no PostgreSQL is installed.
    pub install: Install,
    /// The program to run as `keep-cluster --data-dir DIR --grace-ms N`: the application itself.
    /// Without a keeper, users who are killed leave the server running.
    pub keeper: Option<PathBuf>,
    /// How long the keeper leaves the server running for the next user.
    /// It concerns only users who vanish: the last one to close stops the server at once.
    pub grace: Duration,
}

/// Whether a commit must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Yes: for everything a person keeps.
    Durable,
    /// No: for tests, whose database is thrown away; it also allows more connections.
    Disposable,
}

/// What to do where no PostgreSQL is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Install {
    /// Offer to install it, where somebody sits at a terminal.
    Ask,
    /// Install it without asking.
    Yes,
    /// Only say how.
    No,
}

/// Returns where data is kept unless somebody says otherwise:
/// `$XDG_DATA_HOME/imprimatur` or `~/.local/share/imprimatur`, and for root `/var/lib/imprimatur`,
/// because the server, which will not run as root, cannot reach into root's home.
pub fn default_data_dir() -> Result<PathBuf, ClusterError> {
    if sys::effective_uid() == 0 {
        return Ok(PathBuf::from("/var/lib/imprimatur"));
    }
    let named = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let data_home = named
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .filter(|path| path.is_absolute())
        .ok_or(ClusterError::NoHome)?;
    Ok(data_home.join("imprimatur"))
}
