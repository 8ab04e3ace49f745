//! Joining the server of a data directory, or making it run.

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::ClusterError;
use crate::postgres::locks::Lock;
use crate::postgres::programs::Programs;
use crate::postgres::server_address::ServerAddress;
use crate::postgres::server_user::ServerUser;
use crate::postgres::settings::ClusterSettings;
use crate::postgres::{initialise, programs, server, watchdog};

/// Returns the server that runs in this directory, after starting and initialising it where needed.
/// The caller holds the users' lock.
pub(super) fn join_or_start(
    directory: &DataDirectory,
    settings: &ClusterSettings,
) -> Result<ServerAddress, ClusterError> {
    let _starting = Lock::exclusive(&directory.start_lock())?;
    if let Some(address) = server::running(directory)? {
        watchdog::ensure(directory, settings);
        return Ok(address);
    }
    let programs = programs(directory, settings)?;
    // After the programs: to install PostgreSQL creates the user that root runs it as.
    let user = ServerUser::of(directory)?;
    user.check_access(directory)?;
    // A server whose directory was deleted keeps running for up to a minute. On its way out it
    // would write its own state over that of the next cluster, and remove the next server's socket.
    server::stop_all(directory)?;
    if directory.version()?.is_none() {
        initialise::initialise(directory, &user, &programs, settings.durability)?;
    }
    start(directory, settings, &user, &programs)
}

/// Starts the server of an existing cluster again, unless it runs.
pub(super) fn restart(
    directory: &DataDirectory,
    settings: &ClusterSettings,
    is_wanted: impl FnOnce() -> bool,
) -> Result<(), ClusterError> {
    // No file is made in a directory that was deleted.
    let gone = || ClusterError::DirectoryGone { path: directory.root().to_owned() };
    let _starting = Lock::exclusive_if_exists(&directory.start_lock())?.ok_or_else(gone)?;
    if !is_wanted() || server::running(directory)?.is_some() {
        return Ok(());
    }
    let major = directory.version()?.ok_or_else(gone)?;
    let programs = programs::of_version(major, directory)?;
    server::stop_all(directory)?;
    start(directory, settings, &ServerUser::of(directory)?, &programs).map(|_| ())
}

fn programs(
    directory: &DataDirectory,
    settings: &ClusterSettings,
) -> Result<Programs, ClusterError> {
    match directory.version()? {
        Some(major) => programs::of_version(major, directory),
        None => programs::newest(settings.install),
    }
}

fn start(
    directory: &DataDirectory,
    settings: &ClusterSettings,
    user: &ServerUser,
    programs: &Programs,
) -> Result<ServerAddress, ClusterError> {
    // First the watchdog: so there is no moment in which a kill leaves a server without one.
    watchdog::ensure(directory, settings);
    server::start(directory, user, programs, settings.durability)
}
