//! Lock files: who uses, starts or keeps the server, known to the kernel and gone with the process.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::postgres::errors::{ClusterError, Doing};
use crate::postgres::sys;

/// An open lock file; what is held is released when it is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Waits until nobody holds it exclusively.
    pub(super) fn shared(path: &Path) -> Result<Lock, ClusterError> {
        Lock::held(path, Lock::wait_shared)
    }

    /// Waits until nobody holds it.
    pub(super) fn exclusive(path: &Path) -> Result<Lock, ClusterError> {
        Lock::held(path, Lock::wait_exclusive)
    }

    /// Opens the file without holding it.
    pub(super) fn open(path: &Path) -> Result<Lock, ClusterError> {
        let file = open_private(path, OpenOptions::new().read(true).write(true))?;
        let path = path.to_owned();
        Ok(Lock { file, path })
    }

    /// Opens the file if it is there: who cleans up must not litter a directory that is being deleted.
    pub(super) fn find(path: &Path) -> Option<Lock> {
        let file = File::options().read(true).write(true).open(path).ok()?;
        let path = path.to_owned();
        Some(Lock { file, path })
    }

    fn held(
        path: &Path,
        wait: fn(&Lock) -> Result<(), ClusterError>,
    ) -> Result<Lock, ClusterError> {
        loop {
            let lock = Lock::open(path)?;
            wait(&lock)?;
            // Whoever deletes the data directory leaves us holding a file nobody else will find.
            if lock.is_still_in_place() {
                return Ok(lock);
            }
        }
    }

    /// Gives up a shared hold, and returns whether it was the last one: then it is now exclusive.
    ///
    /// Where somebody else is just stopping the server, waits until that is done.
    pub(super) fn becomes_the_last(&self) -> Result<bool, ClusterError> {
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
            Err(TryLockError::Error(error)) => Err(error).doing("lock", &self.path),
        }
    }

    pub(super) fn wait_exclusive(&self) -> Result<(), ClusterError> {
        uninterrupted(|| self.file.lock()).doing("lock", &self.path)
    }

    fn wait_shared(&self) -> Result<(), ClusterError> {
        uninterrupted(|| self.file.lock_shared()).doing("lock", &self.path)
    }

    pub(super) fn release(&self) -> Result<(), ClusterError> {
        self.file.unlock().doing("unlock", &self.path)
    }

    /// Returns another handle on the same hold, for another thread.
    pub(super) fn again(&self) -> Result<Lock, ClusterError> {
        let file = self.file.try_clone().doing("open", &self.path)?;
        let path = self.path.clone();
        Ok(Lock { file, path })
    }

    /// Returns whether the path still leads to this very file.
    pub(super) fn is_still_in_place(&self) -> bool {
        matches!((self.file.metadata(), std::fs::symlink_metadata(&self.path)),
            (Ok(here), Ok(there)) if is_same_file(&here, &there))
    }

    /// Returns whether the path leads to another file: what is there now is its holders' business.
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

/// Opens or creates a file that belongs to whoever owns the directory, and that only they may read.
///
/// Root follows no link here: in somebody else's data directory it might lead anywhere.
pub(super) fn open_private(path: &Path, options: &mut OpenOptions) -> Result<File, ClusterError> {
    let options = options.create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    let file = options.open(path).doing("open", path)?;
    if sys::effective_uid() == 0
        && let Some(parent) = path.parent()
    {
        let owner = std::fs::metadata(parent).doing("look at", parent)?;
        std::os::unix::fs::fchown(&file, Some(owner.uid()), Some(owner.gid()))
            .doing("give away", path)?;
    }
    Ok(file)
}

fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

fn uninterrupted(mut wait: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    loop {
        match wait() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}
