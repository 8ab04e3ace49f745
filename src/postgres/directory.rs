//! The data directory: what lies where, and whose it is.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::server_user::ServerUser;
use crate::postgres::sys;

/// The port names the socket file; nothing listens on the network.
pub(super) const PORT: &str = "5432";

/// A data directory that exists, by the one path that everybody uses for it.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    root: PathBuf,
}

impl Directory {
    /// Creates the directory where missing, and refuses somebody else's.
    pub(super) fn prepare(data_dir: &Path) -> Result<Directory, ClusterError> {
        let data_dir = std::path::absolute(data_dir).doing("find", data_dir)?;
        create_with_parents(&data_dir)?;
        let directory = Directory::existing(&data_dir)?;
        let owner = directory.owner()?;
        let ourselves = sys::effective_uid();
        if ourselves != 0 && owner != ourselves {
            let path = directory.root;
            return Err(ClusterError::NotYours { path, owner });
        }
        Ok(directory)
    }

    pub(super) fn existing(data_dir: &Path) -> Result<Directory, ClusterError> {
        let root = fs::canonicalize(data_dir).doing("find", data_dir)?;
        Ok(Directory { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn owner(&self) -> Result<u32, ClusterError> {
        let metadata = fs::metadata(&self.root).doing("look at", &self.root)?;
        Ok(metadata.uid())
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.root.join("postgres")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(super) fn users_lock(&self) -> PathBuf {
        self.root.join("users.lock")
    }

    pub(super) fn start_lock(&self) -> PathBuf {
        self.root.join("start.lock")
    }

    pub(super) fn keeper_lock(&self) -> PathBuf {
        self.root.join("keeper.lock")
    }

    pub(super) fn serve_lock(&self) -> PathBuf {
        self.root.join("serve.lock")
    }

    /// Returns the major version that made the cluster; none where there is no cluster yet.
    pub(super) fn version(&self) -> Result<Option<u32>, ClusterError> {
        let path = self.cluster().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => {
                let major = text.trim().split('.').next().and_then(|n| n.parse().ok());
                major.map(Some).ok_or(ClusterError::NotACluster { path })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).doing("read", &path),
        }
    }

    /// Returns an empty place for the socket, of the server's own.
    pub(super) fn prepare_sockets(&self, user: &ServerUser) -> Result<PathBuf, ClusterError> {
        let near = self.root.join("run");
        let place = if fits_a_socket(&near) { near } else { self.short_sockets(user.uid) };
        match DirBuilder::new().mode(0o700).create(&place) {
            Ok(()) => user.receives(&place)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).doing("create", &place),
        }
        let metadata = fs::symlink_metadata(&place).doing("look at", &place)?;
        // A kill between creating and giving away leaves root's own empty directory behind.
        if metadata.is_dir() && metadata.uid() == sys::effective_uid() {
            user.receives(&place)?;
        } else if !metadata.is_dir() || metadata.uid() != user.uid {
            return Err(ClusterError::SocketPlace { path: place });
        }
        fs::set_permissions(&place, Permissions::from_mode(0o700)).doing("protect", &place)?;
        for stale in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
            remove_if_there(&place.join(stale))?;
        }
        Ok(place)
    }

    /// Removes the place outside the data directory, if there was one.
    pub(super) fn forget_sockets(&self) {
        if let Ok(user) = ServerUser::of(self) {
            // A directory that is in use is not empty, and stays.
            let _ = fs::remove_dir(self.short_sockets(user.uid));
        }
    }

    // Not below $XDG_RUNTIME_DIR: that one goes when its user signs out, the server stays.
    fn short_sockets(&self, uid: u32) -> PathBuf {
        let digest = Sha256::digest(self.root.as_os_str().as_bytes());
        let name: String = digest.iter().take(6).map(|b| format!("{b:02x}")).collect();
        PathBuf::from(format!("/tmp/imprimatur-{uid}-{name}"))
    }
}

pub(super) fn remove_if_there(path: &Path) -> Result<(), ClusterError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove", path),
        _ => Ok(()),
    }
}

// The address of a Unix socket is a fixed array in the kernel, and a line in postmaster.pid.
fn fits_a_socket(place: &Path) -> bool {
    let longest = if cfg!(target_os = "linux") { 107 } else { 103 };
    let socket = place.join(format!(".s.PGSQL.{PORT}"));
    socket.as_os_str().len() <= longest
        && place.to_str().is_some_and(|text| !text.contains(char::is_control))
}

// The umask must not decide whether the server's user can pass through.
fn create_with_parents(path: &Path) -> Result<(), ClusterError> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        create_with_parents(parent)?;
    }
    let mode = if sys::effective_uid() == 0 { 0o711 } else { 0o700 };
    match fs::create_dir(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)).doing("open up", path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(error).doing("create", path),
    }
}
