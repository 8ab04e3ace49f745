//! Lock files, held by processes that use, start or watch the server. The kernel releases the lock
//! of a process that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::postgres::errors::{ClusterError, IoContext};
use crate::postgres::files::{is_same, open_private};

/// An open lock file; dropping it releases the lock.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock shared, after waiting for an exclusive holder.
    pub(super) fn shared(path: &Path) -> Result<Lock, ClusterError> {
        Lock::held(path, Lock::wait_shared)
    }

    /// Takes the lock exclusively, after waiting for every other holder.
    pub(super) fn exclusive(path: &Path) -> Result<Lock, ClusterError> {
        Lock::held(path, Lock::wait_exclusive)
    }

    /// Opens the file without taking the lock.
    pub(super) fn open(path: &Path) -> Result<Lock, ClusterError> {
        let file = open_private(path, OpenOptions::new().read(true).write(true))?;
        let path = path.to_owned();
        Ok(Lock { file, path })
    }

    /// Opens the file if it exists: cleaning up must not add files to a directory being deleted.
    pub(super) fn open_existing(path: &Path) -> Option<Lock> {
        let file = File::options().read(true).write(true).open(path).ok()?;
        let path = path.to_owned();
        Some(Lock { file, path })
    }

    /// Takes the lock exclusively where its file exists. A deleted directory has no other holder
    /// to wait for. A new file would be in the way of a directory that is being copied there.
    pub(super) fn exclusive_if_exists(path: &Path) -> Result<Option<Lock>, ClusterError> {
        let lock = Lock::open_existing(path);
        lock.as_ref().map_or(Ok(()), Lock::wait_exclusive)?;
        Ok(lock)
    }

    fn held(
        path: &Path,
        wait: fn(&Lock) -> Result<(), ClusterError>,
    ) -> Result<Lock, ClusterError> {
        loop {
            let lock = Lock::open(path)?;
            wait(&lock)?;
            // After the data directory was deleted, no other process can find this file.
            if lock.is_still_in_place() {
                return Ok(lock);
            }
        }
    }

    /// Releases a shared lock, and returns whether it was the last one: then it is now exclusive.
    ///
    /// Where another process is just stopping the server, waits until that is done.
    pub(super) fn release_as_last(&self) -> Result<bool, ClusterError> {
        loop {
            self.release()?;
            if self.try_exclusive()? {
                return Ok(true);
            }
            if self.try_shared()? {
                self.release()?;
                return Ok(false);
            }
            self.wait_shared()?;
        }
    }

    pub(super) fn try_exclusive(&self) -> Result<bool, ClusterError> {
        self.tried(self.file.try_lock())
    }

    fn try_shared(&self) -> Result<bool, ClusterError> {
        self.tried(self.file.try_lock_shared())
    }

    fn tried(&self, outcome: Result<(), TryLockError>) -> Result<bool, ClusterError> {
        match outcome {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error).context("lock", &self.path),
        }
    }

    pub(super) fn wait_exclusive(&self) -> Result<(), ClusterError> {
        uninterrupted(|| self.file.lock()).context("lock", &self.path)
    }

    fn wait_shared(&self) -> Result<(), ClusterError> {
        uninterrupted(|| self.file.lock_shared()).context("lock", &self.path)
    }

    pub(super) fn release(&self) -> Result<(), ClusterError> {
        self.file.unlock().context("unlock", &self.path)
    }

    /// Returns another handle on the same lock, for another thread.
    pub(super) fn duplicate(&self) -> Result<Lock, ClusterError> {
        let file = self.file.try_clone().context("open", &self.path)?;
        let path = self.path.clone();
        Ok(Lock { file, path })
    }

    /// Returns whether the path still leads to this file.
    pub(super) fn is_still_in_place(&self) -> bool {
        matches!((self.file.metadata(), std::fs::symlink_metadata(&self.path)),
            (Ok(here), Ok(there)) if is_same(&here, &there))
    }

    /// Returns whether the path leads to another file, which is the business of its own holders.
    pub(super) fn has_been_replaced(&self) -> bool {
        self.path.exists() && !self.is_still_in_place()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn into_file(self) -> File {
        self.file
    }
}

fn uninterrupted(mut wait: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match wait() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}
