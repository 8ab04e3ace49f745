//! The data directory: the paths of its files, and its owner.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::refuse_special;
use crate::postgres::sys;

/// The locks of a data directory: the first of its files is one of them.
const OWN_LOCKS: [&str; 4] = ["start.lock", "serve.lock", "users.lock", "watchdog.lock"];

/// A data directory that exists, by its canonical path.
#[derive(Debug, Clone)]
pub(super) struct DataDirectory {
    root: PathBuf,
}

impl DataDirectory {
    /// Creates the directory where missing. Refuses one that belongs to another user, and
    /// one with files of something else: names such as `run` would be taken over.
    pub(super) fn prepare(data_dir: &Path) -> Result<DataDirectory, ClusterError> {
        let data_dir = std::path::absolute(data_dir).context("find", data_dir)?;
        create_with_parents(&data_dir)?;
        let directory = DataDirectory::existing(&data_dir)?;
        let owner = directory.owner()?;
        let own_uid = sys::effective_uid();
        if own_uid != 0 && owner != own_uid {
            let path = directory.root;
            return Err(ClusterError::OtherOwner { path, owner });
        }
        if !directory.is_ours()? {
            return Err(ClusterError::NotADataDirectory { path: directory.root });
        }
        // The watchdog opens some of them in a process of its own, which could not say so.
        let locks = OWN_LOCKS.map(|name| directory.root.join(name));
        locks.iter().chain([&directory.log()]).try_for_each(|path| refuse_special(path))?;
        Ok(directory)
    }

    /// Returns whether the directory is new, or was a data directory before. Its first
    /// file is a lock, or a cluster that is being made.
    fn is_ours(&self) -> Result<bool, ClusterError> {
        let mut is_new = true;
        for entry in fs::read_dir(&self.root).context("read", &self.root)? {
            let name = entry.context("read", &self.root)?.file_name();
            let name = name.to_string_lossy();
            if OWN_LOCKS.contains(&&*name) || name.starts_with("postgres.new-") {
                return Ok(true);
            }
            // A file system of its own has this one from the beginning.
            is_new &= name == "lost+found";
        }
        Ok(is_new || self.version()?.is_some())
    }

    pub(super) fn existing(data_dir: &Path) -> Result<DataDirectory, ClusterError> {
        let root = fs::canonicalize(data_dir).context("find", data_dir)?;
        Ok(DataDirectory { root })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn owner(&self) -> Result<u32, ClusterError> {
        let metadata = fs::metadata(&self.root).context("inspect", &self.root)?;
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

    pub(super) fn watchdog_lock(&self) -> PathBuf {
        self.root.join("watchdog.lock")
    }

    pub(super) fn serve_lock(&self) -> PathBuf {
        self.root.join("serve.lock")
    }

    /// Returns the major version that made the cluster; none where there is no cluster yet.
    pub(super) fn version(&self) -> Result<Option<u32>, ClusterError> {
        let path = self.cluster().join("PG_VERSION");
        refuse_special(&path)?;
        match fs::read_to_string(&path) {
            Ok(text) => {
                let major = text.trim().split('.').next().and_then(|n| n.parse().ok());
                major.map(Some).ok_or(ClusterError::NotACluster { path })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).context("read", &path),
        }
    }
}

/// Returns whether there is a cluster in a data directory, or something else in its place.
pub fn has_cluster(data_dir: &Path) -> bool {
    // A path that cannot be read may be a cluster. Opening it says why it cannot be used.
    fs::exists(data_dir.join("postgres")).unwrap_or(true)
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
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode))
            .context("change the permissions of", path),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(ClusterError::NotADirectory { path: path.to_owned() })
        }
        Err(error) => Err(error).context("create", path),
    }
}
