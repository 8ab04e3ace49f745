//! Chooses the directory of the server's socket. It is in the data directory, or in
//! `/tmp` where that path cannot be a socket's address.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::postgres::directory::DataDirectory;
use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::remove_if_exists;
use crate::postgres::server_address::{ServerAddress, socket_name};
use crate::postgres::server_user::ServerUser;
use crate::postgres::sys;

/// Creates the directory where missing, owned by the server's user, with no socket in it.
pub(super) fn prepare(
    directory: &DataDirectory,
    user: &ServerUser,
) -> Result<ServerAddress, ClusterError> {
    let address = address(directory, user.uid);
    let path = address.directory();
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => user.give(path)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).context("create", path),
    }
    let metadata = fs::symlink_metadata(path).context("inspect", path)?;
    // A kill between creating and giving away leaves root's own empty directory behind.
    if metadata.is_dir() && metadata.uid() == sys::effective_uid() {
        user.give(path)?;
    } else if !metadata.is_dir() || metadata.uid() != user.uid {
        return Err(ClusterError::UnsafeSocketDirectory { path: path.to_owned() });
    }
    fs::set_permissions(path, Permissions::from_mode(0o700)).context("protect", path)?;
    remove_if_exists(&address.socket())?;
    remove_if_exists(&path.join(format!("{}.lock", socket_name())))?;
    Ok(address)
}

/// Removes the directory outside the data directory, if there is one.
pub(super) fn remove(directory: &DataDirectory) {
    if let Ok(user) = ServerUser::of(directory) {
        // A directory that is in use is not empty, and stays.
        let _ = fs::remove_dir(short_path(directory, user.uid));
    }
}

/// Returns where the server of this directory listens.
pub(super) fn address(directory: &DataDirectory, uid: u32) -> ServerAddress {
    let inside = inside(directory);
    let fits = fits_socket_address(&inside);
    ServerAddress::in_directory(if fits { inside } else { short_path(directory, uid) })
}

/// Returns the path in the data directory.
pub(super) fn inside(directory: &DataDirectory) -> PathBuf {
    directory.root().join("run")
}

// Not below $XDG_RUNTIME_DIR, which is removed when its user signs out while the
// server keeps running.
fn short_path(directory: &DataDirectory, uid: u32) -> PathBuf {
    let digest = Sha256::digest(directory.root().as_os_str().as_bytes());
    let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    PathBuf::from(format!("/tmp/imprimatur-{uid}-{name}"))
}

// The address of a Unix socket is a fixed array in the kernel and a line in postmaster.pid. It
// is also a value in a connection string, where a comma separates two hosts.
fn fits_socket_address(path: &Path) -> bool {
    let longest = if cfg!(target_os = "linux") { 107 } else { 103 };
    path.join(socket_name()).as_os_str().len() <= longest
        && path.to_str().is_some_and(|text| !text.contains(|c: char| c.is_control() || c == ','))
}
